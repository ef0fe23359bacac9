//! `bchan completions`

use clap::Args;
use clap_complete::Shell;

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::generate;

/// Print completions for a shell
///
/// They complete commands, options and the names of targets, backups, jobs, presets and profiles. A
/// server that does not answer within a second is skipped.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan completions bash > ~/.local/share/bash-completion/completions/bchan
  bchan completions zsh > ~/.zfunc/_bchan     # with ~/.zfunc in fpath
  bchan completions fish > ~/.config/fish/completions/bchan.fish
  bchan completions elvish >> ~/.config/elvish/rc.elv
  bchan completions powershell >> $PROFILE")]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let script = generate::completions(self.shell).map_err(CommandError::failed)?;
        context.ui.print(&script)?;
        Ok(Exit::Done)
    }
}
