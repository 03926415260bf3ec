//! Logs. Figures are counted where things happen and rendered by `api`.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error: `RIMAY_LOG` says what (`info` by default, syntax of `tracing`), and
/// `RIMAY_LOG_FORMAT=json` writes one JSON object a line.
pub fn start() {
    let filter = EnvFilter::try_from_env("RIMAY_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var("RIMAY_LOG_FORMAT").is_ok_and(|format| format == "json") {
        builder.json().init();
    } else {
        // Colours are for people: a file or a journal would keep their codes.
        builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).init();
    }
}
