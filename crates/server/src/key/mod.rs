//! Keys: the one that the API documents, and those with a name and fewer rights; making them, and
//! asking whether a request has one.

mod file;
mod gate;
mod named;
mod pass;
mod rights;
mod shares;
mod throttle;

use std::io;
use std::path::{Path, PathBuf};

use bchan_api::{ApiKey, KeyFile};
use sha2::{Digest as _, Sha256};

pub(crate) use self::gate::Gate;
pub use self::named::{NamedKey, list_keys, new_named_key, revoke_key};
pub(crate) use self::pass::Pass;
pub(crate) use self::rights::Grant;
pub use self::rights::Rights;
pub(crate) use self::shares::{Share, Shares};
pub(crate) use self::throttle::Throttle;
use crate::control::Caller;
use crate::store::StoreError;

/// Where the key of a data folder is.
#[must_use]
pub fn key_path(data: &Path) -> PathBuf {
    data.join("apikey.json")
}

/// Why a key could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is a key already, and nobody said that it may go.
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
        /// What is wrong with it, without its content.
        message: &'static str,
    },
    /// The file system refused.
    #[error("{action} {} failed", path.display())]
    Io {
        /// What was tried.
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
    /// The name is none that a key can have.
    #[error("`{name}` cannot be the name of a key")]
    InvalidName {
        /// What was given, escaped.
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
        /// What was given, escaped.
        target: String,
    },
    /// The database cannot say which target is meant.
    #[error("the database in {} cannot be read", data.display())]
    Store {
        /// The data folder.
        data: PathBuf,
        /// Why.
        source: StoreError,
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
                "make a new key, or run `chmod 600 {}` if nobody has read it",
                path.display()
            )),
            Self::Invalid { path, .. } if path.ends_with(named::FILE) => {
                Some("put a copy back, or remove it and make its keys anew".into())
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

/// Makes the key for the server of a data folder and returns it. A running server takes it up at
/// once. An existing key is replaced only when `overwrite` says so.
pub fn new_key(data: &Path, overwrite: bool) -> Result<ApiKey, KeyError> {
    let key = random_key()?;
    write_key(&key_path(data), &key, overwrite)?;
    tell_server(data);
    Ok(key)
}

/// Tells a running server that it has keys from now on. Where that fails, it finds out with the
/// next request.
fn tell_server(data: &Path) {
    if let Some(Err(error)) = Caller::connect(data).map(Caller::note_keys) {
        tracing::debug!(%error, "the running server was not told of a new key");
    }
}

/// Whether a data folder has the key of another server now.
#[cfg(feature = "import-mariadb")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adopted {
    /// It has it now.
    New,
    /// It had it before.
    Already,
    /// It has another one, which stays.
    Other,
}

/// Gives a data folder the key of another server, unless it has one. With `look`, only says what
/// would become of it.
#[cfg(feature = "import-mariadb")]
pub(crate) fn adopt_key(data: &Path, key: &ApiKey, look: bool) -> Result<Adopted, KeyError> {
    let path = key_path(data);
    if let Some((_, text)) = file::read(&path)? {
        let known: Result<KeyFile, _> = serde_json::from_str(&text);
        return Ok(match known {
            Ok(known) if fingerprint(known.key.expose()) == fingerprint(key.expose()) => {
                Adopted::Already
            }
            _ => Adopted::Other,
        });
    }
    if !look {
        write_key(&path, key, false)?;
    }
    Ok(Adopted::New)
}

fn write_key(path: &Path, key: &ApiKey, overwrite: bool) -> Result<(), KeyError> {
    let text = serde_json::to_string(&KeyFile { key: key.clone() });
    let text = text.map_err(|error| file::io_error("writing", path)(error.into()))?;
    file::write(path, &text, overwrite)
}

fn random_key() -> Result<ApiKey, KeyError> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(KeyError::Random)?;
    Ok(ApiKey::from_random(random))
}

/// What keys are compared by: equal lengths, and no content to leak by timing. Keys are long and
/// random, so that one pass of a hash is as good as many.
type Fingerprint = [u8; 32];

fn fingerprint(key: &str) -> Fingerprint {
    Sha256::digest(key.as_bytes()).into()
}
