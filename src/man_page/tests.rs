//! Laws of all pages.

use clap::Command;

use super::command::render;
use super::parts::{page_name, subcommands};

const SECTIONS: [&str; 11] = [
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "COMMANDS",
    "ARGUMENTS",
    "OPTIONS",
    "EXAMPLES",
    "\"EXIT STATUS\"",
    "ENVIRONMENT",
    "FILES",
    "\"SEE ALSO\"",
];

fn all(command: &Command, pages: &mut Vec<(String, String)>) {
    pages.push((page_name(command), render(command)));
    subcommands(command).for_each(|one| all(one, pages));
}

fn pages() -> Vec<(String, String)> {
    let mut root = crate::cli::definition();
    root.build();
    let mut pages = Vec::new();
    all(&root, &mut pages);
    pages
}

#[test]
fn sections_come_in_the_usual_order() {
    for (name, page) in pages() {
        let found = page.lines().filter_map(|line| line.strip_prefix(".SH "));
        let places: Vec<_> = found
            .map(|title| SECTIONS.iter().position(|known| *known == title))
            .collect();
        assert!(
            places.iter().all(Option::is_some),
            "{name}: unknown section"
        );
        assert!(places.is_sorted(), "{name}: {places:?}");
        for required in [0, 1, 2, 5, 7, 8, 9, 10] {
            assert!(
                places.contains(&Some(required)),
                "{name}: {}",
                SECTIONS[required]
            );
        }
    }
}

#[test]
fn pages_refer_only_to_pages_that_exist() {
    let pages = pages();
    let known: Vec<_> = pages
        .iter()
        .map(|(name, _)| name.replace('-', "\\-"))
        .collect();
    for (name, page) in &pages {
        for part in page.split("\\fR(1)").filter(|part| part.contains("\\fB")) {
            let Some((_, reference)) = part.rsplit_once("\\fB") else {
                continue;
            };
            if page.contains(&format!("\\fB{reference}\\fR(1)")) {
                assert!(
                    known.iter().any(|known| known == reference),
                    "{name}: {reference}"
                );
            }
        }
    }
}

#[test]
fn a_synopsis_shows_values_and_lists() {
    let pages = pages();
    let upload = pages.iter().find(|(name, _)| name == "bchan-backup-upload");
    let page = &upload.unwrap().1;
    let synopsis = page
        .split(".SH")
        .find(|part| part.starts_with(" SYNOPSIS"))
        .unwrap();
    for part in [
        "\\-\\-deadline\\fR\\fI DURATION\\fR]",
        "]...",
        "\\fITARGET\\fR",
        "[\\fIPATH\\fR]...",
    ] {
        assert!(synopsis.contains(part), "{part}: {synopsis}");
    }
}
