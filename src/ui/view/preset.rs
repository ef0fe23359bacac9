//! Presets, alone and in lists.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::{Page, View, clean};
use crate::config::{KnownPreset, Preset, fields};
use crate::schedule::Place;

/// Settings whose items are the words of one command.
const HOOKS: [&str; 4] = ["before", "after", "on_success", "on_failure"];

/// All presets.
#[derive(Debug, Serialize)]
pub(crate) struct PresetList {
    /// By name.
    pub(crate) presets: Vec<PresetDetail>,
}

/// One preset.
#[derive(Debug, Serialize)]
pub(crate) struct PresetDetail {
    name: String,
    /// Program whose file it is in: `bchan` or `backupchan`.
    origin: &'static str,
    /// The schedulers that run it: `system`, `user` or `cron`.
    scheduled: Vec<&'static str>,
    #[serde(flatten)]
    preset: Preset,
}

impl PresetDetail {
    pub(crate) fn new(name: String, known: KnownPreset, places: &[Place]) -> Self {
        Self {
            name,
            origin: if known.python { "backupchan" } else { "bchan" },
            scheduled: places.iter().map(|place| place.name()).collect(),
            preset: known.preset,
        }
    }
}

impl View for PresetList {
    const LISTS: &'static [&'static str] = &["presets"];

    fn text(&self, page: &Page) -> String {
        if self.presets.is_empty() {
            return "There are no presets.\n".to_owned();
        }
        let mut table = page.table(&["name", "target", "paths", "profile", "rules", "scheduled"]);
        for PresetDetail {
            name,
            origin: _,
            scheduled,
            preset,
        } in &self.presets
        {
            let rules = fields::entries(&preset.selection).len();
            table.row([
                clean(name),
                clean(&preset.target),
                paths(&preset.paths),
                clean(preset.profile.as_deref().unwrap_or("-")),
                if rules == 0 {
                    "-".to_owned()
                } else {
                    rules.to_string()
                },
                schedule(scheduled),
            ]);
        }
        table.to_string()
    }

    fn ids(&self) -> Option<Vec<String>> {
        let names = self.presets.iter();
        Some(names.map(|preset| preset.name.clone()).collect())
    }
}

impl View for PresetDetail {
    fn text(&self, _: &Page) -> String {
        let Self {
            name,
            origin,
            scheduled,
            preset,
        } = self;
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{:<21}{}", format!("{name}:"), clean(value));
        };
        line("name", name);
        line("target", &preset.target);
        for path in &preset.paths {
            line("path", &path.to_string_lossy());
        }
        line("profile", preset.profile.as_deref().unwrap_or("-"));
        let entries = fields::entries(&preset.selection).into_iter();
        for (name, value) in entries.chain(fields::entries(&preset.unattended)) {
            match value.as_array() {
                Some(words) if HOOKS.contains(&&*name) => {
                    let words = words.iter().filter_map(|word| word.as_str());
                    // Fails for a word with a zero byte, which no command line has.
                    line(&name, &shlex::try_join(words).unwrap_or_default());
                }
                Some(items) => {
                    for item in items {
                        line(&name, item.as_str().unwrap_or_default());
                    }
                }
                None => line(&name, value.to_string().trim_matches('"')),
            }
        }
        line("scheduled", &schedule(scheduled));
        if *origin == "backupchan" {
            line("kept by", "the Python client");
        }
        text
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(vec![self.name.clone()])
    }
}

/// The schedulers, as a word for each.
fn schedule(places: &[&str]) -> String {
    if places.is_empty() {
        return "-".to_owned();
    }
    places.join(", ")
}

fn paths(paths: &[PathBuf]) -> String {
    let texts: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
    clean(&texts.join(", "))
}
