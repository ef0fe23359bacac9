//! The three ways to delete: a target, its backups, its recycled backups.

use bchan_api::TargetView;
use clap::Args;

use super::WhichTarget;
use crate::commands::{DeleteFilesArgs, count_backups};
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Delete a target and all its backups
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan target delete docs --delete-files")]
pub(super) struct DeleteArgs {
    #[command(flatten)]
    which: WhichTarget,
    #[command(flatten)]
    files: DeleteFilesArgs,
}

/// Delete all backups of a target, but not the target
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan target delete-backups docs --delete-files")]
pub(super) struct DeleteBackupsArgs {
    #[command(flatten)]
    which: WhichTarget,
    #[command(flatten)]
    files: DeleteFilesArgs,
}

/// Delete the recycled backups of a target
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan target delete-recycled docs --delete-files")]
pub(super) struct DeleteRecycledArgs {
    #[command(flatten)]
    which: WhichTarget,
    #[command(flatten)]
    files: DeleteFilesArgs,
}

impl DeleteArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let TargetView { target, backups } = context.target(&self.which.target).await?;
        let backups = count_backups(backups.len());
        let what = format!("target {} and its {backups}", target.name);
        context.ui.confirm(&self.files.question(&what)).await?;
        context
            .client()
            .await?
            .delete_target(&target.id, self.files.delete_files)
            .await?;
        context.ui.show(&self.files.report(&what))?;
        Ok(Exit::Done)
    }
}

impl DeleteBackupsArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let TargetView { target, backups } = context.target(&self.which.target).await?;
        let count = backups.len();
        let what = format!("all {} of target {}", count_backups(count), target.name);
        if count > 0 {
            context.ui.confirm(&self.files.question(&what)).await?;
        }
        context
            .client()
            .await?
            .delete_backups(&target.id, self.files.delete_files)
            .await?;
        context.ui.show(&self.files.report(&what))?;
        Ok(Exit::Done)
    }
}

impl DeleteRecycledArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let TargetView { target, backups } = context.target(&self.which.target).await?;
        let recycled = backups.iter().filter(|backup| backup.is_recycled).count();
        let backups = count_backups(recycled);
        let what = format!("{backups} of target {} in the recycle bin", target.name);
        if recycled > 0 {
            context.ui.confirm(&self.files.question(&what)).await?;
        }
        context
            .client()
            .await?
            .delete_recycled(&target.id, self.files.delete_files)
            .await?;
        context.ui.show(&self.files.report(&what))?;
        Ok(Exit::Done)
    }
}
