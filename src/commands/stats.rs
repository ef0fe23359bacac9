//! `bchan stats`

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::ServerStats;

/// Show how much the server holds
///
/// With a key that is for some targets only, it is what those hold.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan stats -o json")]
pub(crate) struct StatsArgs {
    #[command(subcommand)]
    command: Option<StatsCommand>,
}

#[derive(Debug, Subcommand)]
enum StatsCommand {
    /// The same as without this word
    #[command(
        alias = "view",
        hide = true,
        after_help = "Example:\n  bchan stats show"
    )]
    Show,
}

impl StatsArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let (None | Some(StatsCommand::Show)) = self.command;
        let stats = context.client().await?.stats().await?;
        context.ui.show(&ServerStats(stats))?;
        Ok(Exit::Done)
    }
}
