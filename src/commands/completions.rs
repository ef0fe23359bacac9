//! `bchan completions`

use clap::Args;
use clap_complete::Shell;

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::generate;

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "Example:
  bchan completions bash > ~/.local/share/bash-completion/completions/bchan")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        context.ui.print(&generate::completions(self.shell))?;
        Ok(Exit::Done)
    }
}
