//! Errors of making and reading keys.

use std::io;
use std::path::PathBuf;

use crate::control::ControlError;

/// Name of the file with named keys.
pub(super) const NAMED_KEYS: &str = "keys.json";

/// Errors of making and reading keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is a key already, and it may not be overwritten.
    #[error("{} holds a key already", path.display())]
    Exists {
        /// The key file.
        path: PathBuf,
    },
    /// Others than its owner could read the key.
    #[error("{} can be read by others than its owner", path.display())]
    Exposed {
        /// The key file.
        path: PathBuf,
    },
    /// It was there, and is not any more.
    #[error("{} has disappeared", path.display())]
    Gone {
        /// The key file.
        path: PathBuf,
    },
    /// It holds no key.
    #[error("{} holds no API key: {message}", path.display())]
    Invalid {
        /// The key file.
        path: PathBuf,
        /// Description of the fault, without the content.
        message: &'static str,
    },
    /// The file system refused.
    #[error("{action} {} failed", path.display())]
    Io {
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The refusal.
        source: io::Error,
    },
    /// There is a key of this name already.
    #[error("there is a key called `{name}` already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The name is not valid for a key.
    #[error("`{name}` cannot be the name of a key")]
    InvalidName {
        /// The invalid name, escaped.
        name: String,
    },
    /// No key has this name.
    #[error("there is no key `{name}`")]
    NoSuchKey {
        /// The name.
        name: String,
        /// Names that there are.
        known: Vec<String>,
    },
    /// No target has this id or alias.
    #[error("there is no target `{target}`")]
    NoSuchTarget {
        /// The unknown target, escaped.
        target: String,
    },
    /// The database cannot say which target is meant.
    #[error("the database in {} cannot be read", data.display())]
    Store {
        /// The data folder.
        data: PathBuf,
        source: ControlError,
    },
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random(#[source] getrandom::Error),
}

impl KeyError {
    /// One line that says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists { .. } => {
                Some("--overwrite replaces it; the old key then stops working".into())
            }
            Self::Exposed { path } => Some(format!(
                "make a new key, or run `chmod 600 {}` if no other user has read it",
                path.display()
            )),
            Self::Invalid { path, .. } if path.ends_with(NAMED_KEYS) => {
                Some("put a copy back, or remove it and create its keys again".into())
            }
            Self::Invalid { .. } => {
                Some("`bchan server new-key --overwrite` writes a new one".into())
            }
            Self::Gone { .. } => {
                Some("put a copy back, or make a new one with `bchan server new-key`".into())
            }
            Self::NameTaken { name } => Some(format!(
                "`bchan server revoke-key {name}` takes it away; use another name for another key"
            )),
            Self::InvalidName { .. } => {
                Some("use letters, digits, `-`, `_`, `.` and `@`, 64 at most".into())
            }
            Self::NoSuchTarget { .. } => {
                Some("name targets by alias or id, and make them first".into())
            }
            _ => None,
        }
    }
}
