use clap::Args;

use super::WhichPreset;
use super::attend::Attendance;
use crate::commands::backup::upload::guard::GuardArgs;
use crate::commands::backup::upload::packing::PackingArgs;
use crate::commands::backup::upload::{dry_run, with_defaults};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use bchan_agent::{BackupInput, ListOptions, UploadOptions};

/// Run a preset
///
/// Uses the preset's profile, unless --profile or BCHAN_PROFILE names another.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan preset upload docs
  bchan preset upload --quiet --automatic home")]
pub(super) struct UploadArgs {
    #[command(flatten)]
    which: WhichPreset,

    /// Mark the backup as automatic rather than manual (letter as in the Python client)
    #[arg(short, long)]
    automatic: bool,

    /// Create the target if it does not exist
    #[arg(long)]
    create: bool,

    /// Send file by file, resuming an interrupted run (letter as in the Python client)
    ///
    /// See `bchan backup upload`.
    #[arg(short, long, conflicts_with_all = ["compression", "threads", "special", "dry_run", "spool"])]
    sequential: bool,

    /// Do not wait until the server has stored the backup
    #[arg(long)]
    no_wait: bool,

    /// Do not fail when there is nothing to back up
    #[arg(long)]
    allow_empty: bool,

    /// List the files that would be backed up, and send nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    packing: PackingArgs,

    #[command(flatten)]
    guard: GuardArgs,
}

impl UploadArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let preset = context.preset(&self.which.name)?.preset;
        if let Some(profile) = preset.profile {
            context.prefer_profile(profile);
        }
        let what = BackupInput::Paths {
            paths: preset.paths,
            selection: with_defaults(context, preset.selection).await?,
        };
        if self.dry_run {
            let options = ListOptions {
                allow_empty: self.allow_empty,
                reasons: context.ui.is_verbose(),
                special: self.packing.special,
            };
            return dry_run(context, what, options).await;
        }
        let preset_run = (&*self.which.name, &preset.unattended);
        let mut guard = self.guard.guard(context, Some(preset_run)).await?;
        guard.sequential = self.sequential;
        let options = UploadOptions {
            target: preset.target,
            what,
            packing: self.packing.packing(context.settings().await?),
            limit: self.packing.limit(),
            manual: !self.automatic,
            create: self.create,
            wait: !self.no_wait,
            retries: context.settings().await?.retries.value,
            allow_empty: self.allow_empty,
            idempotency_key: None,
        };
        let attendance = Attendance {
            context,
            preset: &self.which.name,
            options: &preset.unattended,
            guard: &guard,
        };
        attendance.upload(options).await
    }
}
