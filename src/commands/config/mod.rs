//! `bchan config`

mod create;
mod import;
mod key;
mod path;
mod reset;
mod set;
mod show;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Manage profiles and settings
///
/// A profile is a server and how to connect to it. --profile selects one; otherwise the
/// `default_profile` of the file or the profile called `default` is used.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    #[command(alias = "new")]
    Create(create::CreateArgs),
    Set(set::SetArgs),
    Get(show::GetArgs),
    #[command(alias = "view")]
    Show(show::ShowArgs),
    Path(path::PathArgs),
    Reset(reset::ResetArgs),
    Import(import::ImportArgs),
}

impl ConfigArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            ConfigCommand::Create(args) => args.run(context).await,
            ConfigCommand::Set(args) => args.run(context),
            ConfigCommand::Get(args) => args.run(context).await,
            ConfigCommand::Show(args) => args.run(context).await,
            ConfigCommand::Path(args) => args.run(context),
            ConfigCommand::Reset(args) => args.run(context).await,
            ConfigCommand::Import(args) => args.run(context).await,
        }
    }
}
