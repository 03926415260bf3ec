//! PostgreSQL's settings, written anew before each start.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::error::ClusterError;
use super::layout::Layout;

/// For a machine of 2 to 24 GiB that runs rimay beside it. Durability stays as PostgreSQL ships it.
const TUNING: &str = "
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 1GB
random_page_cost = 1.1         # solid-state disks
jit = off                      # compiling costs more than it saves on queries of this size
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
log_checkpoints = off
# The log must not repeat what people entered: no statements and no row details.
log_min_error_statement = panic
log_error_verbosity = terse
";

/// Writes the settings. They lie outside of the database directory, where PostgreSQL's user cannot change
/// them, and first read the file that initdb wrote there.
pub(super) fn write(layout: &Layout, socket_dir: &Path, port: u16) -> Result<(), ClusterError> {
    let path = layout.settings();
    let text = format!(
        "# Written by rimay before each start; put settings of your own in {local}.\n\
         include {initial}\n\
         listen_addresses = ''           # the Unix socket only\n\
         port = {port}\n\
         unix_socket_directories = {socket}\n\
         unix_socket_permissions = 0700\n\
         {TUNING}\n\
         include_if_exists {local}\n",
        initial = quoted(&layout.database().join("postgresql.conf")),
        socket = quoted(socket_dir),
        local = quoted(&layout.local_settings()),
    );
    fs::write(&path, text).map_err(ClusterError::io("write", &path))?;
    fs::set_permissions(&path, Permissions::from_mode(0o644)).map_err(ClusterError::io("open to reading", &path))
}

/// The option that makes `postgres` read `settings`, quoted for the shell that pg_ctl starts it with.
pub(super) fn as_option(settings: &Path) -> String {
    format!("-c config_file='{}'", settings.to_string_lossy().replace('\'', r"'\''"))
}

/// A value in PostgreSQL's configuration syntax.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\\', r"\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_escaped_for_each_reader() {
        let path = Path::new("/srv/it's here");
        assert_eq!(quoted(path), "'/srv/it''s here'");
        assert_eq!(as_option(path), r"-c config_file='/srv/it'\''s here'");
    }
}
