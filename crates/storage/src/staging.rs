//! The folder in which one upload arrives, on the file system where it will stay.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use bchan_api::TargetType;
use bchan_catalog::ObjectName;
use uuid::Uuid;

use crate::durable::open;
use crate::durable::{self, FileSystemSync};
use crate::error::StorageError;
use crate::in_use::{InUse, InUseGuard};

/// Name of the file or the tree that arrives.
const CONTENT: &str = "content";

/// Where the manifest of a backup arrives whose content arrives at `content`.
pub fn arrived_manifest(content: &Path) -> PathBuf {
    content.with_file_name("manifest")
}

/// A new folder of its own; removed with all that is still in it when dropped.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    /// Name of the folder.
    name: String,
    /// Open since before anything was written.
    sync: FileSystemSync,
    _held: InUseGuard,
}

impl Staging {
    /// Makes one below `base`.
    pub fn create(base: &Path, in_use: &InUse) -> Result<Self, StorageError> {
        let name = Uuid::new_v4().to_string();
        let folder = base.join(&name);
        let held = in_use.hold(&folder);
        let sync = durable::create_dirs(base)
            // A link in place of one of these folders would lead what arrives elsewhere.
            .and_then(|()| open::directory(base))
            .and_then(|_| fs::DirBuilder::new().mode(0o700).create(&folder))
            .and_then(|()| FileSystemSync::open(&folder))
            .map_err(StorageError::io("making a staging folder"))?;
        Ok(Self {
            folder,
            name,
            sync,
            _held: held,
        })
    }

    /// The name of the file or the tree that arrives, in the directory to whose staging it belongs.
    pub fn object_name(&self) -> ObjectName {
        ObjectName::Staged(self.name.clone(), CONTENT.to_owned())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes everything in the folder durable.
    pub(crate) fn sync_all(&self) -> io::Result<()> {
        self.sync.sync()
    }

    /// Where the file or the tree arrives.
    pub fn content(&self) -> PathBuf {
        self.folder.join(CONTENT)
    }

    /// Makes the file of the manifest.
    pub fn create_manifest(&self) -> Result<File, StorageError> {
        let mut options = File::options();
        let options = options.write(true).create_new(true).mode(0o600);
        let made = options.open(arrived_manifest(&self.content()));
        made.map_err(StorageError::io("creating the backup's manifest"))
    }

    /// Opens the file of the manifest for reading.
    pub fn arrived_manifest(&self) -> io::Result<File> {
        File::open(arrived_manifest(&self.content()))
    }

    /// Removes the file of the manifest.
    pub fn remove_manifest(&self) -> Result<(), StorageError> {
        let removed = fs::remove_file(arrived_manifest(&self.content()));
        removed.map_err(StorageError::io("removing an empty manifest"))
    }

    /// Makes the file of a single target.
    pub fn create_file(&self) -> Result<File, StorageError> {
        let mut options = File::options();
        let options = options.write(true).create_new(true).mode(0o600);
        let made = options.open(self.content());
        made.map_err(StorageError::io("creating the backup's file"))
    }

    /// Makes the directory of a tree and opens it.
    pub fn open_tree(&self) -> Result<OwnedFd, StorageError> {
        let path = self.content();
        let made = match fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => bchan_archive::open_dir(&path),
        };
        made.map_err(StorageError::io("making a staging folder"))
    }

    /// A file that has no name and is gone when it is closed.
    pub fn spool(&self) -> Result<File, StorageError> {
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
        open().map_err(StorageError::io("making a temporary file"))
    }

    /// Makes a file durable that was written through this descriptor.
    pub fn sync_file(&self, file: &File) -> Result<(), StorageError> {
        bchan_failpoint::point();
        let synced = durable::sync_file(file).and_then(|()| self.sync.check());
        synced.map_err(unsynced)
    }

    /// Makes the content durable. The file of a single target is already.
    pub fn sync(&self, kind: TargetType) -> Result<(), StorageError> {
        let synced = match kind {
            TargetType::Single => self.sync.sync_directory(),
            TargetType::Multi => self.sync.sync(),
        };
        synced.map_err(unsynced)
    }

    /// Fails if the disk has failed to write anything since this was made, its content or not.
    pub fn check(&self) -> Result<(), StorageError> {
        self.sync.check().map_err(unsynced)
    }
}

fn unsynced(error: io::Error) -> StorageError {
    StorageError::io("writing the backup to disk")(error)
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = durable::remove(&self.folder) {
            // The next start removes it.
            tracing::warn!(path = %self.folder.display(), %error, "a staging folder is left over");
        }
    }
}
