//! The three ways to delete: a target, its backups, its recycled backups.

use bchan_api::TargetView;
use clap::Args;

use super::WhichTarget;
use crate::commands::{DeleteFilesArgs, count_backups};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Done;

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
        let what = format!(
            "target {} and its {backups}, {}",
            target.name,
            self.files.words()
        );
        context.ui.confirm(&format!("Delete {what}?")).await?;
        context
            .client()
            .await?
            .delete_target(&target.id, self.files.delete_files)
            .await?;
        context.ui.show(&Done::new(format!("deleted {what}")))?;
        Ok(Exit::Done)
    }
}

impl DeleteBackupsArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let TargetView { target, backups } = context.target(&self.which.target).await?;
        let backups = count_backups(backups.len());
        let what = format!(
            "all {backups} of target {}, {}",
            target.name,
            self.files.words()
        );
        context.ui.confirm(&format!("Delete {what}?")).await?;
        context
            .client()
            .await?
            .delete_backups(&target.id, self.files.delete_files)
            .await?;
        context.ui.show(&Done::new(format!("deleted {what}")))?;
        Ok(Exit::Done)
    }
}

impl DeleteRecycledArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let TargetView { target, backups } = context.target(&self.which.target).await?;
        let recycled = backups.iter().filter(|backup| backup.is_recycled).count();
        let backups = count_backups(recycled);
        let name = &target.name;
        let what = format!(
            "{backups} of target {name} in the recycle bin, {}",
            self.files.words()
        );
        context.ui.confirm(&format!("Delete {what}?")).await?;
        context
            .client()
            .await?
            .delete_recycled(&target.id, self.files.delete_files)
            .await?;
        context.ui.show(&Done::new(format!("deleted {what}")))?;
        Ok(Exit::Done)
    }
}
