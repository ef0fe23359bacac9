use bchan_api::TargetView;
use clap::Args;

use super::WhichTarget;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::TargetDetail;

/// Show a target and its backups, newest first
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan target show docs --include-recycled")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    which: WhichTarget,

    /// Show recycled backups, too
    #[arg(short = 'r', long)]
    include_recycled: bool,
}

impl ShowArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let TargetView {
            target,
            mut backups,
        } = context.target(&self.which.target).await?;
        backups.retain(|backup| self.include_recycled || !backup.is_recycled);
        context.ui.show(&TargetDetail { target, backups })?;
        Ok(Exit::Done)
    }
}
