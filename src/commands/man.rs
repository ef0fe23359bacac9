//! `bchan man`

use clap::Args;

use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use crate::generate;

/// Show the manual page of a command
///
/// At a terminal the page is shown by `man`, or the help by the pager if there is no `man`. Otherwise
/// the page is printed in the roff format.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan man backup upload
  bchan man config.toml
  bchan man backup upload > bchan-backup-upload.1")]
pub(crate) struct ManArgs {
    /// Words of the command, or `config.toml`; without any, the page of the whole program
    command: Vec<String>,
}

impl ManArgs {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let page = generate::man_page(&self.command).ok_or_else(|| {
            let words = self.command.join(" ");
            CommandError::new(Kind::Usage, format!("there is no command `{words}`"))
                .hint("`bchan --help` shows all commands")
        })?;
        let help = || generate::long_help(&self.command).unwrap_or_else(|| page.clone());
        context.ui.page(&page, help)?;
        Ok(Exit::Done)
    }
}
