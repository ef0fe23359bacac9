//! `bchan server check`

use clap::Args;

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::server_settings::StorageArgs;

/// Compare a server's database with its disk
///
/// The server must be stopped. Without --repair nothing is changed. With --repair, missing records,
/// backups, targets and databases are added, broken backups are marked, and unusable files are
/// moved aside; backups are never deleted or changed. A directory that the server refuses because
/// its disk was replaced is accepted, unless its backups are missing: mount the right disks first.
/// The exit code is 1 if an unrepaired fault remains.
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

    /// Repair what can be repaired by adding and moving aside
    #[arg(long)]
    repair: bool,

    /// Accept a data folder that was moved, restored or copied
    ///
    /// A server refuses to start on a data folder in a new place, because a copy and its original
    /// would change the same backups. Make sure that the old one is no longer used. Locations below
    /// the old data folder are changed to the new one.
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
        let config = self.storage.resolve(&ProcessEnvironment)?;
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
