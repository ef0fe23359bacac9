//! `bchan preset`

mod attend;
mod change;
mod create;
mod edit;
mod schedule;
mod schedule_plan;
mod scheduled;
mod show;
mod status;
mod unit_paths;
mod upload;
mod which;

use clap::{Args, Subcommand};

use self::which::WhichPreset;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Manage presets (saved backup definitions)
///
/// Presets are in the configuration file. The Python client's presets can be shown and run too,
/// unless one has the same name; `bchan config import` imports them.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct PresetArgs {
    #[command(subcommand)]
    command: PresetCommand,
}

#[derive(Debug, Subcommand)]
enum PresetCommand {
    List(show::ListArgs),
    Show(show::ShowArgs),
    Status(status::StatusArgs),
    #[command(alias = "new")]
    Create(Box<create::CreateArgs>),
    Edit(Box<edit::EditArgs>),
    Delete(change::DeleteArgs),
    Rename(change::RenameArgs),
    Upload(upload::UploadArgs),
    Schedule(Box<schedule::ScheduleArgs>),
    Reset(change::ResetArgs),
}

impl PresetArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            PresetCommand::List(args) => args.run(context),
            PresetCommand::Show(args) => args.run(context),
            PresetCommand::Status(args) => args.run(context),
            PresetCommand::Create(args) => args.run(context),
            PresetCommand::Edit(args) => args.run(context),
            PresetCommand::Delete(args) => args.run(context).await,
            PresetCommand::Rename(args) => args.run(context),
            PresetCommand::Upload(args) => args.run(context).await,
            PresetCommand::Schedule(args) => args.run(context).await,
            PresetCommand::Reset(args) => args.run(context).await,
        }
    }
}
