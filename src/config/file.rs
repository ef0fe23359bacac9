//! The configuration file, `config.toml`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bchan_archive::Size;
use serde::Deserialize;
use toml_edit::{Document, Item, Key, TableLike};

use super::file_error::FileError;
use super::preset::Preset;
use bchan_agent::Compress;

/// No configuration is larger, in bytes. A wrong path must not read a disk into memory.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Everything in the file. What is not known here is an error: a mistyped key that is ignored is
/// a wish that is silently not fulfilled.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigFile {
    /// The profile of runs that name none; without it, the one called `default`.
    pub(crate) default_profile: Option<String>,
    /// Servers and how to talk to them.
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
    #[serde(default)]
    pub(crate) presets: BTreeMap<String, Preset>,
}

/// A server, and how to talk to it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// As for `--server`.
    pub(crate) server: Option<String>,
    /// A file with the API key; a relative path starts at the configuration's folder.
    pub(crate) api_key_file: Option<PathBuf>,
    /// A program that prints the API key, and its arguments. No shell is between.
    pub(crate) api_key_command: Option<Vec<String>>,
    /// As for `--ca-cert`; a relative path starts at the configuration's folder.
    pub(crate) ca_cert: Option<PathBuf>,
    /// As for `--retries`.
    pub(crate) retries: Option<u32>,
    /// As for `--timeout`, in seconds.
    pub(crate) timeout: Option<u64>,
    /// Patterns of what no backup takes, as for `--exclude`, before those of the run.
    #[serde(default)]
    pub(crate) exclude: Vec<String>,
    /// As for `--compression`.
    pub(crate) compression: Option<Compress>,
    /// As for `--full`.
    #[serde(default)]
    pub(crate) full: bool,
    /// As for `--checksum`.
    #[serde(default)]
    pub(crate) checksum: bool,
    /// As for `--ignore-ctime`.
    #[serde(default)]
    pub(crate) ignore_ctime: bool,
    /// As for `--ignore-inode`.
    #[serde(default)]
    pub(crate) ignore_inode: bool,
    /// As for `--shrink-threshold`.
    pub(crate) shrink_threshold: Option<u8>,
    /// As for `--spool`; a relative path starts at the configuration's folder.
    pub(crate) spool: Option<PathBuf>,
    /// As for `--spool-limit`.
    pub(crate) spool_limit: Option<Size>,
}

impl ConfigFile {
    /// Parses and validates the text of a file.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, FileError> {
        let document = Document::parse(text)
            .map_err(|error| content(path, text, error.span(), error.message()))?;
        // Presets are put together of several structs, which costs serde the place of an error.
        let presets = document.get("presets").and_then(Item::as_table_like);
        for (_, preset) in presets.into_iter().flat_map(TableLike::iter) {
            let Some(preset) = preset.as_table_like() else {
                continue;
            };
            for (name, item) in preset.iter() {
                Preset::check_entry(name, item).map_err(|message| {
                    let key = preset.key(name).and_then(Key::span);
                    content(path, text, key.or(item.span()), &message)
                })?;
            }
        }
        let file: Self = toml_edit::de::from_str(text)
            .map_err(|error| content(path, text, error.span(), error.message()))?;
        if let Some((name, message)) = file.validate() {
            let span = text.find(&name).map(|start| start..start);
            return Err(content(path, text, span, &message));
        }
        for (name, preset) in &file.presets {
            if let Some((field, message)) = preset.validate(name) {
                // The field of this preset, not the one of another.
                let start = text.find(&format!("[presets.{name}]")).unwrap_or(0);
                let field = text[start..].find(field).map_or(start, |at| start + at);
                return Err(content(path, text, Some(field..field), &message));
            }
        }
        Ok(file)
    }

    /// The first value of the right type that is invalid: what to look for, and why.
    fn validate(&self) -> Option<(String, String)> {
        for (name, profile) in &self.profiles {
            if profile
                .timeout
                .is_some_and(|seconds| !(1..=86_400).contains(&seconds))
            {
                let message = format!("the timeout of profile `{name}` is not 1 to 86400 seconds");
                return Some(("timeout".into(), message));
            }
            if profile.shrink_threshold > Some(100) {
                let message =
                    format!("the shrink_threshold of profile `{name}` is more than 100 percent");
                return Some(("shrink_threshold".into(), message));
            }
            if profile.api_key_command.as_ref().is_some_and(Vec::is_empty) {
                let message = format!("the api_key_command of profile `{name}` names no program");
                return Some(("api_key_command".into(), message));
            }
            if profile.api_key_command.is_some() && profile.api_key_file.is_some() {
                let message =
                    format!("profile `{name}` has an api_key_file and an api_key_command");
                return Some(("api_key_command".into(), message));
            }
        }
        None
    }
}

/// The text of the file; none if there is no file.
pub(super) fn read(path: &Path) -> Result<Option<String>, FileError> {
    let mut text = String::new();
    let outcome = File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
    match outcome {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// An error about a place in the file.
pub(super) fn content(
    path: &Path,
    text: &str,
    span: Option<Range<usize>>,
    message: &str,
) -> FileError {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or("");
    FileError::Content {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        // Some messages have a second line; they are all one sentence here.
        message: message.trim_end().replace('\n', ", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, FileError> {
        ConfigFile::parse(Path::new("/c/config.toml"), text)
    }

    #[test]
    fn an_empty_file_is_a_whole_one() {
        let file = parse("").unwrap();
        assert!(file.profiles.is_empty() && file.default_profile.is_none());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, line, says) in [
            ("\n[profiles.a]\nsever = \"x\"\n", 3, "sever"),
            ("[profile.a]\n", 1, "profile"),
            ("\n\nx y\n", 3, ""),
            ("[profiles.a]\nretries = \"many\"\n", 2, "string"),
            ("[profiles.a]\nretries = -1\n", 2, ""),
            ("[profiles.a]\n\ntimeout = 0\n", 3, "1 to 86400"),
            ("[profiles.a]\napi_key_command = []\n", 2, "no program"),
            ("[profiles.a]\ncompression = 'zip'\n", 2, "one of zstd"),
            ("[presets.a]\ntarget = 't'\n", 1, "no paths"),
            (
                "[presets.a]\ntarget = 't'\npaths = ['x']\n",
                3,
                "not absolute",
            ),
            ("[presets.a]\npaths = ['/x']\n", 1, "target"),
            ("[presets.a]\ntarget = ''\npaths = ['/x']\n", 2, "no target"),
            ("[presets.a]\ntarget = 't'\nexlude = []\n", 3, "exlude"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            let place = format!("/c/config.toml line {line}: ");
            assert!(
                error.starts_with(&place) && error.contains(says),
                "{text:?}: {error}"
            );
            assert!(!error.contains('\n'), "{error:?}");
        }
    }
}
