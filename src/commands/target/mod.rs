//! `bchan target`

mod create;
mod delete;
mod edit;
mod list;
mod recycling;
mod search;
mod show;
mod which;

use clap::{Args, Subcommand};

use self::which::WhichTarget;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Manage targets
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct TargetArgs {
    #[command(subcommand)]
    command: TargetCommand,
}

#[derive(Debug, Subcommand)]
enum TargetCommand {
    List(list::ListArgs),
    Search(search::SearchArgs),
    #[command(alias = "view")]
    Show(show::ShowArgs),
    #[command(alias = "new")]
    Create(create::CreateArgs),
    Edit(edit::EditArgs),
    Delete(delete::DeleteArgs),
    #[command(alias = "deletebackups")]
    DeleteBackups(delete::DeleteBackupsArgs),
    #[command(alias = "deleterecycled")]
    DeleteRecycled(delete::DeleteRecycledArgs),
}

impl TargetArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            TargetCommand::List(args) => args.run(context).await,
            TargetCommand::Search(args) => args.run(context).await,
            TargetCommand::Show(args) => args.run(context).await,
            TargetCommand::Create(args) => args.run(context).await,
            TargetCommand::Edit(args) => args.run(context).await,
            TargetCommand::Delete(args) => args.run(context).await,
            TargetCommand::DeleteBackups(args) => args.run(context).await,
            TargetCommand::DeleteRecycled(args) => args.run(context).await,
        }
    }
}
