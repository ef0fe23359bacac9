use std::path::PathBuf;

use clap::Args;

use super::{say_warnings, warnings};
use crate::agent::{self, AgentError, Outcome, UploadOptions, UploadReport};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::suggest;
use crate::ui::view::{Status, Upload};

/// Back up files and folders to a target
///
/// Folders are packed, compressed and sent in one pass, without a temporary file. The command
/// ends when the server has stored the backup.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan backup upload docs ~/Documents
  bchan backup upload --quiet --automatic home /home /etc
  bchan --local=/mnt/disk backup upload --create docs ~/Documents")]
pub(super) struct UploadArgs {
    /// Id or alias of the target
    target: String,

    /// Files and folders to back up
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Mark the backup as made by a schedule, not by hand
    #[arg(short, long)]
    automatic: bool,

    /// Create the target if there is none of this name
    #[arg(long)]
    create: bool,

    /// Do not wait until the server has stored it
    #[arg(long)]
    no_wait: bool,

    /// Take it for no failure when there is nothing to back up
    ///
    /// An empty folder is mostly a disk that is not mounted.
    #[arg(long)]
    allow_empty: bool,
}

impl UploadArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let name = self.target.clone();
        let options = UploadOptions {
            target: self.target,
            paths: self.paths,
            manual: !self.automatic,
            create: self.create,
            wait: !self.no_wait,
            retries: context.settings().await?.retries.value,
            allow_empty: self.allow_empty,
        };
        let bar = context.ui.bar();
        let outcome = agent::upload(client, options, bar.progress()).await;
        drop(bar);
        let report = match outcome {
            Ok(report) => report,
            Err(error) => return Err(explain(context, &name, error).await),
        };
        context.ui.verbose(&match report.unverified {
            None => "the server's hash of the backup is that of what was sent".to_owned(),
            Some(why) => format!("not compared with what is stored: {why}"),
        });
        let complete = report.is_complete();
        let total = report.warning_count;
        let view = view(report);
        say_warnings(context, &view.warnings, total, !complete);
        context.ui.show(&view)?;
        Ok(if complete {
            Exit::Done
        } else {
            Exit::Incomplete
        })
    }
}

/// Adds to a missing target those that may have been meant.
async fn explain(context: &Context<'_>, name: &str, error: AgentError) -> CommandError {
    let missing = matches!(error, AgentError::NoSuchTarget { .. });
    let error = CommandError::from(error);
    if !missing || !error.hints.is_empty() {
        return error;
    }
    let Ok(client) = context.client().await else {
        return error;
    };
    let targets = client.all_targets().await.unwrap_or_default();
    error
        .maybe_hint(suggest::target_hint(name, &targets))
        .hint("--create makes a target of this name")
}

fn view(report: UploadReport) -> Upload {
    Upload {
        job_id: report.job_id,
        status: match report.status {
            Outcome::Stored => Status::Stored,
            Outcome::Accepted => Status::Accepted,
            Outcome::Unconfirmed => Status::Unconfirmed,
        },
        backup: report.backup,
        files: report.files,
        bytes: report.bytes,
        sent: report.sent,
        warnings: warnings(report.warnings),
        target: report.target.name,
    }
}
