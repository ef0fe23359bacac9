//! The definition of the command line, and the way from its arguments to an exit code.

use std::error::Error;
use std::mem::ManuallyDrop;
use std::num::{IntErrorKind, ParseIntError};
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{
    backup, completions, config, job, log, login, logout, man, migrate, preset, recycle_bin, serve,
    server, stats, target,
};
use crate::complete;
use crate::context::Context;
use crate::definition;
use crate::error::{CommandError, Exit};
use crate::global_args::GlobalArgs;
use crate::signals::Signals;
use crate::ui::Ui;

/// How long threads of a command that was cancelled may take to tidy up after themselves.
const TIDYING: Duration = Duration::from_secs(10);

const AFTER_HELP: &str = "\
Examples:
  bchan target create --name docs
  bchan backup upload docs ~/Documents
  bchan backup download docs --extract /tmp/docs
  bchan --local backup upload --create docs ~/Documents

Exit codes:
  0    done; for an upload: the backup is stored
  1    failed, nothing stored
  2    wrong usage
  3    stored, but incomplete: some files could not be read, or changed while being read
  4    not stored, because most of what the last backup has is missing (--allow-shrink)
  10   no such target, backup or job
  11   busy: another run holds the lock, or the server is busy with this target
  12   not authorised: no key, or the wrong one
  13   configuration or credentials missing or broken
  75   temporary: the server is unreachable, overloaded or out of space; try again later
  130  interrupted by SIGINT
  143  interrupted by SIGTERM";

/// Back up to a Backup-chan server, restore from one, or run one
///
/// Every command talks to the server that --server names. Results go to standard output,
/// everything else to standard error.
#[derive(Debug, Parser)]
#[command(name = "bchan", version, after_long_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Every noun of the command line.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Target(target::TargetArgs),
    Backup(backup::BackupArgs),
    RecycleBin(recycle_bin::RecycleBinArgs),
    Job(job::JobArgs),
    Preset(preset::PresetArgs),
    Stats(stats::StatsArgs),
    Log(log::LogArgs),
    Config(config::ConfigArgs),
    Login(login::LoginArgs),
    Logout(logout::LogoutArgs),
    Migrate(migrate::MigrateArgs),
    Serve(serve::ServeArgs),
    Server(server::ServerArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// The definition of the command line, with completions of the profile.
pub(crate) fn definition() -> clap::Command {
    Cli::command().mut_arg("profile", |arg| arg.add(complete::profiles()))
}

/// Does what the process's arguments say.
pub(crate) fn main() -> Exit {
    definition::set(definition);
    if let Some(exit) = complete::answer() {
        return exit;
    }
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way, too. A reader that has gone away missed nothing.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Done
            };
        }
    };
    let ui = Ui::new(&cli.global);
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(source) => return ui.fail(&CommandError::failed(source)),
    };
    let exit = runtime.block_on(execute(cli, &ui));
    // What is left has had its time.
    runtime.shutdown_background();
    exit
}

/// Reads the process's arguments.
fn parse() -> Result<Cli, clap::Error> {
    // Taking the definition of the command line apart takes nearly as long as making it, and it goes
    // with the process anyway.
    let mut command = ManuallyDrop::new(Cli::command());
    let matches = command.try_get_matches_from_mut(std::env::args_os());
    let mut matches = matches.map_err(|error| in_plain_words(elsewhere(error)))?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Names the command that is meant by a word that stands in its noun's place, such as `bchan upload`.
fn elsewhere(error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let definition = Cli::command();
    let nouns = definition.get_subcommands();
    let nouns = nouns.filter(|noun| noun.find_subcommand(word).is_some());
    let names: Vec<_> = nouns
        .map(|noun| format!("`bchan {} {word}`", noun.get_name()))
        .collect();
    if names.is_empty() {
        return error;
    }
    let message = format!(
        "unrecognized subcommand '{word}'\n\n  tip: there is {}\n\nFor more information, try '--help'.\n",
        names.join(", ")
    );
    clap::Error::raw(ErrorKind::InvalidSubcommand, message)
}

/// Replaces what libraries say of a number.
fn in_plain_words(error: clap::Error) -> clap::Error {
    let Some(reason) = error.source().and_then(number_fault) else {
        return error;
    };
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let value = context(ContextKind::InvalidValue);
    let option = context(ContextKind::InvalidArg);
    let message = format!(
        "invalid value '{value}' for '{option}': {reason}\n\nFor more information, try '--help'.\n"
    );
    clap::Error::raw(ErrorKind::ValueValidation, message)
}

/// The reason for which a text is not the number that is wanted; none if the error says it well enough.
fn number_fault(source: &(dyn Error + 'static)) -> Option<String> {
    let reason = match source
        .downcast_ref::<ParseIntError>()
        .map(ParseIntError::kind)
    {
        Some(IntErrorKind::Zero) => "it must be at least 1",
        Some(IntErrorKind::PosOverflow) => "it is too large",
        Some(IntErrorKind::NegOverflow) => "it is too small",
        Some(_) => "it is not a whole number",
        None => {
            // A range without an end has the largest number of its type there.
            let text = source.to_string();
            let (from, end) = text.split_once(" is not in ")?.1.split_once("..")?;
            let end = end.trim_start_matches('=');
            let is_open = end == i64::MAX.to_string() || end == u32::MAX.to_string();
            return is_open.then(|| format!("it must be at least {from}"));
        }
    };
    Some(reason.to_owned())
}

/// Runs the command until it ends or a signal asks it to. A cancelled command is dropped, which
/// aborts its requests and removes its temporary files.
async fn execute(cli: Cli, ui: &Ui) -> Exit {
    let mut signals = match Signals::new() {
        Ok(signals) => signals,
        Err(source) => return ui.fail(&CommandError::failed(source)),
    };
    let context = Context::new(cli.global, ui);
    // A server runs until it is interrupted: that is its regular end.
    let runs_until_stopped = matches!(cli.command, Command::Serve(_));
    let outcome = {
        let mut command = std::pin::pin!(dispatch(cli.command, &context));
        loop {
            tokio::select! {
                biased;
                outcome = &mut command => break outcome,
                signal = signals.recv() => match signal {
                    _ if runs_until_stopped => break Ok(Exit::Done),
                    signal if context.interrupt(signal) => {}
                    signal => break Err(CommandError::interrupted(signal)),
                }
            }
        }
    };
    // Before what may take a moment.
    let exit = outcome.unwrap_or_else(|error| ui.fail(&error));
    let ended = tokio::time::timeout(TIDYING, bchan_agent::ended());
    let tidy = async { tokio::join!(context.close(), ended) };
    tokio::select! {
        _ = tidy => exit,
        // A second signal ends the program at once.
        signal = signals.recv() => CommandError::interrupted(signal).kind.exit(),
    }
}

async fn dispatch(command: Command, context: &Context<'_>) -> Result<Exit, CommandError> {
    match command {
        Command::Target(args) => args.run(context).await,
        Command::Backup(args) => args.run(context).await,
        Command::RecycleBin(args) => args.run(context).await,
        Command::Job(args) => args.run(context).await,
        Command::Preset(args) => args.run(context).await,
        Command::Stats(args) => args.run(context).await,
        Command::Log(args) => args.run(context).await,
        Command::Config(args) => args.run(context).await,
        Command::Login(args) => args.run(context).await,
        Command::Logout(args) => args.run(context).await,
        Command::Migrate(args) => args.run(context).await,
        Command::Serve(args) => args.run(context).await,
        Command::Server(args) => args.run(context).await,
        Command::Completions(args) => args.run(context),
        Command::Man(args) => args.run(context),
    }
}

#[cfg(test)]
mod tests;
