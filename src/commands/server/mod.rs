//! `bchan server`

mod backup_db;
mod check;
pub(crate) mod storage;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::backup_db::BackupDbArgs;
use self::check::CheckArgs;
use crate::cli::OutputFormat;
use crate::context::Context;
use crate::error::{CommandError, Exit};

/// Look after the data folder of a server
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct ServerArgs {
    #[command(subcommand)]
    command: ServerCommand,
}

#[derive(Debug, Subcommand)]
enum ServerCommand {
    NewKey(NewKeyArgs),
    Check(CheckArgs),
    BackupDb(BackupDbArgs),
}

/// Make an API key for a server and print it
///
/// A running server takes it up at once.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan server new-key --data /srv/bchan")]
struct NewKeyArgs {
    /// Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Replace the key that there is; it stops working
    #[arg(short = 'o', long)]
    overwrite: bool,

    /// How to write the key
    // Stands in for the global option of the same name, whose short form is taken here. clap
    // carries the value to where the global one is read.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t,
        help_heading = crate::cli::GLOBAL_HEADING)]
    output: OutputFormat,
}

impl ServerArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            ServerCommand::NewKey(args) => args.run(context),
            ServerCommand::Check(args) => args.run(context).await,
            ServerCommand::BackupDb(args) => args.run(context),
        }
    }
}

/// The data folder that is meant.
#[cfg(feature = "server")]
fn data_folder(given: Option<PathBuf>) -> Result<PathBuf, CommandError> {
    use crate::config::{ProcessEnvironment, data_dir};

    Ok(given.map_or_else(|| data_dir(&ProcessEnvironment), Ok)?)
}

#[cfg(feature = "server")]
impl NewKeyArgs {
    fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let data = data_folder(self.data)?;
        let key = bchan_server::new_key(&data, self.overwrite)?;
        context.ui.show(&crate::ui::view::NewKey { key })?;
        Ok(Exit::Done)
    }
}

#[cfg(not(feature = "server"))]
impl NewKeyArgs {
    #[expect(clippy::unused_self, reason = "the same shape as with a server")]
    fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
        Err(super::without_server("`bchan server`"))
    }
}
