//! The synopsis of a command.

use clap::{Arg, ArgAction, Command};
use roff::{Inline, bold, italic, roman};

use super::document::with_value;
use super::parts::{own_options, subcommands};

/// The line of a command with its options and arguments.
pub(super) fn synopsis(command: &Command) -> Vec<Inline> {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let mut line = vec![bold(name)];
    for option in own_options(command).filter(|option| !is_help(option)) {
        line.push(roman(if option.is_required_set() { " " } else { " [" }));
        if let Some(short) = option.get_short() {
            line.extend([bold(format!("-{short}")), roman("|")]);
        }
        let long = option.get_long().unwrap_or_default();
        line.extend(with_value(&format!("--{long}"), &value(option)));
        let end = if option.is_required_set() { "" } else { "]" };
        let repeated = matches!(option.get_action(), ArgAction::Append);
        line.push(roman(format!("{end}{}", if repeated { "..." } else { "" })));
    }
    if subcommands(command).next().is_some() {
        line.extend([roman(" "), italic("COMMAND")]);
    }
    for argument in command.get_positionals() {
        let (open, close) = if argument.is_required_set() {
            (" ", "")
        } else {
            (" [", "]")
        };
        let dots = if is_list(argument) { "..." } else { "" };
        line.extend([
            roman(open),
            italic(value_name(argument)),
            roman(format!("{close}{dots}")),
        ]);
    }
    line
}

fn is_help(option: &Arg) -> bool {
    matches!(
        option.get_action(),
        ArgAction::Help | ArgAction::HelpLong | ArgAction::HelpShort | ArgAction::Version
    )
}

fn is_list(argument: &Arg) -> bool {
    argument
        .get_num_args()
        .is_some_and(|range| range.max_values() > 1)
        || matches!(argument.get_action(), ArgAction::Append)
}

/// The name of an argument.
pub(super) fn value_name(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    match names.first() {
        Some(name) => name.to_string(),
        None => argument.get_id().as_str().to_uppercase(),
    }
}

/// The value of an option as the synopsis shows it: ` VALUE`, `[=VALUE]` or nothing.
pub(super) fn value(option: &Arg) -> String {
    if !option.get_action().takes_values() {
        return String::new();
    }
    let name = value_name(option);
    let dots = match option.get_num_args() {
        Some(range) if range.max_values() > 1 => "...",
        _ => "",
    };
    match option.get_num_args() {
        Some(range) if range.min_values() == 0 => format!("[={name}]"),
        _ => format!(" {name}{dots}"),
    }
}
