//! `bchan man`

use clap::Args;

use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use crate::generate;

/// Print the manual page of a command
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan man backup upload | man -l -")]
pub(crate) struct ManArgs {
    /// Words of the command; without any, the page of the whole program
    command: Vec<String>,
}

impl ManArgs {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let page = generate::man_page(&self.command).map_err(CommandError::output)?;
        let page = page.ok_or_else(|| {
            let words = self.command.join(" ");
            CommandError::new(Kind::Usage, format!("there is no command `{words}`"))
                .hint("`bchan --help` shows all commands")
        })?;
        context.ui.print(&page)?;
        Ok(Exit::Done)
    }
}
