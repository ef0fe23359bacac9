//! The server's key: making it, and asking whether a request has it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bchan_api::{ApiKey, KeyFile};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::config::Auth;
use crate::durable;
use crate::error::ApiError;

/// Largest key file that is read, in bytes.
const LARGEST_FILE: u64 = 64 * 1024;

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
            Self::Invalid { .. } => {
                Some("`bchan server new-key --overwrite` writes a new one".into())
            }
            _ => None,
        }
    }
}

/// Makes a key for the server of a data folder and returns it. A running server takes it up at
/// once. An existing key is replaced only when `overwrite` says so.
pub fn new_key(data: &Path, overwrite: bool) -> Result<ApiKey, KeyError> {
    let path = key_path(data);
    let io = |action, path: &Path| {
        let path = path.to_owned();
        move |source| KeyError::Io {
            action,
            path,
            source,
        }
    };
    durable::create_dirs(data).map_err(io("creating", data))?;
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(KeyError::Random)?;
    let key = ApiKey::from_random(random);
    let mut text = serde_json::to_string(&KeyFile { key: key.clone() })
        .map_err(|error| io("writing", &path)(error.into()))?;
    text.push('\n');

    let new = data.join(format!(".apikey-{}", uuid::Uuid::new_v4()));
    let write = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        // The umask may have taken away even the owner's rights.
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if overwrite {
            fs::rename(&new, &path)?;
        } else {
            fs::hard_link(&new, &path)?;
            fs::remove_file(&new)?;
        }
        durable::sync_dir(data)
    };
    match write() {
        Ok(()) => Ok(key),
        Err(error) => {
            let _ = fs::remove_file(&new);
            Err(match error.kind() {
                io::ErrorKind::AlreadyExists => KeyError::Exists { path },
                _ => io("writing", &path)(error),
            })
        }
    }
}

/// Decides whether a request may pass.
#[derive(Debug)]
pub(crate) struct Gate {
    rule: Rule,
}

#[derive(Debug)]
enum Rule {
    Open,
    Fixed(Fingerprint),
    File {
        path: PathBuf,
        seen: Mutex<Option<(Stamp, Fingerprint)>>,
    },
}

/// Keys are compared by their digests: equal lengths, and no content to leak by timing.
type Fingerprint = [u8; 32];

/// Tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Gate {
    pub(crate) fn new(auth: &Auth, data: &Path) -> Result<Self, KeyError> {
        let rule = match auth {
            Auth::None => Rule::Open,
            Auth::Key(key) => Rule::Fixed(fingerprint(key.expose())),
            Auth::KeyFile => {
                let path = key_path(data);
                let seen = Mutex::new(read(&path, None)?);
                Rule::File { path, seen }
            }
        };
        Ok(Self { rule })
    }

    /// Whether no key is asked for at present.
    pub(crate) fn is_open(&self) -> bool {
        match &self.rule {
            Rule::Open => true,
            Rule::Fixed(_) => false,
            Rule::File { seen, .. } => lock(seen).is_none(),
        }
    }

    /// Lets a request with this `Authorization` header pass, or says why not.
    pub(crate) fn check(&self, authorization: Option<&str>) -> Result<(), ApiError> {
        let Some(expected) = self.expected()? else {
            return Ok(());
        };
        let bearer = authorization.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let Some(token) = bearer.filter(|token| !token.is_empty()) else {
            return Err(ApiError::new(401, "Unauthorized"));
        };
        if bool::from(fingerprint(token).ct_eq(&expected)) {
            Ok(())
        } else {
            Err(ApiError::new(403, "Invalid API key"))
        }
    }

    fn expected(&self) -> Result<Option<Fingerprint>, ApiError> {
        let (path, seen) = match &self.rule {
            Rule::Open => return Ok(None),
            Rule::Fixed(fingerprint) => return Ok(Some(*fingerprint)),
            Rule::File { path, seen } => (path, seen),
        };
        let mut seen = lock(seen);
        let now = read(path, *seen).map_err(|error| {
            tracing::error!(%error, "the key file cannot be used; refusing every request");
            ApiError::new(503, "the server cannot read its key").caused_by(error)
        })?;
        match (*seen, now) {
            // Somebody's slip must not open the server to all. A restart says that it was meant.
            (Some(_), None) => Err(ApiError::new(
                503,
                "the server's key has disappeared; restart it to go on without",
            )),
            (_, now) => {
                *seen = now;
                Ok(now.map(|(_, fingerprint)| fingerprint))
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fingerprint(key: &str) -> Fingerprint {
    Sha256::digest(key.as_bytes()).into()
}

/// Reads the key unless it is the one `known` already; none when there is no file.
fn read(
    path: &Path,
    known: Option<(Stamp, Fingerprint)>,
) -> Result<Option<(Stamp, Fingerprint)>, KeyError> {
    let io = |source| KeyError::Io {
        action: "reading",
        path: path.to_owned(),
        source,
    };
    let stamp = |meta: &fs::Metadata| Stamp {
        inode: meta.ino(),
        size: meta.size(),
        modified: (meta.mtime(), meta.mtime_nsec()),
        changed: (meta.ctime(), meta.ctime_nsec()),
    };
    match fs::metadata(path) {
        Ok(meta) => {
            if known.is_some_and(|known| known.0 == stamp(&meta)) {
                return Ok(known);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(error)),
    }
    let file = File::open(path).map_err(io)?;
    let meta = file.metadata().map_err(io)?;
    if meta.mode() & 0o077 != 0 {
        return Err(KeyError::Exposed {
            path: path.to_owned(),
        });
    }
    let invalid = |message| KeyError::Invalid {
        path: path.to_owned(),
        message,
    };
    let mut text = String::new();
    io::Read::read_to_string(&mut io::Read::take(file, LARGEST_FILE), &mut text).map_err(io)?;
    let file: KeyFile = serde_json::from_str(&text)
        .map_err(|_| invalid("it is not of the form {\"key\": \"...\"}"))?;
    let key: ApiKey = file
        .key
        .expose()
        .parse()
        .map_err(|_| invalid("its key is empty or odd"))?;
    Ok(Some((stamp(&meta), fingerprint(key.expose()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(data: &Path) -> Gate {
        Gate::new(&Auth::KeyFile, data).unwrap()
    }

    #[test]
    fn a_key_is_private_and_is_not_replaced_by_accident() {
        let temp = tempfile::tempdir().unwrap();
        let data = temp.path().join("data");
        let first = new_key(&data, false).unwrap();
        assert!(first.is_usual());
        assert_eq!(fs::metadata(key_path(&data)).unwrap().mode() & 0o777, 0o600);
        assert!(matches!(
            new_key(&data, false),
            Err(KeyError::Exists { .. })
        ));
        assert_ne!(new_key(&data, true).unwrap(), first);
        assert_eq!(
            fs::read_dir(&data).unwrap().count(),
            1,
            "nothing is left over"
        );
    }

    #[test]
    fn only_the_key_passes() {
        let temp = tempfile::tempdir().unwrap();
        let key = new_key(temp.path(), false).unwrap();
        let gate = gate(temp.path());
        let status = |header: &str| gate.check(Some(header)).map_err(|error| error.status);
        assert_eq!(status(&format!("Bearer {}", key.expose())), Ok(()));
        assert_eq!(status(&format!("bearer  {}", key.expose())), Ok(()));
        assert_eq!(status("Bearer bakch-0"), Err(403));
        assert_eq!(status(&format!("Basic {}", key.expose())), Err(401));
        assert_eq!(status("Bearer "), Err(401));
        assert_eq!(gate.check(None).map_err(|error| error.status), Err(401));
    }

    #[test]
    fn follows_the_file_and_fails_closed() {
        let temp = tempfile::tempdir().unwrap();
        let gate = gate(temp.path());
        assert!(gate.is_open());
        gate.check(None).unwrap();
        let old = new_key(temp.path(), false).unwrap();
        assert_eq!(gate.check(None).unwrap_err().status, 401);
        let new = new_key(temp.path(), true).unwrap();
        let pass = |key: &ApiKey| gate.check(Some(&format!("Bearer {}", key.expose())));
        pass(&new).unwrap();
        assert_eq!(pass(&old).unwrap_err().status, 403);

        let path = key_path(temp.path());
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(pass(&new).unwrap_err().status, 503);
        assert!(matches!(
            Gate::new(&Auth::KeyFile, temp.path()),
            Err(KeyError::Exposed { .. })
        ));
        fs::remove_file(&path).unwrap();
        assert_eq!(pass(&new).unwrap_err().status, 503);
        assert_eq!(gate.check(None).unwrap_err().status, 503);
    }
}
