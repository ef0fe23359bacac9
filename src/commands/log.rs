//! `bchan log`

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::ServerLog;

/// Show the server's log
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  bchan log --tail 50"
)]
pub(crate) struct LogArgs {
    #[command(flatten)]
    what: What,
    #[command(subcommand)]
    command: Option<LogCommand>,
}

/// How much of it.
#[derive(Args, Debug)]
struct What {
    /// Only this many lines from its end; 0 for all that the server gives
    #[arg(short, long, value_name = "LINES")]
    tail: Option<u32>,
}

/// What the Python client calls it.
#[derive(Debug, Subcommand)]
enum LogCommand {
    /// The same as without this word
    #[command(
        alias = "view",
        hide = true,
        after_help = "Example:\n  bchan log show --tail 50"
    )]
    Show(What),
}

impl LogArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let what = match self.command {
            Some(LogCommand::Show(what)) => what,
            None => self.what,
        };
        let log = context.client().await?.log(what.tail).await?;
        context.ui.show(&ServerLog { log })?;
        Ok(Exit::Done)
    }
}
