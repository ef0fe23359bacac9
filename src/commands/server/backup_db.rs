//! `bchan server backup-db`

use std::path::PathBuf;

use clap::Args;

use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Write a consistent copy of a server's database
///
/// The server may be running. To restore a copy, stop the server, move bchan.db and bchan.db-wal
/// out of the data folder, put the copy there as bchan.db, and run `bchan server check --repair`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  bchan server backup-db --data /srv/bchan /mnt/elsewhere/bchan.db")]
pub(crate) struct BackupDbArgs {
    /// File to write
    file: PathBuf,

    /// Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Replace the file if it exists
    #[arg(long)]
    overwrite: bool,
}

#[cfg(feature = "server")]
impl BackupDbArgs {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        use crate::ui::view::Done;

        let data = super::data_folder::data_folder(self.data)?;
        let file = self.file;
        if !data.is_dir() {
            let message = format!("there is no data folder {}", data.display());
            return Err(CommandError::new(
                crate::error::Kind::Configuration,
                message,
            ));
        }
        if !self.overwrite && file.symlink_metadata().is_ok() {
            let message = format!("{} exists already", file.display());
            return Err(CommandError::failed(message).hint("--overwrite replaces it"));
        }
        // Beside the file, so that a copy that fails leaves the one before as it is.
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(std::path::Path::new("."));
        let failed = |error: std::io::Error| {
            let message = format!("{} cannot be written: {error}", file.display());
            CommandError::failed(message)
        };
        let temporary = tempfile::Builder::new()
            .prefix(".bchan-db-")
            .tempdir_in(folder)
            .map_err(failed)?;
        let copy = temporary.path().join("bchan.db");
        let bytes = bchan_server::backup_database(&data, &copy).map_err(CommandError::failed)?;
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&copy, private).map_err(failed)?;
        let entries = std::fs::File::open(folder).map_err(failed)?;
        std::fs::rename(&copy, &file).map_err(failed)?;
        entries.sync_all().map_err(failed)?;
        let message = format!("copied the database to {} ({bytes} bytes)", file.display());
        context.ui.show(&Done::new(&message))?;
        Ok(Exit::Done)
    }
}

#[cfg(not(feature = "server"))]
impl BackupDbArgs {
    #[expect(clippy::unused_self, reason = "the same shape as with a server")]
    pub(crate) fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
        Err(crate::commands::without_server("`bchan server`"))
    }
}
