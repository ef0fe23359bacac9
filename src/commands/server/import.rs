//! `bchan server import`

use std::path::PathBuf;

use clap::Args;

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::server_settings::StorageArgs;

/// Import a Python server's targets, backups and key
///
/// Stop both servers first; only MariaDB must run. The files stay where they are, including the
/// Python server's recycle bin, and its database is only read. Each backup is compared with the
/// disk: backups that are missing or of another kind or size are left out, those whose content does
/// not match their hash are marked as broken, and each is reported. A second run imports what is
/// new or repaired and changes nothing else.
///
/// Targets must be below storage roots. Without --storage-root, the required roots are added to the
/// configuration file (--config, or server.toml in the data folder), and so is the recycle bin
/// without --recycle-bin; the report ends with the command that starts the server. Run this as the
/// user that will run the server, who needs write access to the backups. Clients of a Python server
/// expect port 5000: see `bchan serve --listen`.
///
/// The connection to the database is not encrypted: run this next to it, or through a tunnel.
///
/// The exit code is 3 if anything was left out or marked as broken.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan server import --from /opt/backupchan --data /srv/bchan --dry-run
  bchan server import --from /opt/backupchan --data /srv/bchan --timezone Europe/Berlin")]
pub(crate) struct ImportArgs {
    /// Folder of the Python server, or its config.jsonc
    ///
    /// Relative paths in it are resolved against that folder.
    #[arg(long, value_name = "DIR|FILE")]
    from: PathBuf,

    #[command(flatten)]
    storage: StorageArgs,

    /// Time zone of the Python server, such as Europe/Berlin [default: this machine's]
    ///
    /// Its times have no time zone. Ambiguous times (clocks set back) are taken as the earlier one.
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,

    /// Read every backup and compare it with its hash; give those one that have none
    ///
    /// Without it, only backups whose size has changed are read. The server's integrity check
    /// reads all of them sooner or later.
    #[arg(long)]
    verify: bool,

    /// Report everything, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[cfg(feature = "import-mariadb")]
impl ImportArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        use std::sync::Arc;

        use bchan_import::{ImportObserver, ImportOptions};

        use crate::ui::view::Import;
        use bchan_agent::Progress;

        /// Shows how far it is.
        struct Listener {
            progress: Arc<dyn Progress>,
            bytes: u64,
        }

        impl ImportObserver for Listener {
            fn progress(&mut self, _done: u64, _of: u64, bytes: u64) {
                self.progress.bytes(bytes - self.bytes);
                self.bytes = bytes;
            }
        }

        context.ui.log_to_stderr();
        let data = super::data_folder::data_folder(self.storage.data)?;
        let settings = self.storage.config;
        let settings = settings.unwrap_or_else(|| data.join("server.toml"));
        let configured = if settings.try_exists().unwrap_or(true) {
            StorageArgs::from_file(&settings)?
        } else {
            StorageArgs::default()
        };
        let options = ImportOptions {
            from: self.from,
            settings,
            configured_roots: configured.storage_roots,
            configured_bin: configured.recycle_bin,
            data,
            storage_roots: self.storage.storage_roots,
            recycle_bin: self.storage.recycle_bin,
            timezone: self.timezone,
            verify: self.verify,
            dry_run: self.dry_run,
        };
        let bar = context.ui.bar();
        let progress = bar.progress();
        let work = tokio::task::spawn_blocking(move || {
            let mut listener = Listener { progress, bytes: 0 };
            bchan_import::import(&options, &mut listener)
        });
        let report = work.await.map_err(CommandError::failed)??;
        drop(bar);
        let complete = report.is_complete();
        context.ui.show(&Import { report })?;
        Ok(if complete {
            Exit::Done
        } else {
            Exit::Incomplete
        })
    }
}

#[cfg(not(feature = "import-mariadb"))]
impl ImportArgs {
    #[expect(clippy::unused_async, reason = "the same shape as with the import")]
    pub(crate) async fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
        let message = "`bchan server import` needs the import from MariaDB, which this bchan was \
            built without";
        Err(CommandError::usage(message)
            .hint("build it with the feature `import-mariadb`, which is on by default"))
    }
}
