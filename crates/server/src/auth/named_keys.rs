//! Keys with a name: `keys.json` in the data folder, which holds only their hashes.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use bchan_api::{ApiKey, Time};
use serde::{Deserialize, Serialize};

use super::create::random_key;
use super::error::{KeyError, NAMED_KEYS};
use super::fingerprint::fingerprint;
use super::key_file;
use super::rights::{NamedKey, Rights};
use crate::control;

/// Locked while the file is changed.
const LOCK: &str = ".keys.lock";

/// Version of the format.
const VERSION: u32 = 1;

/// Longest name of a key, in bytes.
const LONGEST_NAME: usize = 64;

/// Content of the file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    version: u32,
    pub(super) keys: Vec<NamedKey>,
}

/// Makes a key with a name for the server of a data folder and returns it. `targets` are ids or
/// aliases; none means all targets. A running server takes it up at once.
pub fn new_named_key(
    data: &Path,
    name: &str,
    rights: Rights,
    targets: &[String],
) -> Result<ApiKey, KeyError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(plain) {
        return Err(KeyError::InvalidName {
            name: name.escape_debug().to_string(),
        });
    }
    let targets = match targets {
        [] => None,
        targets => Some(find_targets(data, targets)?),
    };
    let key = random_key()?;
    change(data, |keys| {
        if keys.iter().any(|key| key.name == name) {
            let name = name.to_owned();
            return Err(KeyError::NameTaken { name });
        }
        keys.push(NamedKey {
            name: name.to_owned(),
            rights,
            targets: targets.clone(),
            sha256: fingerprint(key.expose()),
            created_at: Time::now(),
        });
        Ok(())
    })?;
    super::create::tell_server(data);
    Ok(key)
}

/// The keys with names, in the order in which they were made.
pub fn list_keys(data: &Path) -> Result<Vec<NamedKey>, KeyError> {
    let path = data.join(NAMED_KEYS);
    let Some((_, text)) = key_file::read(&path)? else {
        return Ok(Vec::new());
    };
    Ok(parse(&path, &text)?.keys)
}

/// The alias or name of a target that a key is for; its id where no name can be found.
#[must_use]
pub fn name_of_target(data: &Path, id: &str) -> String {
    let found = control::name_target(data, id).ok().flatten();
    found.unwrap_or_else(|| id.to_owned())
}

/// Takes a key away. A running server refuses it from now on.
pub fn revoke_key(data: &Path, name: &str) -> Result<(), KeyError> {
    change(data, |keys| {
        let before = keys.len();
        keys.retain(|key| key.name != name);
        if keys.len() == before {
            return Err(KeyError::NoSuchKey {
                name: name.escape_debug().to_string(),
                known: keys.iter().map(|key| key.name.clone()).collect(),
            });
        }
        Ok(())
    })
}

/// Reads the content of the file.
pub(super) fn parse(path: &Path, text: &str) -> Result<Keys, KeyError> {
    let invalid = |message| KeyError::Invalid {
        path: path.to_owned(),
        message,
    };
    let keys: Keys =
        serde_json::from_str(text).map_err(|_| invalid("it is not what this server writes"))?;
    if keys.version != VERSION {
        return Err(invalid("it is of a newer version"));
    }
    Ok(keys)
}

fn change(
    data: &Path,
    change: impl FnOnce(&mut Vec<NamedKey>) -> Result<(), KeyError>,
) -> Result<(), KeyError> {
    bchan_storage::durable::create_dirs(data).map_err(key_file::io_error("creating", data))?;
    let path = data.join(LOCK);
    let mut options = OpenOptions::new();
    let lock = options.create(true).append(true).mode(0o600).open(&path);
    let lock = lock.map_err(key_file::io_error("opening", &path))?;
    lock.lock().map_err(key_file::io_error("locking", &path))?;
    let mut keys = list_keys(data)?;
    change(&mut keys)?;
    let keys = Keys {
        version: VERSION,
        keys,
    };
    let path = data.join(NAMED_KEYS);
    let text = serde_json::to_string_pretty(&keys)
        .map_err(|error| key_file::io_error("writing", &path)(error.into()))?;
    key_file::write(&path, &text, true)
}

/// Ids, so that a key does not change its targets when an alias does.
fn find_targets(data: &Path, names: &[String]) -> Result<Vec<String>, KeyError> {
    let find = |name: &String| {
        let found = control::find_target(data, name).map_err(|source| KeyError::Store {
            data: data.to_owned(),
            source,
        })?;
        found.ok_or_else(|| KeyError::NoSuchTarget {
            target: name.escape_debug().to_string(),
        })
    };
    let mut ids = names.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    ids.sort();
    ids.dedup();
    Ok(ids)
}
