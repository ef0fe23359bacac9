//! The page of the configuration file, made from the definitions of its settings.

use clap::Command;
use clap::builder::PossibleValue;
use roff::{bold, italic, roman};

use super::document::{Document, references};
use crate::config::{UnattendedOptions, fields};
use bchan_archive::Selection;

/// Name of the page.
pub(crate) const NAME: &str = "bchan-config";

const EXAMPLE: &str = "\
default_profile = \"office\"

[profiles.office]
server = \"https://backup.example.org\"
api_key_file = \"key\"
exclude = [\".cache/\"]

[presets.docs]
target = \"docs\"
paths = [\"~/Documents\", \"/etc\"]
exclude = [\"*.tmp\"]
exclude_caches = true
max_age = \"26h\"
before = [\"sh\", \"-c\", \"pg_dump shop > ~/Documents/shop.sql\"]";

/// The only setting outside of profiles and presets.
const TOP_LEVEL: &str = "default_profile";

/// Entries of a preset that no option of the same name stands for.
const PRESET: [(&str, &str); 3] = [
    ("target", "Id, alias or name of the target. Required."),
    (
        "paths",
        "Files and folders: absolute, or with a leading `~/`. Required without `files_from`.",
    ),
    (
        "profile",
        "Profile whose server the preset uses. Default: the profile of the run.",
    ),
];

/// Renders the page. `root` is the built definition of the command line, from which the entries of
/// presets have their descriptions.
pub(crate) fn render(root: &Command) -> String {
    let mut page = Document::new(NAME, "5");
    page.section("NAME");
    page.line(vec![roman("bchan-config - configuration file of bchan")]);
    page.section("SYNOPSIS");
    page.line(vec![italic("~/.config/bchan/config.toml")]);
    page.section("DESCRIPTION");
    page.paragraphs(
        "The file is TOML. It holds `profiles`, which are servers and how to connect to them, and \
         `presets`, which are saved backups. `--config` and BCHAN_CONFIG name another file. Options \
         and environment variables override it. Unknown entries are errors.\n\n\
         The commands `bchan config` and `bchan preset` change the file and keep its comments.",
    );
    page.section("TOP LEVEL");
    keys(&mut page, root, |key| key == TOP_LEVEL);
    page.section("PROFILES");
    page.paragraphs(
        "A profile is a table `[profiles.NAME]`. Relative paths are relative to the folder of the \
         file. Lists, such as commands and patterns, are arrays of texts.",
    );
    keys(&mut page, root, |key| key != TOP_LEVEL);
    page.section("PRESETS");
    page.paragraphs(
        "A preset is a table `[presets.NAME]`. Its entries are those below and, with underscores in \
         place of hyphens, options of bchan-preset-create(1): texts, numbers, true or false, and \
         arrays of texts for options that may be repeated and for commands.",
    );
    for (name, text) in PRESET {
        page.item(vec![bold(name)], text);
    }
    let create = root
        .find_subcommand("preset")
        .and_then(|it| it.find_subcommand("create"));
    let options = fields::names::<Selection>().iter();
    for name in options.chain(fields::names::<UnattendedOptions>()) {
        let long = name.replace('_', "-");
        let mut all = create.into_iter().flat_map(Command::get_arguments);
        let option = all.find(|option| option.get_long() == Some(&long));
        let help = option.and_then(|option| option.get_help());
        page.item(
            vec![bold(*name)],
            &help.map(ToString::to_string).unwrap_or_default(),
        );
    }
    page.section("EXAMPLES");
    page.verbatim(EXAMPLE.lines());
    page.section("FILES");
    page.item(
        vec![italic("~/.config/bchan/config.toml")],
        "The default file.",
    );
    page.section("SEE ALSO");
    let pages = [
        "bchan",
        "bchan-config",
        "bchan-preset",
        "bchan-preset-create",
    ];
    page.line(references(&pages.map(|name| (name.to_owned(), "1"))));
    page.render()
}

/// Describes the settings that `bchan config set` knows.
fn keys(page: &mut Document, root: &Command, wanted: impl Fn(&str) -> bool) {
    let set = root
        .find_subcommand("config")
        .and_then(|it| it.find_subcommand("set"));
    let values = set.into_iter().flat_map(Command::get_positionals);
    let values: Vec<PossibleValue> = values.flat_map(clap::Arg::get_possible_values).collect();
    for value in values.iter().filter(|value| wanted(value.get_name())) {
        let help = value.get_help().map(ToString::to_string);
        page.item(vec![bold(value.get_name())], &help.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::ConfigFile;

    #[test]
    fn the_example_is_a_valid_file() {
        ConfigFile::parse(Path::new("config.toml"), EXAMPLE).unwrap();
    }

    #[test]
    fn every_entry_is_described() {
        let mut root = crate::cli::definition();
        root.build();
        let page = render(&root);
        for block in page.split(".TP").skip(1) {
            let mut lines = block.trim_start().lines().filter(|line| !line.is_empty());
            let (name, text) = (lines.next().unwrap(), lines.next().unwrap_or_default());
            assert!(
                text.len() > 5 && !text.starts_with('.'),
                "{name} has no description"
            );
        }
        for name in fields::names::<UnattendedOptions>() {
            assert!(page.contains(&format!("\\fB{name}\\fR")), "{name}");
        }
    }
}
