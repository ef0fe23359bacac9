//! Changes to one backup.

use bchan_client::Error;
use clap::Args;

use crate::commands::DeleteFilesArgs;
use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use crate::ui::view::Done;

/// Delete a backup
#[derive(Args, Debug)]
#[command(after_help = "Example:
  bchan backup delete 5e2f6a0c --delete-files")]
pub(super) struct DeleteArgs {
    /// Id of the backup, or its first characters
    #[arg(add = complete::all_backups())]
    backup: String,
    #[command(flatten)]
    files: DeleteFilesArgs,
}

/// Move a backup to the recycle bin
#[derive(Args, Debug)]
#[command(after_help = "Example:
  bchan backup recycle 5e2f6a0c")]
pub(super) struct RecycleArgs {
    /// Id of the backup, or its first characters
    #[arg(add = complete::backups())]
    backup: String,
}

/// Move a backup out of the recycle bin
///
/// This restores the backup on the server. To get its files, use `bchan backup download`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  bchan backup restore 5e2f6a0c")]
pub(super) struct RestoreArgs {
    /// Id of the backup, or its first characters
    #[arg(add = complete::recycled_backups())]
    backup: String,
}

impl DeleteArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let backup = client.whole_backup_id(&self.backup).await?;
        let what = format!("backup {backup}");
        context.ui.confirm(&self.files.question(&what)).await?;
        let outcome = client.delete_backup(&backup, self.files.delete_files).await;
        outcome.map_err(|error| explain(error, &backup))?;
        context.ui.show(&self.files.report(&what))?;
        Ok(Exit::Done)
    }
}

impl RecycleArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let backup = client.whole_backup_id(&self.backup).await?;
        let outcome = client.set_recycled(&backup, true).await;
        outcome.map_err(|error| explain(error, &backup))?;
        context.ui.show(&Done::new(format!(
            "moved backup {backup} to the recycle bin"
        )))?;
        Ok(Exit::Done)
    }
}

impl RestoreArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let backup = client.whole_backup_id(&self.backup).await?;
        let outcome = client.set_recycled(&backup, false).await;
        outcome.map_err(|error| explain(error, &backup))?;
        context.ui.show(&Done::new(format!(
            "took backup {backup} out of the recycle bin"
        )))?;
        Ok(Exit::Done)
    }
}

/// Says of a missing backup how to find the right one.
fn explain(error: Error, backup: &str) -> CommandError {
    match error {
        Error::NotFound { .. } => {
            CommandError::new(Kind::NotFound, format!("there is no backup `{backup}`"))
                .hint("`bchan target show TARGET` lists the backups of a target")
        }
        error => error.into(),
    }
}
