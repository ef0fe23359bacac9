//! The page of a command.

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};
use roff::{Inline, bold, italic, roman};

use super::config_file;
use super::document::{Document, references, with_value};
use super::parts::{PROGRAM, is_program, own_options, page_name, subcommands};
use super::synopsis::{synopsis, value, value_name};
use crate::global_args::HEADING;

/// Environment variables that no option stands for.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("BCHAN_API_KEY", "API key. A file or the keyring is safer."),
    ("NO_COLOR", "Print messages without colours."),
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME, XDG_DATA_HOME",
        "Base folders of the files below.",
    ),
    ("MANPAGER, PAGER", "Pager of `bchan man`."),
];

/// Files of the program.
const FILES: [(&str, &str); 5] = [
    (
        "~/.config/bchan/config.toml",
        "Profiles and presets; see bchan-config(5).",
    ),
    (
        "~/.config/bchan/api-key",
        "API keys, if there is no keyring.",
    ),
    (
        "~/.local/state/bchan/",
        "Local history of backups, and locks.",
    ),
    ("~/.cache/bchan/", "Names for completions."),
    ("~/.local/share/bchan/", "Data folder of the server."),
];

/// Files of the commands about a server.
const SERVER_FILES: [(&str, &str); 4] = [
    (
        "/etc/bchan/server.toml",
        "Settings of the packaged server, with comments.",
    ),
    ("DATA/bchan.db", "Database of targets, backups and jobs."),
    ("DATA/apikey.json, DATA/keys.json", "API keys."),
    ("DATA/log/bchan.log", "Log."),
];

/// Renders the page of a built command.
pub(crate) fn render(command: &Command) -> String {
    let name = page_name(command);
    let mut page = Document::new(&name, "1");
    let about = text(command.get_about());
    page.section("NAME");
    page.line(vec![roman(format!("{name} - {about}"))]);
    page.section("SYNOPSIS");
    page.line(synopsis(command));
    page.section("DESCRIPTION");
    let long = text(command.get_long_about());
    let rest = long.strip_prefix(&about).unwrap_or(&long).trim();
    page.paragraphs(if rest.is_empty() { &about } else { rest });
    commands(&mut page, command);
    arguments(&mut page, command);
    options(&mut page, command);
    let after = command.get_after_long_help().or(command.get_after_help());
    let (examples, codes) = after_help(&text(after));
    if !examples.is_empty() {
        page.section("EXAMPLES");
        page.verbatim(examples.iter().map(String::as_str));
    }
    page.section("EXIT STATUS");
    if codes.is_empty() {
        page.paragraphs("0 on success. The codes of failures are in bchan(1).");
    }
    for (code, meaning) in codes {
        page.item(vec![bold(code)], &meaning);
    }
    environment(&mut page, command);
    files(&mut page, command);
    page.section("SEE ALSO");
    page.line(references(&see_also(command)));
    page.render()
}

fn text(text: Option<&StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

fn commands(page: &mut Document, command: &Command) {
    let mut all = subcommands(command).peekable();
    if all.peek().is_none() {
        return;
    }
    page.section("COMMANDS");
    for one in all {
        page.item(references(&[(page_name(one), "1")]), &text(one.get_about()));
    }
}

fn arguments(page: &mut Document, command: &Command) {
    if command.get_positionals().next().is_none() {
        return;
    }
    page.section("ARGUMENTS");
    for argument in command.get_positionals() {
        page.item(vec![italic(value_name(argument))], &help(argument));
    }
}

fn options(page: &mut Document, command: &Command) {
    page.section("OPTIONS");
    let mut headings: Vec<Option<&str>> = Vec::new();
    for option in own_options(command) {
        if !headings.contains(&option.get_help_heading()) {
            headings.push(option.get_help_heading());
        }
    }
    // Those without a heading come first.
    headings.sort_by_key(Option::is_some);
    for heading in headings {
        if let Some(heading) = heading {
            page.subsection(heading);
        }
        for option in own_options(command) {
            if option.get_help_heading() == heading {
                page.item(title(option), &help(option));
            }
        }
    }
    if !is_program(command) {
        page.subsection(HEADING);
        page.paragraphs("Options that every command takes are in bchan(1).");
    }
}

fn title(option: &Arg) -> Vec<Inline> {
    let mut title = Vec::new();
    if let Some(short) = option.get_short() {
        title.extend([bold(format!("-{short}")), roman(", ")]);
    }
    let long = option.get_long().unwrap_or_default();
    title.extend(with_value(&format!("--{long}"), &value(option)));
    title
}

/// The help of an argument with its default and its possible values.
fn help(argument: &Arg) -> String {
    if matches!(argument.get_action(), ArgAction::Help) {
        return "Print the help; `-h` prints a summary.".to_owned();
    }
    let help = argument.get_long_help().or(argument.get_help());
    let mut help = text(help);
    let values = argument.get_possible_values();
    let takes = argument.get_action().takes_values() && !argument.is_hide_possible_values_set();
    let values: Vec<_> = values
        .iter()
        .filter(|value| takes && !value.is_hide_set())
        .collect();
    let is_bool = values.iter().any(|value| value.get_name() == "true");
    if !values.is_empty() && !is_bool {
        let each = values.iter().map(|value| match value.get_help() {
            Some(help) => format!("`{}`: {help}", value.get_name()),
            None => format!("`{}`", value.get_name()),
        });
        let each: Vec<_> = each.collect();
        help = format!("{help}\n\nPossible values: {}.", each.join("; "));
    }
    let defaults = argument.get_default_values();
    if let [default] = defaults
        && takes
        && !is_bool
    {
        help = format!("{help}\n\nDefault: `{}`.", default.display());
    }
    help
}

/// Splits the text after the help into lines of examples, and exit codes with their meanings.
fn after_help(text: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut examples, mut codes) = (Vec::new(), Vec::<(String, String)>::new());
    let mut in_codes = false;
    for line in text.lines() {
        match line.strip_prefix("  ") {
            None if line.ends_with(':') => in_codes = line.starts_with("Exit"),
            Some(line) if in_codes => {
                let (code, meaning) = line.split_at(line.len().min(5));
                match codes.last_mut() {
                    Some((_, earlier)) if code.trim().is_empty() => {
                        earlier.push(' ');
                        earlier.push_str(meaning.trim());
                    }
                    _ => codes.push((code.trim().to_owned(), meaning.trim().to_owned())),
                }
            }
            Some(line) => examples.push(line.to_owned()),
            None => {}
        }
    }
    (examples, codes)
}

/// The variables in the help of options: `[env: NAME]`.
fn environment(page: &mut Document, command: &Command) {
    let variables = own_options(command).filter_map(|option| {
        let help = text(option.get_help()).replace('\n', " ");
        let name = help.split("[env: ").nth(1)?.split(']').next()?.to_owned();
        Some((name, format!("`--{}`", option.get_long()?)))
    });
    let mut variables: Vec<_> = variables.collect();
    if is_program(command) {
        let more = ENVIRONMENT
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        variables.extend(more);
    }
    page.section("ENVIRONMENT");
    for (name, option) in &variables {
        let text = match option.strip_prefix("`--") {
            Some(_) => format!("Default of {option}."),
            None => option.clone(),
        };
        page.item(vec![bold(name)], &text);
    }
    if !is_program(command) {
        page.subsection(HEADING);
        page.paragraphs("Variables of the global options are in bchan(1).");
    }
}

fn files(page: &mut Document, command: &Command) {
    let name = page_name(command);
    let files: &[_] = match &*name {
        PROGRAM => &FILES,
        _ if name.starts_with("bchan-serve") => &SERVER_FILES,
        _ => &FILES[..1],
    };
    page.section("FILES");
    for (path, text) in files {
        page.item(vec![italic(*path)], text);
    }
}

/// The pages above and below, and that of the configuration file.
fn see_also(command: &Command) -> Vec<(String, &'static str)> {
    let name = page_name(command);
    let mut pages = Vec::new();
    if name != PROGRAM {
        pages.push((PROGRAM.to_owned(), "1"));
        let words = command.get_bin_name().unwrap_or_default();
        if let Some((above, _)) = words.rsplit_once(' ')
            && above != PROGRAM
        {
            pages.push((above.replace(' ', "-"), "1"));
        }
    }
    pages.extend(subcommands(command).map(|one| (page_name(one), "1")));
    if name == "bchan-serve" {
        pages.push(("bchan-server".to_owned(), "1"));
    } else if name == "bchan-server" {
        pages.push(("bchan-serve".to_owned(), "1"));
    } else if !name.starts_with("bchan-server") {
        pages.push((config_file::NAME.to_owned(), "5"));
    }
    pages
}
