use clap::Args;

use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Backups;

/// List the backups of a target, newest first
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan backup list docs
  bchan backup list docs -o id | tail -n +8 | xargs -r -n 1 bchan backup recycle")]
pub(super) struct ListArgs {
    /// Id, alias or name of the target
    #[arg(add = complete::targets())]
    target: String,

    /// Also show recycled backups
    #[arg(short = 'r', long)]
    include_recycled: bool,

    /// Show at most this many backups, the newest
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
}

impl ListArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let mut backups = context.target(&self.target).await?.backups;
        backups.retain(|backup| self.include_recycled || !backup.is_recycled);
        backups.truncate(self.limit.unwrap_or(usize::MAX));
        context.ui.show(&Backups { backups })?;
        Ok(Exit::Done)
    }
}
