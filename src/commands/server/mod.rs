//! `bchan server`

mod backup_db;
mod check;
#[cfg(feature = "server")]
mod data_folder;
mod import;
mod keys;
mod new_cert;

use clap::{Args, Subcommand};

use self::backup_db::BackupDbArgs;
use self::check::CheckArgs;
use self::import::ImportArgs;
use self::keys::{ListKeysArgs, NewKeyArgs, RevokeKeyArgs};
use self::new_cert::NewCertArgs;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Administer a server's data folder
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct ServerArgs {
    #[command(subcommand)]
    command: ServerCommand,
}

#[derive(Debug, Subcommand)]
enum ServerCommand {
    NewCert(NewCertArgs),
    NewKey(NewKeyArgs),
    ListKeys(ListKeysArgs),
    RevokeKey(RevokeKeyArgs),
    Check(CheckArgs),
    BackupDb(BackupDbArgs),
    Import(ImportArgs),
}

impl ServerArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            ServerCommand::NewCert(args) => args.run(context),
            ServerCommand::NewKey(args) => args.run(context),
            ServerCommand::ListKeys(args) => args.run(context),
            ServerCommand::RevokeKey(args) => args.run(context).await,
            ServerCommand::Check(args) => args.run(context).await,
            ServerCommand::BackupDb(args) => args.run(context),
            ServerCommand::Import(args) => args.run(context).await,
        }
    }
}
