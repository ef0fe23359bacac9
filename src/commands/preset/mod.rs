//! `bchan preset`

mod attend;
mod care;
mod change;
mod create;
mod edit;
mod schedule;
mod schedule_plan;
mod show;
mod status;
mod upload;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Keep what to back up and to where under a name
///
/// Presets are in the configuration file. The Python client's presets can be shown and run, too, where
/// there is none of the same name; `bchan config import` takes them over.
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

/// The preset that a command is about.
#[derive(Args, Debug)]
struct WhichPreset {
    /// Name of the preset
    #[arg(add = complete::presets())]
    name: String,
}

/// A path that means the same wherever a run starts. A leading `~` stays.
fn anchored(path: &PathBuf) -> Result<PathBuf, CommandError> {
    if path.starts_with("~") {
        return Ok(path.clone());
    }
    let absolute = std::path::absolute(path).map_err(CommandError::failed)?;
    if absolute.to_str().is_none() {
        let message = format!(
            "{} is not UTF-8, as all in the configuration must be",
            path.display()
        );
        return Err(CommandError::usage(message).hint("back up the folder that it is in"));
    }
    Ok(absolute)
}

/// The same for paths of files that rules name.
fn anchor_all(paths: &mut [PathBuf]) -> Result<(), CommandError> {
    for path in paths {
        *path = anchored(path)?;
    }
    Ok(())
}
