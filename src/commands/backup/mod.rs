//! `bchan backup`

mod change;
mod download;
mod limit;
mod list;
pub(crate) mod upload;
mod verify;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::Warning;

/// Make, fetch and manage backups
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct BackupArgs {
    #[command(subcommand)]
    command: BackupCommand,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    Upload(Box<upload::UploadArgs>),
    Download(download::DownloadArgs),
    List(list::ListArgs),
    Verify(verify::VerifyArgs),
    Delete(change::DeleteArgs),
    Recycle(change::RecycleArgs),
    Restore(change::RestoreArgs),
}

impl BackupArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            BackupCommand::Upload(args) => args.run(context).await,
            BackupCommand::Download(args) => args.run(context).await,
            BackupCommand::List(args) => args.run(context).await,
            BackupCommand::Verify(args) => args.run(context).await,
            BackupCommand::Delete(args) => args.run(context).await,
            BackupCommand::Recycle(args) => args.run(context).await,
            BackupCommand::Restore(args) => args.run(context).await,
        }
    }
}

/// Warnings beyond this number are counted, not shown; JSON has more of them.
const SHOWN: usize = 100;

/// Says what is missing or odd in a transfer. `serious` is what makes it incomplete; anything else
/// is no reason for a cron job to send mail.
fn say_warnings(context: &Context<'_>, warnings: &[Warning], total: u64, serious: bool) {
    let say = |message: &str| {
        if serious {
            context.ui.warn(message);
        } else {
            context.ui.mild_warning(message);
        }
    };
    for warning in warnings.iter().take(SHOWN) {
        say(&format!("{}: {}", warning.path, warning.problem));
    }
    let shown = warnings.len().min(SHOWN) as u64;
    if total > shown {
        say(&format!("and {} more", total - shown));
    }
}

fn warnings(found: Vec<bchan_agent::Warning>) -> Vec<Warning> {
    let warning = |found: bchan_agent::Warning| Warning {
        path: found.path.to_string_lossy().into_owned(),
        problem: found.problem,
    };
    found.into_iter().map(warning).collect()
}
