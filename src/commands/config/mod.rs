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

/// Keep servers in profiles, and see which settings apply and why
///
/// A profile is a server and how to talk to it. --profile chooses one; otherwise it is the
/// `default_profile` of the file, or the one that is called `default`.
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
