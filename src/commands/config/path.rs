use clap::Args;

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::ConfigPath;

/// Print the path of the configuration file
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  $EDITOR \"$(bchan config path)\"")]
pub(super) struct PathArgs {}

impl PathArgs {
    #[expect(clippy::unused_self, reason = "like all commands")]
    pub(super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let (path, exists) = context.config_path()?;
        context.ui.show(&ConfigPath {
            path: path.to_string_lossy().into_owned(),
            exists,
        })?;
        Ok(Exit::Done)
    }
}
