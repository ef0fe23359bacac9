use clap::Args;

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::{CompactTargets, Targets};

/// List all targets
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan target list -o json")]
pub(super) struct ListArgs {
    /// Show only this page of the server's list, from 1
    #[arg(short, long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    page: Option<u32>,

    /// Show only aliases (or ids) and names, one line each
    #[arg(short, long)]
    compact: bool,
}

impl ListArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let client = context.client().await?;
        let targets = match self.page {
            Some(page) => client.targets(page).await?,
            None => client.all_targets().await?,
        };
        let targets = Targets { targets };
        if self.compact {
            context.ui.show(&CompactTargets(targets))?;
        } else {
            context.ui.show(&targets)?;
        }
        Ok(Exit::Done)
    }
}
