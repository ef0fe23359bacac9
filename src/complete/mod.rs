//! Shell completion: besides commands and options, names known to the server and the configuration.
//!
//! The scripts in `completions/` run the program itself with [`VARIABLE`] set. It answers quickly
//! and never prints an error, which would disturb the command line that is being typed.

mod cache;
mod names;
mod server;
mod words;

use std::ffi::OsStr;

use clap::builder::StyledStr;
use clap::{Arg, Command};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use self::names::{Name, Names};
use self::words::Words;
use crate::error::Exit;

/// The variable that has the program complete its arguments. Not the usual `COMPLETE`, which may be
/// set for another reason: a backup must not turn into a list of words.
pub(crate) const VARIABLE: &str = "_BCHAN_COMPLETE";

/// Answers the shell, if it is the shell that runs this.
pub(crate) fn answer() -> Option<Exit> {
    let words = std::env::args_os();
    let folder = std::env::current_dir().ok();
    let env = CompleteEnv::with_factory(definition).var(VARIABLE);
    match env.try_complete(words, folder.as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(Exit::Done),
        Err(error) => {
            // Only an unknown shell comes here.
            let _ = error.print();
            Some(Exit::Usage)
        }
    }
}

/// The command line, whose options are shown only if one has been begun, or if there is nothing
/// else to show.
fn definition() -> Command {
    let command = crate::definition::get();
    if words::current().is_some_and(|word| word.as_encoded_bytes().starts_with(b"-")) {
        command
    } else {
        hide_options(command)
    }
}

fn hide_options(command: Command) -> Command {
    let hide = |arg: Arg| {
        let is_option = !arg.is_positional();
        let hidden = is_option || arg.is_hide_set();
        arg.hide(hidden)
    };
    let command = command.disable_help_flag(true).disable_version_flag(true);
    command.mut_args(hide).mut_subcommands(hide_options)
}

/// Offers targets.
pub(crate) fn targets() -> ArgValueCompleter {
    completer(&[Names::Targets])
}

/// Offers backups that are not recycled.
pub(crate) fn backups() -> ArgValueCompleter {
    completer(&[Names::Backups])
}

/// Offers recycled backups.
pub(crate) fn recycled_backups() -> ArgValueCompleter {
    completer(&[Names::RecycledBackups])
}

/// Offers backups, recycled or not.
pub(crate) fn all_backups() -> ArgValueCompleter {
    completer(&[Names::AllBackups])
}

/// Offers what stands for a backup: targets, of which the newest is meant, and backups.
pub(crate) fn backups_or_targets() -> ArgValueCompleter {
    completer(&[Names::Targets, Names::AllBackups])
}

/// Offers scheduled jobs.
pub(crate) fn scheduled_jobs() -> ArgValueCompleter {
    completer(&[Names::ScheduledJobs])
}

/// Offers the jobs that requests started.
pub(crate) fn jobs() -> ArgValueCompleter {
    completer(&[Names::Jobs])
}

/// Offers the profiles of the configuration.
pub(crate) fn profiles() -> ArgValueCompleter {
    completer(&[Names::Profiles])
}

/// Offers presets.
pub(crate) fn presets() -> ArgValueCompleter {
    completer(&[Names::Presets])
}

fn completer(kinds: &'static [Names]) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let (Some(words), Some(current)) = (Words::of_process(), current.to_str()) else {
            return Vec::new();
        };
        let names = kinds.iter().flat_map(|kind| words.names(*kind));
        candidates(names, current)
    })
}

/// Those that begin like what is there already, in the order in which they come.
fn candidates(names: impl Iterator<Item = Name>, current: &str) -> Vec<CompletionCandidate> {
    let mut candidates = Vec::new();
    for name in names {
        let other = name.other.filter(|_| !current.is_empty());
        for value in [Some(name.value), other].into_iter().flatten() {
            if value.starts_with(current) && is_plain(&value) {
                let help = (!name.help.is_empty()).then(|| StyledStr::from(name.help.clone()));
                let order = Some(candidates.len());
                let candidate = CompletionCandidate::new(value);
                candidates.push(candidate.help(help).display_order(order));
            }
        }
    }
    candidates
}

/// Returns true if a shell takes it as it is. Some put what is offered onto the command line without quotes,
/// where a name that a server has chosen must not become a command.
fn is_plain(value: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._-+@%/:,=".contains(c);
    // What begins with a hyphen would be an option.
    !value.is_empty() && !value.starts_with('-') && value.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(names: &[(&str, Option<&str>)], current: &str) -> Vec<String> {
        let names = names.iter().map(|(value, other)| Name {
            value: (*value).to_owned(),
            help: "help".to_owned(),
            other: other.map(str::to_owned),
        });
        let candidates = candidates(names, current);
        let value = |candidate: &CompletionCandidate| {
            let value = candidate.get_value().to_str();
            value.unwrap().to_owned()
        };
        candidates.iter().map(value).collect()
    }

    #[test]
    fn ids_are_offered_to_those_who_type_them() {
        let names = [("docs", Some("5e2f")), ("77aa", None)];
        assert_eq!(offered(&names, ""), ["docs", "77aa"]);
        assert_eq!(offered(&names, "5"), ["5e2f"]);
        assert_eq!(offered(&names, "d"), ["docs"]);
        assert_eq!(offered(&names, "x"), [""; 0]);
    }

    #[test]
    fn nothing_is_offered_that_a_shell_could_take_for_a_command() {
        let hostile = [
            "$(id)", "a;b", "`id`", "a b", "a\nb", "-rf", "", "a'b", "~", "a\\b", "*",
        ];
        for value in hostile {
            assert_eq!(offered(&[(value, None)], ""), [""; 0], "{value:?}");
        }
        for value in ["docs", "übung", "a.b-c_d", "2026-11-25T03:00:00+00:00"] {
            assert_eq!(offered(&[(value, None)], ""), [value]);
        }
    }
}
