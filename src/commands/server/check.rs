//! `bchan server check`

use clap::Args;

use super::storage::StorageArgs;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Compare a server's database with its disk
///
/// The server must not run. Looking changes nothing. With --repair, what is missing is added
/// (records beside the backups, backups and targets that the database has lost, a database that is
/// gone), broken backups are marked, and what cannot be used is moved aside; no backup is ever
/// deleted or changed. A directory that the server refuses because its disk was replaced is taken
/// into use, unless backups should lie there and none does: mount the right disks first. It ends
/// with 1 if there is a fault that was not repaired.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan server check --data /srv/bchan
  bchan server check --data /srv/bchan --deep --repair
  bchan server check --data /mnt/new/bchan --moved")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    storage: StorageArgs,

    /// Read every backup and compare it with its hash
    #[arg(long)]
    deep: bool,

    /// Repair what can be repaired by adding and by moving aside
    #[arg(long)]
    repair: bool,

    /// Accept a data folder that was moved, restored or copied
    ///
    /// A server does not start on a data folder that is not where it was, because a copy and its
    /// original would change the same backups. Make sure that nothing uses the old one any more.
    /// Locations below the old data folder follow to the new one.
    #[arg(long)]
    moved: bool,
}

#[cfg(feature = "server")]
impl CheckArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        use std::sync::Arc;

        use bchan_server::{CheckObserver, CheckOptions, Finding};

        use crate::config::ProcessEnvironment;
        use crate::ui::view::CheckReport;
        use bchan_agent::Progress;

        /// Keeps the findings, and shows how far it is.
        struct Listener {
            findings: Vec<Finding>,
            progress: Arc<dyn Progress>,
            bytes: u64,
        }

        impl CheckObserver for Listener {
            fn found(&mut self, finding: Finding) {
                self.findings.push(finding);
            }

            fn progress(&mut self, _done: u64, _of: u64, bytes: u64) {
                self.progress.bytes(bytes - self.bytes);
                self.bytes = bytes;
            }
        }

        context.ui.log_to_stderr();
        let (config, _) = self.storage.resolve(&ProcessEnvironment)?;
        let options = CheckOptions {
            deep: self.deep,
            repair: self.repair,
            moved: self.moved,
        };
        let bar = context.ui.bar();
        let progress = bar.progress();
        let work = tokio::task::spawn_blocking(move || {
            let mut listener = Listener {
                findings: Vec::new(),
                progress,
                bytes: 0,
            };
            let summary = bchan_server::check(&config, options, &mut listener)?;
            Ok::<_, CommandError>((summary, listener.findings))
        });
        let (summary, findings) = work.await.map_err(CommandError::failed)??;
        drop(bar);
        context.ui.show(&CheckReport { summary, findings })?;
        if summary.faults > summary.repaired {
            Ok(Exit::Failed)
        } else {
            Ok(Exit::Done)
        }
    }
}

#[cfg(not(feature = "server"))]
impl CheckArgs {
    #[expect(clippy::unused_async, reason = "the same shape as with a server")]
    pub(crate) async fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
        Err(crate::commands::without_server("`bchan server`"))
    }
}
