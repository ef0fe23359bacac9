//! Presets: what to back up and to where, under a name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bchan_archive::Selection;
use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use toml_edit::{Array, Value};

use super::{Care, Environment, Length, paths};

/// A named backup definition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Table")]
pub(crate) struct Preset {
    /// Id or alias of the target.
    pub(crate) target: String,
    /// Files and folders.
    pub(crate) paths: Vec<PathBuf>,
    /// The profile whose server it is for; without one, that of the run.
    pub(crate) profile: Option<String>,
    /// Rules of what is left out.
    #[serde(flatten)]
    pub(crate) selection: Selection,
    /// How its runs are looked after.
    #[serde(flatten)]
    pub(crate) care: Care,
}

/// A preset as it stands in the configuration. Each field is named here, because a mistyped one must
/// be found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    target: String,
    #[serde(default)]
    paths: Vec<PathBuf>,
    profile: Option<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude_from: Vec<PathBuf>,
    #[serde(default)]
    exclude_fnmatch: Vec<String>,
    #[serde(default)]
    include_fnmatch: Vec<String>,
    #[serde(default)]
    exclude_caches: bool,
    #[serde(default)]
    exclude_if_present: Vec<String>,
    #[serde(default)]
    one_file_system: bool,
    exclude_larger_than: Option<ByteSize>,
    #[serde(default)]
    files_from: Vec<PathBuf>,
    #[serde(default)]
    files_from0: Vec<PathBuf>,
    max_age: Option<Length>,
    wait_lock: Option<Length>,
    deadline: Option<Length>,
    shrink_threshold: Option<u8>,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    on_success: Vec<String>,
    #[serde(default)]
    on_failure: Vec<String>,
    hook_timeout: Option<Length>,
    ping: Option<String>,
    spool: Option<PathBuf>,
    spool_limit: Option<ByteSize>,
}

impl From<Table> for Preset {
    fn from(table: Table) -> Self {
        Self {
            target: table.target,
            paths: table.paths,
            profile: table.profile,
            selection: Selection {
                exclude: table.exclude,
                include: table.include,
                exclude_from: table.exclude_from,
                exclude_fnmatch: table.exclude_fnmatch,
                include_fnmatch: table.include_fnmatch,
                exclude_caches: table.exclude_caches,
                exclude_if_present: table.exclude_if_present,
                one_file_system: table.one_file_system,
                exclude_larger_than: table.exclude_larger_than,
                files_from: table.files_from,
                files_from0: table.files_from0,
            },
            care: Care {
                max_age: table.max_age,
                wait_lock: table.wait_lock,
                deadline: table.deadline,
                shrink_threshold: table.shrink_threshold,
                before: table.before,
                after: table.after,
                on_success: table.on_success,
                on_failure: table.on_failure,
                hook_timeout: table.hook_timeout,
                ping: table.ping,
                spool: table.spool,
                spool_limit: table.spool_limit,
            },
        }
    }
}

/// A preset, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KnownPreset {
    /// The preset.
    pub(crate) preset: Preset,
    /// True if it is in the Python client's file.
    pub(crate) python: bool,
}

/// Presets by their names.
pub(crate) type Presets = BTreeMap<String, KnownPreset>;

/// Names in the file of the rules that say what is left out.
pub(crate) const RULES: [&str; 11] = [
    "exclude",
    "include",
    "exclude_from",
    "exclude_fnmatch",
    "include_fnmatch",
    "exclude_caches",
    "exclude_if_present",
    "one_file_system",
    "exclude_larger_than",
    "files_from",
    "files_from0",
];

impl Preset {
    /// Returns the entries as they are in the file.
    pub(crate) fn entries(&self) -> Vec<(&'static str, Value)> {
        let mut entries = vec![("target", Value::from(&self.target))];
        if !self.paths.is_empty() {
            entries.push(("paths", list(self.paths.iter().map(|path| text(path)))));
        }
        if let Some(profile) = &self.profile {
            entries.push(("profile", profile.into()));
        }
        entries.append(&mut rules(&self.selection));
        entries.append(&mut self.care.entries());
        entries
    }

    /// The first thing about it that makes no sense: which field, and why.
    pub(super) fn nonsense(&self, name: &str) -> Option<(&'static str, String)> {
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
        let (field, message) = self.care.nonsense()?;
        Some((field, format!("{field} of preset `{name}` {message}")))
    }

    /// The same with all paths as the system knows them; those of lists start at `folder`.
    pub(super) fn resolved(mut self, folder: &Path, environment: &dyn Environment) -> Self {
        let home = paths::home_dir(environment);
        for path in &mut self.paths {
            *path = paths::expand(path, home.as_deref());
        }
        if let Some(spool) = &mut self.care.spool {
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

/// Returns the rules as they are in the file.
pub(crate) fn rules(selection: &Selection) -> Vec<(&'static str, Value)> {
    let Selection {
        exclude,
        include,
        exclude_from,
        exclude_fnmatch,
        include_fnmatch,
        exclude_caches,
        exclude_if_present,
        one_file_system,
        exclude_larger_than,
        files_from,
        files_from0,
    } = selection;
    let mut entries = Vec::new();
    let texts = [
        ("exclude", exclude),
        ("include", include),
        ("exclude_fnmatch", exclude_fnmatch),
        ("include_fnmatch", include_fnmatch),
        ("exclude_if_present", exclude_if_present),
    ];
    for (name, texts) in texts.into_iter().filter(|(_, texts)| !texts.is_empty()) {
        entries.push((name, list(texts.iter().cloned())));
    }
    let files = [
        ("exclude_from", exclude_from),
        ("files_from", files_from),
        ("files_from0", files_from0),
    ];
    for (name, files) in files.into_iter().filter(|(_, files)| !files.is_empty()) {
        entries.push((name, list(files.iter().map(|file| text(file)))));
    }
    let flags = [
        ("exclude_caches", *exclude_caches),
        ("one_file_system", *one_file_system),
    ];
    let set = flags.into_iter().filter(|(_, set)| *set);
    entries.extend(set.map(|(name, set)| (name, set.into())));
    if let Some(size) = exclude_larger_than {
        entries.push(("exclude_larger_than", size.to_string().into()));
    }
    entries
}

/// Returns true if it means the same wherever a run starts.
fn is_anchored(path: &Path) -> bool {
    path.is_absolute() || path.starts_with("~")
}

fn list(items: impl Iterator<Item = String>) -> Value {
    Value::Array(items.collect::<Array>())
}

/// The file is text, so what is not cannot stand in it.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
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
                exclude_larger_than: Some(ByteSize::mib(3)),
                files_from: vec!["/l".into()],
                files_from0: vec!["/l0".into()],
                include: vec!["i".into()],
                include_fnmatch: vec!["*".into()],
            },
            care: Care {
                max_age: "26h".parse().ok(),
                wait_lock: "10m".parse().ok(),
                deadline: "1d".parse().ok(),
                shrink_threshold: Some(30),
                before: vec!["a".into(), "b c".into()],
                after: vec!["a".into()],
                on_success: vec!["a".into()],
                on_failure: vec!["a".into()],
                hook_timeout: "5m".parse().ok(),
                ping: Some("https://h/x".into()),
                spool: Some("/s".into()),
                spool_limit: Some(ByteSize::gib(3)),
            },
        };
        let entries = preset.entries();
        let line = |(name, value): &(&str, Value)| {
            format!(
                "{name} = {value}
"
            )
        };
        let text: String = entries.iter().map(line).collect();
        assert_eq!(toml_edit::de::from_str::<Preset>(&text).unwrap(), preset);
        let names: Vec<_> = rules(&preset.selection).iter().map(|(n, _)| *n).collect();
        assert!(RULES.iter().all(|rule| names.contains(rule)), "{names:?}");
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn a_mistyped_rule_is_an_error() {
        let error = toml_edit::de::from_str::<Preset>("target = 'x'\nexlude = ['y']\n");
        assert!(error.unwrap_err().to_string().contains("exlude"));
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
