//! `bchan recycle-bin`

use bchan_api::Target;
use clap::{Args, Subcommand};

use super::{DeleteFilesArgs, count_backups};
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::{Done, RecycleBin};

/// List or empty the recycle bin
#[derive(Args, Debug)]
#[command(arg_required_else_help = true, alias = "recyclebin")]
pub(crate) struct RecycleBinArgs {
    #[command(subcommand)]
    command: RecycleBinCommand,
}

#[derive(Debug, Subcommand)]
enum RecycleBinCommand {
    #[command(aliases = ["view", "show"])]
    List(ListArgs),
    Clear(ClearArgs),
}

/// List recycled backups, newest first
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan recycle-bin list")]
struct ListArgs {}

/// Delete all recycled backups
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan recycle-bin clear --delete-files")]
struct ClearArgs {
    #[command(flatten)]
    files: DeleteFilesArgs,
}

impl RecycleBinArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            RecycleBinCommand::List(ListArgs {}) => list(context).await,
            RecycleBinCommand::Clear(args) => clear(args, context).await,
        }
    }
}

async fn list(context: &Context<'_>) -> Result<Exit, CommandError> {
    let client = context.client().await?;
    let backups = client.recycle_bin().await?;
    // Without their names the ids say enough.
    let targets = if backups.is_empty() || !context.ui.writes_text() {
        Vec::new()
    } else {
        client.all_targets().await.unwrap_or_default()
    };
    let handle = |target: Target| (target.id, target.alias.unwrap_or(target.name));
    context.ui.show(&RecycleBin {
        backups,
        targets: targets.into_iter().map(handle).collect(),
    })?;
    Ok(Exit::Done)
}

async fn clear(args: ClearArgs, context: &Context<'_>) -> Result<Exit, CommandError> {
    let client = context.client().await?;
    let count = client.recycle_bin().await?.len();
    if count == 0 {
        context
            .ui
            .show(&Done::new("the recycle bin is empty".to_owned()))?;
        return Ok(Exit::Done);
    }
    let what = format!("{} in the recycle bin", count_backups(count));
    context.ui.confirm(&args.files.question(&what)).await?;
    client.clear_recycle_bin(args.files.delete_files).await?;
    context.ui.show(&args.files.report(&what))?;
    Ok(Exit::Done)
}
