//! The folder of a Python server: its configuration and its key.
//!
//! It starts in that folder, so that every relative path means one from there.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bchan_api::{ApiKey, KeyFile};
use serde::Deserialize;

use crate::error::ImportError;

/// Name of the configuration. It is JSON with comments, read as JSON 5 like there.
const CONFIG: &str = "config.jsonc";
/// Name of the file with the key; without it, that server asks for none.
const KEY: &str = "apikey.json";

/// Where that server puts recycled backups unless told otherwise.
const DEFAULT_BIN: &str = "./Recycle-bin";

/// How to reach the database.
#[derive(Clone, Deserialize)]
pub(crate) struct Login {
    pub(crate) user: String,
    #[serde(default)]
    pub(crate) password: Password,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: String,
}

/// A secret that no message shows, not even one about its type.
#[derive(Clone, Default, Deserialize)]
#[serde(untagged)]
pub(crate) enum Password {
    Text(String),
    Number(u64),
    #[default]
    None,
}

impl Password {
    pub(crate) fn expose(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::None => None,
        }
    }
}

/// The required part of the configuration; the rest is about things that are different here.
#[derive(Deserialize)]
struct Settings {
    db: Option<Login>,
    recycle_bin_path: Option<String>,
}

/// Outcome for the key.
pub(crate) enum Key {
    /// That server asks for none.
    None,
    /// The file holds something else.
    Broken,
    Found {
        key: ApiKey,
        /// True if others could read it.
        exposed: bool,
    },
}

pub(crate) struct Installation {
    /// The folder, without links.
    pub(crate) base: PathBuf,
    pub(crate) login: Login,
    pub(crate) recycle_bin: PathBuf,
    pub(crate) key: Key,
}

impl Installation {
    /// Reads what lies in a folder, or beside a configuration file.
    pub(crate) fn read(from: &Path) -> Result<Self, ImportError> {
        let config = if from.is_dir() {
            from.join(CONFIG)
        } else {
            from.to_owned()
        };
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| ImportError::Unreadable { path, source }
        };
        let text = fs::read_to_string(&config).map_err(unreadable(&config))?;
        let config = fs::canonicalize(&config).map_err(unreadable(&config))?;
        let settings = parse(&config, &text)?;
        let login = settings.db.ok_or_else(|| ImportError::Config {
            path: config.clone(),
            what: "it has no `db`, which says how to reach the database".to_owned(),
        })?;
        let base = config.parent().unwrap_or(Path::new("/")).to_owned();
        let recycle_bin = settings.recycle_bin_path.as_deref().unwrap_or(DEFAULT_BIN);
        let key = base.join(KEY);
        Ok(Self {
            recycle_bin: absolute(&base, recycle_bin),
            key: read_key(&key).map_err(unreadable(&key))?,
            base,
            login,
        })
    }
}

fn parse(path: &Path, text: &str) -> Result<Settings, ImportError> {
    json5::from_str(text).map_err(|error: json5::Error| {
        // Other messages than these may repeat what stands there, which may be the password.
        let what = error.code().map_or_else(
            || "a setting has another type than it should".to_owned(),
            |code| code.to_string(),
        );
        let place = error.position();
        let place =
            place.map(|place| format!(" at line {}, column {}", place.line + 1, place.column + 1));
        ImportError::Config {
            path: path.to_owned(),
            what: what + &place.unwrap_or_default(),
        }
    })
}

fn read_key(path: &Path) -> io::Result<Key> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Key::None),
        Err(error) => return Err(error),
    };
    let exposed = fs::metadata(path)?.permissions().mode() & 0o077 != 0;
    let key = serde_json::from_str(&text).ok();
    let key = key.and_then(|file: KeyFile| file.key.expose().parse().ok());
    Ok(key.map_or(Key::Broken, |key| Key::Found { key, exposed }))
}

/// Resolves a path in the configuration or the database: relative to the server's folder, links
/// followed as far as it exists, without `.` and `..`.
pub(crate) fn absolute(base: &Path, path: &str) -> PathBuf {
    let mut result = PathBuf::new();
    for part in base.join(path).components() {
        match part {
            std::path::Component::ParentDir => {
                // `..` after a link leads to the parent of the link's target.
                result = fs::canonicalize(&result).unwrap_or(result);
                result.pop();
            }
            std::path::Component::CurDir => {}
            part => result.push(part),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
        // A comment, and a password with // in it
        "db": {"user": "u", "password": "a//b\"c", "host": "127.0.0.1", "port": 3307,
               "database": "d"},
        /* more */ "webui_enable": true, "page_size": 10,
        "recycle_bin_path": "bin/../other", // the end
    }"#;

    #[test]
    fn comments_and_trailing_commas_are_read_over() {
        let temp = tempfile::tempdir().unwrap();
        let base = fs::canonicalize(temp.path()).unwrap();
        fs::write(base.join(CONFIG), TEXT).unwrap();
        for from in [base.clone(), base.join(CONFIG)] {
            let found = Installation::read(&from).unwrap();
            assert_eq!(found.login.password.expose().as_deref(), Some("a//b\"c"));
            assert_eq!((found.login.port, &*found.login.database), (3307, "d"));
            assert_eq!(found.recycle_bin, base.join("other"));
            assert!(matches!(found.key, Key::None));
        }
        fs::write(base.join(KEY), "{\"key\": \"bakch-1\"}").unwrap();
        fs::set_permissions(base.join(KEY), fs::Permissions::from_mode(0o644)).unwrap();
        let found = Installation::read(&base).unwrap();
        assert!(matches!(found.key, Key::Found { exposed: true, .. }));
        fs::write(base.join(KEY), "{\"kee\": \"bakch-1\"}").unwrap();
        assert!(matches!(
            Installation::read(&base).unwrap().key,
            Key::Broken
        ));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join(CONFIG);
        let cases = [
            ("{\"db\": {", "line 1"),
            ("{}", "no `db`"),
            ("{\"db\": {\"user\": \"secret\"}}", "type"),
            ("{\"db\": \"secret\"}", "opening brace"),
            (
                "{\"db\": {\"user\": [\"secret\"], \"password\": {\"secret\": 1}}}",
                "expected string",
            ),
        ];
        for (text, expected) in cases {
            fs::write(&path, text).unwrap();
            let Err(error) = Installation::read(&path) else {
                panic!("{text}")
            };
            let message = error.to_string();
            assert!(message.contains(expected), "{text}: {message}");
            assert!(!message.contains("secret"), "{text}: {message}");
        }
    }
}
