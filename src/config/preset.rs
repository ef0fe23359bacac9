//! Presets: what to back up and to where, under a name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bchan_archive::Selection;
use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Value};

use super::{Environment, UnattendedOptions, fields, paths};

/// A named backup definition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Preset {
    /// Id, alias or name of the target.
    pub(crate) target: String,
    /// Files and folders.
    #[serde(default)]
    pub(crate) paths: Vec<PathBuf>,
    /// The profile whose server it is for; without one, that of the run.
    pub(crate) profile: Option<String>,
    /// Rules of what is left out.
    #[serde(flatten)]
    pub(crate) selection: Selection,
    /// Options for its runs.
    #[serde(flatten)]
    pub(crate) unattended: UnattendedOptions,
}

/// A preset, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KnownPreset {
    /// The preset.
    pub(crate) preset: Preset,
    /// True if it is in the Python client's file.
    pub(crate) python: bool,
}

/// The entries that are neither rules nor options for runs.
const OWN: [&str; 3] = ["target", "paths", "profile"];

/// Presets by their names.
pub(crate) type Presets = BTreeMap<String, KnownPreset>;

impl Preset {
    /// Returns the entries as they are in the file.
    pub(crate) fn entries(&self) -> Vec<(String, Value)> {
        fields::entries(self)
    }

    /// Checks the type of one entry of a preset in the file; fails for unknown ones.
    pub(super) fn check_entry(name: &str, item: &Item) -> Result<(), String> {
        let mut one = DocumentMut::new();
        one.insert(name, item.clone());
        let checked = if fields::names::<Selection>().contains(&name) {
            toml_edit::de::from_document::<Selection>(one).map(drop)
        } else if fields::names::<UnattendedOptions>().contains(&name) {
            toml_edit::de::from_document::<UnattendedOptions>(one).map(drop)
        } else if OWN.contains(&name) {
            Ok(())
        } else {
            return Err(format!("unknown field `{name}`"));
        };
        checked.map_err(|error| error.message().to_owned())
    }

    /// The first invalid field, and why.
    pub(super) fn validate(&self, name: &str) -> Option<(&'static str, String)> {
        let rule = &self.selection;
        if name.is_empty() || name.contains(char::is_control) {
            return Some(("presets", "a preset has no name".to_owned()));
        }
        if self.target.trim().is_empty() {
            return Some(("target", format!("preset `{name}` has no target")));
        }
        if self.paths.is_empty() && !rule.has_lists() {
            return Some(("paths", format!("preset `{name}` has no paths")));
        }
        if let Some(path) = self.paths.iter().find(|path| !is_anchored(path)) {
            let path = path.display();
            let message = format!(
                "the path {path} of preset `{name}` is not absolute and does not begin with ~/"
            );
            return Some(("paths", message));
        }
        if rule.reads_stdin() {
            let message = format!("preset `{name}` reads a list from standard input");
            return Some(("files_from", message));
        }
        if !rule.exclude_fnmatch.is_empty() && !rule.include_fnmatch.is_empty() {
            let message = format!("preset `{name}` has exclude_fnmatch and include_fnmatch");
            return Some(("include_fnmatch", message));
        }
        let (field, message) = self.unattended.validate()?;
        Some((field, format!("{field} of preset `{name}` {message}")))
    }

    /// The same with all paths as the system knows them; those of lists start at `folder`.
    pub(super) fn resolved(mut self, folder: &Path, environment: &dyn Environment) -> Self {
        let home = paths::home_dir(environment);
        for path in &mut self.paths {
            *path = paths::expand(path, home.as_deref());
        }
        if let Some(spool) = &mut self.unattended.spool {
            *spool = folder.join(paths::expand(spool, home.as_deref()));
        }
        let rule = &mut self.selection;
        for files in [
            &mut rule.exclude_from,
            &mut rule.files_from,
            &mut rule.files_from0,
        ] {
            for path in files {
                *path = folder.join(paths::expand(path, home.as_deref()));
            }
        }
        self
    }
}

/// Returns true if it means the same wherever a run starts.
fn is_anchored(path: &Path) -> bool {
    path.is_absolute() || path.starts_with("~")
}

#[cfg(test)]
mod tests {
    use bchan_archive::Size;

    use super::*;
    use crate::config::Fake;

    #[test]
    fn what_is_written_is_what_is_read() {
        let preset = Preset {
            target: "docs".into(),
            paths: vec!["/a".into(), "~/b".into()],
            profile: Some("office".into()),
            selection: Selection {
                exclude: vec!["*.tmp".into(), "!keep".into()],
                exclude_from: vec!["rules".into()],
                exclude_fnmatch: vec!["*/x".into()],
                exclude_caches: true,
                exclude_if_present: vec![".nobackup".into()],
                one_file_system: true,
                exclude_larger_than: Some(Size(3 << 20)),
                files_from: vec!["/l".into()],
                files_from0: vec!["/l0".into()],
                include: vec!["i".into()],
                include_fnmatch: vec!["*".into()],
            },
            unattended: UnattendedOptions {
                max_age: "26h".parse().ok(),
                wait_lock: "10m".parse().ok(),
                deadline: "1d".parse().ok(),
                shrink_threshold: Some(30),
                before: "a 'b c'".parse().ok(),
                after: "a".parse().ok(),
                on_success: "a".parse().ok(),
                on_failure: "a".parse().ok(),
                hook_timeout: "5m".parse().ok(),
                ping: Some("https://h/x".into()),
                spool: Some("/s".into()),
                spool_limit: Some(Size(3 << 30)),
            },
        };
        let entries = preset.entries();
        let line = |(name, value): &(String, Value)| format!("{name} = {value}\n");
        let text: String = entries.iter().map(line).collect();
        assert_eq!(toml_edit::de::from_str::<Preset>(&text).unwrap(), preset);
        let fields = [
            fields::names::<Selection>(),
            fields::names::<UnattendedOptions>(),
            &OWN,
        ];
        let mut written: Vec<_> = entries.iter().map(|(name, _)| &**name).collect();
        let mut known = fields.concat();
        written.sort_unstable();
        known.sort_unstable();
        assert_eq!(written, known, "every field is tried here");
    }

    #[test]
    fn paths_start_where_they_are_meant_to() {
        let environment = Fake::default().with("HOME", "/h");
        let preset = Preset {
            paths: vec!["~/d".into(), "/e".into()],
            selection: Selection {
                exclude_from: vec!["rules".into(), "~/r".into()],
                ..Selection::default()
            },
            ..Preset::default()
        };
        let resolved = preset.resolved(Path::new("/c"), &environment);
        assert_eq!(resolved.paths, [Path::new("/h/d"), Path::new("/e")]);
        let files = &resolved.selection.exclude_from;
        assert_eq!(files[..], [Path::new("/c/rules"), Path::new("/h/r")]);
    }
}
