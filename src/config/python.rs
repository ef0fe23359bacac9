//! The Python client's files, for users who move from it.
//!
//! `config.json` is `{"host": "127.0.0.1", "port": 5000}`, where the host may carry a scheme;
//! `presets.json` is `{"presets": [{"name", "location", "target_id", "exclude"?, "include"?}]}`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bchan_archive::Selection;
use serde::Deserialize;

use super::file;
use super::file_error::FileError;
use super::{Preset, SettingsError, url};

/// Service and user of the API key in the keyring.
pub(crate) const KEYRING: (&str, &str) = ("backupchan", "api_key");

/// The server of the Python client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct PythonConfig {
    /// With or without a scheme.
    pub(crate) host: String,
    /// Its port; interactive set-ups of some versions write it as text.
    #[serde(deserialize_with = "port")]
    pub(crate) port: u16,
}

/// Reads `config.json` in `folder`; none if there is no file.
pub(crate) fn config(folder: &Path) -> Result<Option<PythonConfig>, FileError> {
    read(&folder.join("config.json"))
}

/// A preset of the Python client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct PythonPreset {
    name: String,
    /// A path, perhaps a relative one.
    location: PathBuf,
    target_id: String,
    exclude: Option<Vec<String>>,
    include: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct PresetFile {
    presets: Vec<PythonPreset>,
}

/// Reads `presets.json` in `folder`; none if there is no file.
pub(crate) fn presets(folder: &Path) -> Result<BTreeMap<String, Preset>, FileError> {
    let file: Option<PresetFile> = read(&folder.join("presets.json"))?;
    let presets = file.map(|file| file.presets).unwrap_or_default();
    let ours = |preset: PythonPreset| {
        let selection = Selection {
            exclude_fnmatch: preset.exclude.unwrap_or_default(),
            include_fnmatch: preset.include.unwrap_or_default(),
            ..Selection::default()
        };
        let ours = Preset {
            target: preset.target_id,
            paths: vec![preset.location],
            profile: None,
            selection,
            ..Preset::default()
        };
        (preset.name, ours)
    };
    Ok(presets.into_iter().map(ours).collect())
}

/// All that the Python client keeps in files.
#[derive(Debug)]
pub(crate) struct PythonFiles {
    /// URL of its server.
    pub(crate) server: Option<String>,
    /// Its presets; their paths may be relative.
    pub(crate) presets: BTreeMap<String, Preset>,
}

impl PythonFiles {
    /// Reads them in `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self, SettingsError> {
        let config = config(folder)?;
        let server = config.map(|config| url::url(&config.host, Some(config.port)));
        Ok(Self {
            server: server.transpose()?,
            presets: presets(folder)?,
        })
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, FileError> {
    let Some(text) = file::read(path)? else {
        return Ok(None);
    };
    let parsed = serde_json::from_str(&text).map_err(|error| FileError::Content {
        path: path.to_owned(),
        line: error.line(),
        message: error.to_string(),
    })?;
    Ok(Some(parsed))
}

fn port<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    use serde::de::Error as _;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Port {
        Number(u16),
        Text(String),
    }
    match Port::deserialize(deserializer)? {
        Port::Number(port) => Ok(port),
        Port::Text(text) => text.trim().parse().map_err(D::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn reads_what_the_python_client_writes() {
        let temp = tempfile::tempdir().unwrap();
        assert_eq!(config(temp.path()).unwrap(), None);
        fs::write(
            temp.path().join("config.json"),
            r#"{"host": "http://b.example", "port": "5000"}"#,
        )
        .unwrap();
        let found = config(temp.path()).unwrap().unwrap();
        assert_eq!(
            (found.host.as_str(), found.port),
            ("http://b.example", 5000)
        );
    }

    #[test]
    fn presets_keep_their_globs() {
        let temp = tempfile::tempdir().unwrap();
        assert!(presets(temp.path()).unwrap().is_empty());
        let text = r#"{"presets": [
            {"name": "a", "location": "/a", "target_id": "t", "exclude": ["*.o"]},
            {"name": "b", "location": "b", "target_id": "u", "include": null}]}"#;
        fs::write(temp.path().join("presets.json"), text).unwrap();
        let found = presets(temp.path()).unwrap();
        assert_eq!(found["a"].selection.exclude_fnmatch, ["*.o"]);
        assert_eq!(found["b"].paths, [Path::new("b")]);
        assert_eq!(found["b"].selection, Selection::default());
    }

    #[test]
    fn a_broken_file_is_named_with_its_line() {
        let temp = tempfile::tempdir().unwrap();
        fs::write(temp.path().join("config.json"), "{\n\"host\": 1}").unwrap();
        let error = config(temp.path()).unwrap_err().to_string();
        assert!(error.contains("config.json line 2"), "{error}");
    }
}
