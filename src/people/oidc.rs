//! Signing in with an account elsewhere (OpenID Connect, authorization code with PKCE). Whoever is known there signs in to the
//! account here that bears their e-mail address or their name as login; it makes no accounts.

use std::time::Duration;

use moka::sync::Cache;
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
    reqwest,
};

/// How long somebody may take to sign in elsewhere.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long that provider may take over one answer.
const ANSWER: Duration = Duration::from_secs(5);
/// People who are signing in at once.
const MOST: u64 = 10_000;

/// Who vouches for people.
#[derive(Clone)]
pub struct OidcSettings {
    /// Address of the provider, as it calls itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What we show it.
    pub client_secret: Option<String>,
    /// What people call it.
    pub name: String,
}

impl std::fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Somebody who was sent there and has not come back.
#[derive(Clone)]
struct Pending {
    nonce: String,
    verifier: String,
}

/// Signing in elsewhere.
pub struct OpenIdConnect {
    settings: OidcSettings,
    redirect: String,
    http: reqwest::Client,
    pending: Cache<String, Pending>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// The provider does not answer, or not as it must.
    #[error("the sign-in service does not answer as it must: {0}")]
    Provider(String),
    /// They were not sent by us, took too long, or came back twice.
    #[error("this sign-in was not begun here, or took too long; begin again")]
    Stray,
    /// What they brought does not hold.
    #[error("the sign-in service vouches for nobody: {0}")]
    NotVouched(String),
}

fn provider(error: impl std::error::Error) -> OidcError {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    OidcError::Provider(told)
}

/// The client of a provider that was asked about itself. (Its type tells which addresses are known, at some length.)
macro_rules! client {
    ($own:expr, $metadata:expr) => {
        CoreClient::from_provider_metadata(
            $metadata,
            ClientId::new($own.settings.client_id.clone()),
            $own.settings.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new($own.redirect.clone()).map_err(provider)?)
    };
}

impl OpenIdConnect {
    /// Of a provider; people come back to `redirect`.
    ///
    /// # Errors
    /// [`OidcError::Provider`] where no connection can be secured, or an address is none.
    pub fn new(settings: OidcSettings, redirect: String) -> Result<OpenIdConnect, OidcError> {
        // What a provider answers leads nowhere else.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(ANSWER);
        let http = http.build().map_err(provider)?;
        IssuerUrl::new(settings.issuer.clone()).map_err(provider)?;
        RedirectUrl::new(redirect.clone()).map_err(provider)?;
        let pending = Cache::builder().max_capacity(MOST).time_to_live(PATIENCE).build();
        Ok(OpenIdConnect { settings, redirect, http, pending })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, OidcError> {
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(provider)?;
        CoreProviderMetadata::discover_async(issuer, &self.http).await.map_err(provider)
    }

    /// Where to send somebody, and the secret that their browser has to bring back.
    ///
    /// # Errors
    /// [`OidcError::Provider`].
    pub async fn begin(&self) -> Result<(String, String), OidcError> {
        let client = client!(self, self.discover().await?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let asked = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        let scopes = ["email", "profile"].map(|scope| Scope::new(scope.to_owned()));
        let (address, state, nonce) = asked.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let state = state.secret().clone();
        let pending = Pending { nonce: nonce.secret().clone(), verifier: verifier.secret().clone() };
        self.pending.insert(state.clone(), pending);
        Ok((address.to_string(), state))
    }

    /// The logins that somebody who came back may have here, the likeliest first: their e-mail address, if the provider has verified
    /// it, and their name there.
    ///
    /// # Errors
    /// [`OidcError`].
    pub async fn finish(&self, code: String, state: &str) -> Result<Vec<String>, OidcError> {
        let Pending { nonce, verifier } = self.pending.remove(state).ok_or(OidcError::Stray)?;
        let client = client!(self, self.discover().await?);
        let exchange = client.exchange_code(AuthorizationCode::new(code)).map_err(provider)?;
        let exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let tokens = exchange.request_async(&self.http).await.map_err(provider)?;
        let token = tokens.id_token().ok_or_else(|| OidcError::NotVouched("it gave no ID token".into()))?;
        let claims = token
            .claims(&client.id_token_verifier(), &Nonce::new(nonce))
            .map_err(|error| OidcError::NotVouched(error.to_string()))?;
        let email = claims.email().filter(|_| claims.email_verified() == Some(true)).map(|email| email.as_str());
        let name = claims.preferred_username().map(|name| name.as_str());
        let logins: Vec<String> = [email, name].into_iter().flatten().map(str::to_lowercase).collect();
        match logins.is_empty() {
            true => Err(OidcError::NotVouched("it tells neither a verified e-mail address nor a name".into())),
            false => Ok(logins),
        }
    }
}
