//! Files that only their owner may read.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::OFlags;

use super::error::KeyError;
use bchan_storage::durable;

/// Largest key file that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// A file that is read again whenever it has changed.
#[derive(Debug)]
pub(super) struct ReloadingFile<T> {
    path: PathBuf,
    parse: fn(&Path, &str) -> Result<T, KeyError>,
    seen: Mutex<Option<(Stamp, Arc<T>)>>,
}

impl<T> ReloadingFile<T> {
    /// Reads the file for the first time, if there is one.
    pub(super) fn new(
        path: PathBuf,
        parse: fn(&Path, &str) -> Result<T, KeyError>,
    ) -> Result<Self, KeyError> {
        let watched = Self {
            path,
            parse,
            seen: Mutex::default(),
        };
        watched.current()?;
        Ok(watched)
    }

    /// Which file it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns true if the file has ever been there.
    pub(super) fn was_seen(&self) -> bool {
        self.lock().is_some()
    }

    /// Returns the content of the file now; `None` if there is no file.
    pub(super) fn current(&self) -> Result<Option<Arc<T>>, KeyError> {
        let mut seen = self.lock();
        let meta = match fs::metadata(&self.path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error("reading", &self.path)(error)),
        };
        if let Some((known, value)) = &*seen
            && *known == stamp(&meta)
        {
            return Ok(Some(Arc::clone(value)));
        }
        let Some((meta, text)) = read(&self.path)? else {
            return Ok(None);
        };
        let value = Arc::new((self.parse)(&self.path, &text)?);
        if seen.is_some() {
            tracing::info!(path = %self.path.display(), "the keys have changed");
        }
        *seen = Some((stamp(&meta), Arc::clone(&value)));
        Ok(Some(value))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Stamp, Arc<T>)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a file that only its owner may read; none if there is no file.
pub(super) fn read(path: &Path) -> Result<Option<(fs::Metadata, String)>, KeyError> {
    let fail = || io_error("reading", path);
    // A pipe in its place would otherwise be waited for.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let mut options = OpenOptions::new();
    let file = match options.read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail()(error)),
    };
    let meta = file.metadata().map_err(fail())?;
    if !meta.is_file() {
        let error = io::Error::new(io::ErrorKind::InvalidData, "it is not a regular file");
        return Err(fail()(error));
    }
    if meta.mode() & 0o077 != 0 {
        return Err(KeyError::Exposed {
            path: path.to_owned(),
        });
    }
    let mut text = String::new();
    file.take(LARGEST)
        .read_to_string(&mut text)
        .map_err(fail())?;
    Ok(Some((meta, text)))
}

/// Writes a line to a file that only its owner may read, completely or not at all. Without
/// `overwrite`, the file must not exist.
pub(super) fn write(path: &Path, text: &str, overwrite: bool) -> Result<(), KeyError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    durable::create_dirs(folder).map_err(io_error("creating", folder))?;
    let new = folder.join(format!(".apikey-{}", uuid::Uuid::new_v4()));
    let write = || -> io::Result<()> {
        let entries = durable::parent(path)?;
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        // The umask may have taken away even the owner's rights.
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        if overwrite {
            fs::rename(&new, path)?;
        } else {
            fs::hard_link(&new, path)?;
            fs::remove_file(&new)?;
        }
        entries.sync()
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&new);
        match error.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists {
                path: path.to_owned(),
            },
            _ => io_error("writing", path)(error),
        }
    })
}

pub(super) fn io_error(action: &'static str, path: &Path) -> impl Fn(io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::Io {
        action,
        path: path.clone(),
        source,
    }
}

fn stamp(meta: &fs::Metadata) -> Stamp {
    Stamp {
        inode: meta.ino(),
        size: meta.size(),
        modified: (meta.mtime(), meta.mtime_nsec()),
        changed: (meta.ctime(), meta.ctime_nsec()),
    }
}
