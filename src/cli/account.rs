use std::io::{self, Write};

use anyhow::bail;
use clap::Subcommand;

use crate::{
    cli::with_store,
    config::Settings,
    people::Secret,
    store::{Deed, Store},
};

/// Hours the link for the first administrator holds, and one made on the server.
const HOURS: f64 = 24.0;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// List the accounts
    List,
    /// Make a link by which somebody chooses a new password, such as an administrator who lost theirs
    Invite {
        /// What they sign in with
        login: String,
    },
}

pub(super) async fn run(settings: &Settings, action: Action) -> anyhow::Result<()> {
    let told = with_store(settings, async |store, stop| match action {
        Action::List => {
            let accounts = stop.unless(store.accounts(None)).await??;
            let line = |account: &crate::store::Account| {
                let state = if account.active { "" } else { " (not active)" };
                let person = &account.person;
                format!("{}  {}, {}, {}{state}\n", person.login, person.name, person.role, person.institution)
            };
            Ok(accounts.iter().map(line).collect::<String>())
        }
        Action::Invite { login } => {
            let accounts = stop.unless(store.accounts(None)).await??;
            let Some(account) = accounts.into_iter().find(|account| account.person.login == login.to_lowercase())
            else {
                bail!("nobody has the login \"{login}\"; `rimay account list` tells those there are")
            };
            if !account.active {
                bail!("the account {login} is not active; an administrator takes it back at /cuentas")
            }
            let secret = Secret::new();
            let by = Deed { account: None, action: "account.invite" };
            store.invite(Some((&account.person.id, &account.person.login)), &secret.digest(), HOURS, by).await?;
            Ok(format!("{}\n", path(&secret)))
        }
    })
    .await?;
    match io::stdout().write_all(told.as_bytes()) {
        // Whoever reads with `head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Where a secret is used; it stands behind `#`, which browsers do not send.
fn path(secret: &Secret) -> String {
    format!("/entrar#clave={}", secret.expose())
}

/// Where nobody has an account yet: the path by which the first administrator makes theirs.
pub(super) async fn first_link(store: &Store) -> anyhow::Result<Option<String>> {
    if store.has_accounts().await? {
        return Ok(None);
    }
    let secret = Secret::new();
    store.invite(None, &secret.digest(), HOURS, Deed { account: None, action: "account.invite_first" }).await?;
    Ok(Some(path(&secret)))
}
