use std::path::PathBuf;

use clap::Args;

use super::{say_warnings, warnings};
use crate::agent::{self, Destination, DownloadOptions};
use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Download;

/// Fetch a backup
///
/// A backup of a folder comes as one archive, or unpacked with --extract. What arrives is checked
/// before it gets its name: there are no half files, and none is overwritten.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan backup download docs --extract /tmp/docs
  bchan backup download 5e2f6a0c-8f7f-4d0e-9a53-2f8b6a1c7d90 --directory ~/Downloads")]
pub(super) struct DownloadArgs {
    /// Id of the backup, or id or alias of a target for its newest one
    #[arg(value_name = "BACKUP|TARGET", add = complete::backups_or_targets())]
    what: String,

    /// Folder to put the file into
    #[arg(
        short,
        long,
        value_name = "DIR",
        default_value = ".",
        conflicts_with = "extract"
    )]
    directory: PathBuf,

    /// Folder to unpack into; it must be missing or empty
    #[arg(long, value_name = "DIR")]
    extract: Option<PathBuf>,
}

impl DownloadArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let options = DownloadOptions {
            what: self.what,
            destination: match self.extract {
                Some(directory) => Destination::Extract(directory),
                None => Destination::Directory(self.directory),
            },
            retries: context.settings().await?.retries.value,
        };
        let bar = context.ui.bar();
        let outcome = agent::download(client, options, bar.progress()).await;
        drop(bar);
        let report = outcome?;
        let complete = report.not_restored == 0;
        let view = Download {
            backup: report.backup,
            path: report.path.to_string_lossy().into_owned(),
            files: report.files,
            bytes: report.bytes,
            warnings: warnings(report.warnings),
        };
        say_warnings(context, &view.warnings, report.not_restored, !complete);
        context.ui.show(&view)?;
        Ok(if complete {
            Exit::Done
        } else {
            Exit::Incomplete
        })
    }
}
