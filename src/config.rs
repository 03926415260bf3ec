//! Settings: defaults < configuration file < environment < flags.
//!
//! Environment and flags are read together by `cli`; this gathers them with the file and the defaults. Secrets
//! print as `***`.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;

use crate::{api::ConnectionLimits, people::OidcSettings};

/// Everything that can be set, each item optional: the flags and environment variables of the program, and the
/// keys of its configuration file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// What every command reads.
    pub database: DatabaseOptions,
    /// What only the server reads.
    pub server: ServerOptions,
}

/// Where the data is.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[command(next_help_heading = "Database")]
pub struct DatabaseOptions {
    /// PostgreSQL server to use instead of the managed one: postgres://user:password@host:5432/database
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<Secret>,
    /// Where the managed database lives [default: /var/lib/rimay for root, else ~/.local/share/rimay]
    #[arg(long, global = true, env = "RIMAY_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// How the server serves.
#[derive(Debug, Clone, Default, Args, Deserialize)]
pub struct ServerOptions {
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "RIMAY_LISTEN", value_name = "IP:PORT")]
    pub listen: Option<SocketAddr>,
    /// Address under which clients reach the server; links begin with it [default: http:// and the listening address,
    /// or this machine's own where the server listens on all]
    #[arg(long, env = "RIMAY_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// The built front-end [default: web/dist]
    #[arg(long, env = "RIMAY_WEB_DIR", value_name = "DIR")]
    pub web_dir: Option<PathBuf>,
    /// Demonstration data to load into layers that never had any
    #[arg(long, env = "RIMAY_DEMO_DATA", value_name = "DIR")]
    pub demo_data: Option<PathBuf>,
    /// Base map under the data: a file of tiles that ends in .pmtiles, or the address of a MapLibre style [default: our own]
    #[arg(long, env = "RIMAY_BASEMAP", value_name = "FILE|URL")]
    pub basemap: Option<String>,
    /// Connections served at once [default: 1024]
    #[arg(long, env = "RIMAY_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,
    /// Connections served at once from one address; this machine's own are not counted [default: 64]
    #[arg(long, env = "RIMAY_MAX_CONNECTIONS_PER_ADDRESS", value_name = "N")]
    pub max_connections_per_address: Option<usize>,
    /// Memory for tiles already made, in MiB; 0 makes each anew [default: 128]
    #[arg(long, env = "RIMAY_TILE_CACHE_MIB", value_name = "N")]
    pub tile_cache_mib: Option<u64>,
    /// Token that lets its bearer write features over HTTP; without one they are read-only
    #[arg(long, env = "RIMAY_EDIT_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub edit_token: Option<Secret>,
    /// Sign-in service (OpenID Connect) by which people may sign in to the accounts they have here, besides their passwords
    #[arg(long, env = "RIMAY_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,
    /// What that service calls this server
    #[arg(long, env = "RIMAY_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,
    /// The secret it gave to this server, if it gave one
    #[arg(long, env = "RIMAY_OIDC_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    pub oidc_client_secret: Option<Secret>,
    /// What people call the service [default: its address]
    #[arg(long, env = "RIMAY_OIDC_NAME", value_name = "NAME")]
    pub oidc_name: Option<String>,
}

/// Keys of the configuration file.
const KEYS: [&str; 15] = [
    "database_url",
    "data_dir",
    "listen",
    "public_url",
    "web_dir",
    "demo_data",
    "basemap",
    "max_connections",
    "max_connections_per_address",
    "tile_cache_mib",
    "edit_token",
    "oidc_issuer",
    "oidc_client_id",
    "oidc_client_secret",
    "oidc_name",
];

/// What the program runs with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// PostgreSQL server to use; `None` for the managed one.
    pub database_url: Option<Secret>,
    /// Where the managed database lives.
    pub data_dir: PathBuf,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address under which clients reach us; `None` for the listening address, or the loopback address where we listen
    /// on all.
    pub public_url: Option<String>,
    /// The built front-end.
    pub web_dir: PathBuf,
    /// Demonstration data to load into layers that never had any.
    pub demo_data: Option<PathBuf>,
    /// Base map under the data: a file of tiles or the address of a style; `None` for our own.
    pub basemap: Option<String>,
    /// How many connections are served at once.
    pub connections: ConnectionLimits,
    /// Memory for tiles already made, in MiB.
    pub tile_cache_mib: u64,
    /// Token that lets its bearer write features over HTTP.
    pub edit_token: Option<Secret>,
    /// By which people may sign in, besides their passwords.
    pub oidc: Option<OidcSettings>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not of the right form.
    #[error("the configuration file {path} cannot be understood: {source}accepted keys: {}", KEYS.join(", "))]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: toml::de::Error,
    },
    /// The file sets what there is not.
    #[error("the configuration file {path} has the unknown key {key}; accepted keys: {}", KEYS.join(", "))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// The public address is no web address.
    #[error("the public URL \"{0}\" must begin with http:// or https://")]
    PublicUrl(String),
    /// A sign-in service that does not know us.
    #[error("with --oidc-issuer goes --oidc-client-id: what that service calls this server")]
    OidcClient,
}

impl Settings {
    /// Gathers settings: what flags and environment say counts over the file, the file over the defaults.
    ///
    /// # Errors
    /// [`ConfigError`] naming the file or setting at fault.
    pub fn gather(given: Overrides, file: Option<&Path>, default_data_dir: PathBuf) -> Result<Settings, ConfigError> {
        let file = file.map(read).transpose()?.unwrap_or_default();
        let (database, server) = (given.database, given.server);
        let text = |given: Option<String>, file: Option<String>| given.or(file).filter(|text| !text.is_empty());
        let issuer = text(server.oidc_issuer, file.server.oidc_issuer);
        let client_id = text(server.oidc_client_id, file.server.oidc_client_id);
        let client_secret = server.oidc_client_secret.or(file.server.oidc_client_secret);
        let name = text(server.oidc_name, file.server.oidc_name);
        let oidc = match (issuer, client_id) {
            (None, _) => None,
            (Some(_), None) => return Err(ConfigError::OidcClient),
            (Some(issuer), Some(client_id)) => Some(OidcSettings {
                name: name.unwrap_or_else(|| issuer.clone()),
                issuer,
                client_id,
                client_secret: client_secret.map(|secret| secret.expose().to_owned()).filter(|text| !text.is_empty()),
            }),
        };
        let settings = Settings {
            // An empty variable is how shells say "not set".
            database_url: database.database_url.or(file.database.database_url).filter(|url| !url.expose().is_empty()),
            data_dir: database.data_dir.or(file.database.data_dir).unwrap_or(default_data_dir),
            listen: server.listen.or(file.server.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_url: server.public_url.or(file.server.public_url),
            web_dir: server.web_dir.or(file.server.web_dir).unwrap_or_else(|| "web/dist".into()),
            demo_data: server.demo_data.or(file.server.demo_data),
            basemap: text(server.basemap, file.server.basemap),
            tile_cache_mib: server.tile_cache_mib.or(file.server.tile_cache_mib).unwrap_or(128),
            edit_token: server.edit_token.or(file.server.edit_token).filter(|token| !token.expose().is_empty()),
            oidc,
            connections: ConnectionLimits {
                total: server.max_connections.or(file.server.max_connections).unwrap_or(1024),
                per_address: server
                    .max_connections_per_address
                    .or(file.server.max_connections_per_address)
                    .unwrap_or(64),
            },
        };
        match &settings.public_url {
            Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
                Err(ConfigError::PublicUrl(url.clone()))
            }
            _ => Ok(settings),
        }
    }
}

fn read(path: &Path) -> Result<Overrides, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    let syntax = |source| ConfigError::Syntax { path: path.to_owned(), source };
    let table: toml::Table = toml::from_str(&text).map_err(syntax)?;
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(ConfigError::UnknownKey { path: path.to_owned(), key: key.clone() });
    }
    let syntax = |source| ConfigError::Syntax { path: path.to_owned(), source };
    Ok(Overrides { database: toml::from_str(&text).map_err(syntax)?, server: toml::from_str(&text).map_err(syntax)? })
}

/// A text that never prints.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_settings_count_over_the_defaults_and_secrets_do_not_print() {
        let database_url = Some("postgres://u:secret@h/d".into());
        let given = Overrides {
            database: DatabaseOptions { database_url, ..DatabaseOptions::default() },
            ..Overrides::default()
        };
        let settings = Settings::gather(given, None, "/data".into()).expect("sound");
        assert_eq!(settings.listen.port(), 8080);
        assert_eq!(settings.data_dir, Path::new("/data"));
        assert!(!format!("{settings:?}").contains("secret"));
    }
}
