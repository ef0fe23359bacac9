//! The folder in which one upload arrives, on the file system where it will stay.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use bchan_api::TargetType;
use uuid::Uuid;

use crate::durable;
use crate::error::ApiError;
use crate::fault;
use crate::live::{Held, Live};
use crate::open;
use crate::ops;

/// A new folder of its own; removed with all that is still in it when dropped.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    _held: Held,
}

impl Staging {
    /// Makes one below `base`.
    pub(crate) fn create(base: &Path, live: &Live) -> Result<Self, ApiError> {
        let folder = base.join(Uuid::new_v4().to_string());
        let held = live.hold(&folder);
        durable::create_dirs(base)
            // A link in place of one of these folders would lead what arrives elsewhere.
            .and_then(|()| open::directory(base))
            .and_then(|_| fs::DirBuilder::new().mode(0o700).create(&folder))
            .map_err(|error| ApiError::from_io("making a staging folder", error))?;
        Ok(Self {
            folder,
            _held: held,
        })
    }

    /// Where the file or the tree arrives.
    pub(crate) fn content(&self) -> PathBuf {
        self.folder.join("content")
    }

    /// Makes the directory of a tree and opens it.
    pub(super) fn open_tree(&self) -> Result<OwnedFd, ApiError> {
        let path = self.content();
        let made = match fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => bchan_archive::open_dir(&path),
        };
        made.map_err(|error| ApiError::from_io("making a staging folder", error))
    }

    /// A file that has no name and is gone when it is closed.
    pub(super) fn spool(&self) -> Result<File, ApiError> {
        let path = self.folder.join("spool");
        let open = || {
            let file = File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        };
        open().map_err(|error| ApiError::from_io("making a temporary file", error))
    }

    /// Makes the content durable.
    pub(super) fn sync(&self, kind: TargetType) -> Result<(), ApiError> {
        let path = self.content();
        fault::point();
        let synced = match kind {
            TargetType::Single => File::open(&path)
                .and_then(|file| file.sync_all())
                .and_then(|()| durable::sync_dir(&self.folder)),
            TargetType::Multi => durable::sync_file_system(&path),
        };
        synced.map_err(|error| ApiError::from_io("writing the backup to disk", error))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = ops::remove(&self.folder) {
            // The next start removes it.
            tracing::warn!(path = %self.folder.display(), %error, "a staging folder is left over");
        }
    }
}
