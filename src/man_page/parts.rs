//! The parts of a command that its page describes.

use clap::{Arg, Command};

use crate::global_args::HEADING;

/// Name of the program.
pub(super) const PROGRAM: &str = "bchan";

/// Name of a command's page: its words with hyphens between them.
pub(crate) fn page_name(command: &Command) -> String {
    let name = command.get_display_name();
    name.unwrap_or(command.get_name()).to_owned()
}

/// Returns true for the command of the whole program.
pub(super) fn is_program(command: &Command) -> bool {
    page_name(command) == PROGRAM
}

/// The commands below one that have a page.
pub(super) fn subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    let all = command.get_subcommands();
    all.filter(|one| one.get_name() != "help" && !one.is_hide_set())
}

/// The options of a command that its page describes: not the global ones, but in the page of the
/// program.
pub(super) fn own_options(command: &Command) -> impl Iterator<Item = &Arg> {
    let all = is_program(command);
    command.get_arguments().filter(move |option| {
        let is_global = option.get_help_heading() == Some(HEADING);
        !option.is_positional() && !option.is_hide_set() && (all || !is_global)
    })
}
