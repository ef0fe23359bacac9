use std::collections::BTreeMap;

use crate::global_args::OutputFormat;
use clap::CommandFactory as _;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("bchan").chain(line.split_whitespace()))
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn global_options_may_stand_anywhere() {
    for line in [
        "-o json --server http://x target list",
        "target -o json --server http://x list",
        "target list -o json --server http://x",
    ] {
        let cli = parse(line).unwrap();
        assert_eq!(cli.global.output, OutputFormat::Json, "{line}");
        assert_eq!(cli.global.server.as_deref(), Some("http://x"), "{line}");
    }
}

/// Letters that stand for different options, because they do so in the Python client.
const LETTERS_OF_THE_PYTHON_CLIENT: [(char, &[&str]); 6] = [
    ('a', &["automatic", "recycle-action"]),
    ('c', &["compact", "recycle-criteria"]),
    (
        'd',
        &[
            "deduplicate",
            "delete-files",
            "directory",
            "toggle-deduplication",
        ],
    ),
    ('i', &["include-fnmatch", "interactive"]),
    ('s', &["alias", "sequential"]),
    ('t', &["tail", "type"]),
];

#[test]
fn a_letter_stands_for_one_option_everywhere_but_where_the_python_client_decides() {
    fn collect(command: &clap::Command, found: &mut BTreeMap<char, BTreeMap<String, String>>) {
        for option in command
            .get_arguments()
            .filter(|option| !option.is_hide_set())
        {
            if let (Some(letter), Some(name)) = (option.get_short(), option.get_long()) {
                let help = option
                    .get_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                found
                    .entry(letter)
                    .or_default()
                    .insert(name.to_owned(), help);
            }
        }
        for subcommand in command.get_subcommands() {
            collect(subcommand, found);
        }
    }
    let mut found = BTreeMap::new();
    collect(&Cli::command(), &mut found);
    for (letter, options) in found {
        let names: Vec<_> = options.keys().map(String::as_str).collect();
        let known = LETTERS_OF_THE_PYTHON_CLIENT
            .iter()
            .find(|(known, _)| *known == letter);
        if names.len() > 1 {
            assert_eq!(known.map(|(_, names)| *names), Some(&*names), "-{letter}");
            for (name, help) in &options {
                assert!(help.contains("Python client"), "--{name}: {help}");
            }
        }
    }
}

#[test]
fn scripts_for_the_python_program_parse() {
    for line in [
        "--host 127.0.0.1 --port 5000 target list -p 2 -c",
        "target view docs -r",
        "target new -n n -t multi -c none -l /x -m $I --tags a,b",
        "target edit docs -d --remove-alias --clear-tags",
        "target delete docs -d",
        "target deletebackups docs -d",
        "target deleterecycled docs",
        "backup upload docs /tmp -a",
        "backup download 1 -d /tmp",
        "backup delete 1 -d",
        "backup recycle 1",
        "backup restore 1",
        "recyclebin view",
        "recyclebin show",
        "recyclebin clear -d",
        "job list",
        "job forcerun recycle_job",
        "target list --page 2 --compact",
        "target show docs --include-recycled",
        "target new --name n --type single --recycle-criteria age --recycle-value 3 \
            --recycle-action delete --location /x --name-template $D --deduplicate --alias a \
            --min-backups 2 --tags a",
        "target new -n n -t multi -c count -v 3 -a recycle -l /x -m $I -d -s a --tags a,b",
        "target edit docs -n n -c age -v 3 -a delete -l /x -m $I -s a --min-backups 2 --tags a,b",
        "target edit docs --toggle-deduplication",
        "target search -n n -c age -a delete -l /x -m $I -d on -s a --tags a,b",
        "target search --name n --deduplicate off",
        "backup upload docs /tmp --automatic",
        "backup upload -a docs /tmp",
        "backup upload docs /tmp -e */x */y",
        "backup upload docs /tmp -i */x */y",
        "backup download 1 --directory /tmp",
        "backup delete 1 --delete-files",
        "recyclebin clear --delete-files",
        "log view",
        "log view -t 5",
        "log show --tail 5",
        "stats view",
        "stats show",
        "config new -i",
        "config new --interactive",
        "config new -H h -p 5000 -a k",
        "config new --host h --port 5000 --api-key k",
        "config view",
        "config show",
        "config reset",
        "preset list",
        "preset new p /tmp docs",
        "preset new p /tmp docs -e */x */y",
        "preset new p /tmp docs -i */x */y",
        "preset delete p",
        "preset rename p q",
        "preset upload p",
        "preset upload p -a",
        "preset upload p --automatic",
        "preset upload p -s",
        "preset upload p --sequential -a",
        "backup upload docs /tmp -s",
        "backup upload docs /tmp --sequential",
        "preset reset",
    ] {
        assert!(parse(line).is_ok(), "{line}: {}", parse(line).unwrap_err());
    }
}

#[test]
fn local_takes_its_folder_only_after_an_equals_sign() {
    let bare = parse("--local target list").unwrap();
    assert_eq!(bare.global.local, Some(None));
    let folder = parse("target list --local=/d").unwrap();
    assert_eq!(folder.global.local, Some(Some("/d".into())));
}

#[test]
fn nonsense_is_refused() {
    for line in [
        "",
        "target",
        "nonsense",
        "target list --page 0",
        "target list --timeout 0",
        "target list --quiet --verbose",
        "backup upload docs",
        "backup download x -d . --extract y",
        "--port 0 target list",
        "target create --name x --recycle-value -1",
        "target edit x --alias a --remove-alias",
    ] {
        let error = parse(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
    }
}

#[test]
fn help_and_version_are_no_failures() {
    for line in ["--help", "-V", "help target", "backup upload --help"] {
        assert_eq!(parse(line).unwrap_err().exit_code(), 0, "{line}");
    }
}

#[test]
fn every_command_explains_itself_and_gives_an_example() {
    fn check(command: &clap::Command) {
        let name = command.get_bin_name().unwrap_or_default();
        assert!(command.get_about().is_some(), "{name} has no help");
        let mut subcommands = command.get_subcommands().peekable();
        if subcommands.peek().is_none() {
            let end = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(end.starts_with("Example"), "{name} has no example");
            assert!(end.contains("bchan "), "{name}");
        }
        for argument in command
            .get_arguments()
            .filter(|argument| !argument.is_hide_set())
        {
            assert!(
                argument.get_help().is_some(),
                "{name} {}",
                argument.get_id()
            );
        }
        subcommands
            .filter(|subcommand| subcommand.get_name() != "help")
            .for_each(check);
    }
    let mut command = Cli::command();
    command.build();
    check(&command);
}

#[test]
fn a_command_without_its_noun_is_named() {
    let mut command = Cli::command();
    let error = command
        .try_get_matches_from_mut(["bchan", "upload", "x"])
        .unwrap_err();
    let text = super::elsewhere(error).to_string();
    assert!(
        text.contains("`bchan backup upload`, `bchan preset upload`"),
        "{text}"
    );
    let error = command
        .try_get_matches_from_mut(["bchan", "uplaod"])
        .unwrap_err();
    let text = super::elsewhere(error).to_string();
    assert!(!text.contains("there is"), "{text}");
}
