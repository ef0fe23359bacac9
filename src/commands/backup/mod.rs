//! `bchan backup`

mod change;
mod download;
mod limit;
mod list;
mod manifest;
pub(crate) mod upload;
mod verify;
mod warnings;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Upload, download and manage backups
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
    Manifest(manifest::ManifestArgs),
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
            BackupCommand::Manifest(args) => args.run(context).await,
            BackupCommand::Delete(args) => args.run(context).await,
            BackupCommand::Recycle(args) => args.run(context).await,
            BackupCommand::Restore(args) => args.run(context).await,
        }
    }
}
