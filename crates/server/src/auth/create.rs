//! Making keys.

use std::path::{Path, PathBuf};

use bchan_api::{ApiKey, KeyFile};

use super::error::KeyError;
use super::fingerprint::fingerprint;
use super::key_file;
use crate::control;

/// Where the key of a data folder is.
#[must_use]
pub fn key_path(data: &Path) -> PathBuf {
    data.join("apikey.json")
}

/// Makes the key for the server of a data folder and returns it. A running server takes it up at
/// once. An existing key is replaced only when `overwrite` says so.
pub fn new_key(data: &Path, overwrite: bool) -> Result<ApiKey, KeyError> {
    let key = random_key()?;
    write_key(&key_path(data), &key, overwrite)?;
    tell_server(data);
    Ok(key)
}

/// True if a data folder has the key of another server now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// It has it now.
    New,
    /// It had it before.
    Already,
    /// It has another one, which stays.
    Other,
}

/// Gives a data folder the key of another server, unless it has one. With `look`, only says what
/// would become of it.
pub fn adopt_key(data: &Path, key: &ApiKey, look: bool) -> Result<Adopted, KeyError> {
    let path = key_path(data);
    if let Some((_, text)) = key_file::read(&path)? {
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
    let text = text.map_err(|error| key_file::io_error("writing", path)(error.into()))?;
    key_file::write(path, &text, overwrite)
}

/// Tells a running server that it has keys from now on. Where that fails, it finds out with the
/// next request.
pub(super) fn tell_server(data: &Path) {
    if let Some(Err(error)) = control::note_keys(data) {
        tracing::debug!(%error, "the running server was not told of a new key");
    }
}

pub(super) fn random_key() -> Result<ApiKey, KeyError> {
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(KeyError::Random)?;
    Ok(ApiKey::from_random(random))
}
