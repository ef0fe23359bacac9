//! `bchan server import`

use std::path::PathBuf;

use clap::Args;

use super::storage::StorageArgs;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Take over what a Python server has: targets, backups and the key
///
/// Stop both servers first; only MariaDB must run. The files stay where they are, the recycle bin
/// of the Python server included, and its database is only read. Each backup is compared with the
/// disk: what is missing, of another kind or of another size is not taken over, what is not what
/// its hash says is marked as broken, and all of it is named. Another run takes over what has been
/// mended or is new, and leaves alone what is here already.
///
/// Targets may lie only below storage roots. Without --storage-root, those that are needed are
/// written into the configuration file (--config, or server.toml in the data folder), and so is the
/// recycle bin without --recycle-bin; the report ends with the command that starts the server.
/// Run this as the user that the server will run as, who needs to write to the folders of the
/// backups. Clients of a Python server expect port 5000: see `bchan serve --listen`.
///
/// The connection to the database is not encrypted: run this beside it, or through a tunnel.
///
/// It ends with 3 if anything was left out or marked as broken.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan server import --from /opt/backupchan --data /srv/bchan --dry-run
  bchan server import --from /opt/backupchan --data /srv/bchan --timezone Europe/Berlin")]
pub(crate) struct ImportArgs {
    /// Folder of the Python server, or its config.jsonc
    ///
    /// Relative paths in there mean what they mean to a server that is started in that folder.
    #[arg(long, value_name = "DIR|FILE")]
    from: PathBuf,

    #[command(flatten)]
    storage: StorageArgs,

    /// Time zone that the Python server was in, such as Europe/Berlin [default: this machine's]
    ///
    /// Its times have none. A time that clocks showed twice, when they were set back, is taken for
    /// the first one.
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,

    /// Read every backup and compare it with its hash; give those one that have none
    ///
    /// Without it, only backups whose size has changed are read. The server's integrity check
    /// reads all of them sooner or later.
    #[arg(long)]
    verify: bool,

    /// Look at everything and write nothing
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
        let options = ImportOptions {
            from: self.from,
            settings: settings.unwrap_or_else(|| data.join("server.toml")),
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
