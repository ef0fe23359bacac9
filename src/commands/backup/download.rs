use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::limit::Rate;
use crate::commands::backup::warnings::{say_unchecked, say_warnings, warnings};
use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Download;
use bchan_agent::{self, Destination, DownloadOptions, Restore};

/// Download a backup
///
/// A backup of a folder arrives as one archive, or unpacked with --extract. It gets its name only
/// after it was checked, so there are no partial files, and no file is overwritten. Standard output
/// gets it before it is checked: use it only if the exit code is 0.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan backup download docs --extract /tmp/docs
  bchan backup download 5e2f6a0c --directory ~/Downloads
  bchan backup download docs --directory - | tar tz")]
pub(super) struct DownloadArgs {
    /// Id of the backup or its first characters, or a target for its newest one
    ///
    /// A target is named by its id, alias or name. Of the id of a backup, four characters are enough
    /// if no other begins with them.
    #[arg(value_name = "BACKUP|TARGET", add = complete::backups_or_targets())]
    what: String,

    /// Folder to put the file into (letter as in the Python client)
    ///
    /// `-` writes the file to standard output.
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

    /// Do not restore owners
    ///
    /// By default root restores owners, by name where it is known here and else by number. Other
    /// users can restore only groups of their own; other entries are reported.
    #[arg(long, requires = "extract")]
    no_same_owner: bool,

    /// Also restore set-id bits, capabilities and devices
    ///
    /// Use only if you trust the server and the source of the backup. Without this option such
    /// entries are reported and left out.
    #[arg(long, requires = "extract")]
    privileged: bool,

    /// Largest receiving rate per second, such as 5MiB
    #[arg(long, value_name = "RATE")]
    limit_download: Option<Rate>,
}

impl DownloadArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let prints = self.directory.as_os_str() == "-" && self.extract.is_none();
        let destination = match self.extract {
            Some(directory) => Destination::Extract(directory),
            None if prints => Destination::Pipe(Arc::new(context.ui.stdout_for_content()?)),
            None => Destination::Directory(self.directory),
        };
        let client = context.client().await?;
        let options = DownloadOptions {
            what: self.what,
            destination,
            retries: context.settings().await?.retries.value,
            limit: self.limit_download.map(Rate::limit),
            restore: Restore {
                owners: !self.no_same_owner,
                privileged: self.privileged,
            },
        };
        let bar = context.ui.bar();
        let outcome = bchan_agent::download(client, options, bar.progress()).await;
        drop(bar);
        let report = outcome?;
        say_unchecked(context, &report);
        let complete = report.not_restored == 0;
        let view = Download {
            backup: report.backup,
            path: report.path.to_string_lossy().into_owned(),
            amount: report.amount,
            warnings: warnings(report.warnings),
        };
        say_warnings(context, &view.warnings, report.not_restored, !complete);
        if !prints {
            context.ui.show(&view)?;
        }
        Ok(if complete {
            Exit::Done
        } else {
            Exit::Incomplete
        })
    }
}
