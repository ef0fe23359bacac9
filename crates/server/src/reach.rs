//! Opening the content of a stored backup.
//!
//! Operations move files before they change the record, so a record that was just read may name a
//! place that the files have left. A caller that finds nothing there has to read the record again while
//! it holds the target, because operations hold it for as long as they run.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;
use std::time::Duration;

use bchan_api::{Target, TargetType};
use bchan_archive::{Observer, Opened};
use rustix::fs::fstat;

use crate::error::ApiError;
use crate::ingest;
use crate::inspect;
use crate::open;
use crate::state::State;
use crate::store::StoredBackup;

/// How long a request waits for an operation that has the backup's target.
const PATIENCE: Duration = Duration::from_secs(20);

/// A backup's content. It stays readable when the backup moves.
#[derive(Debug)]
pub(crate) enum Content {
    File(File),
    Tree(Opened),
}

/// Device and inode of what was opened.
pub(crate) type Identity = (u64, u64);

impl Content {
    /// Opens what lies at `path`, if it is what a target of this type stores.
    pub(crate) fn open(path: &Path, kind: TargetType) -> io::Result<Self> {
        match kind {
            TargetType::Single => open::file(path).map(Self::File),
            TargetType::Multi => Ok(Self::Tree(open::directory(path)?.into())),
        }
    }

    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::File(file) => file.as_fd(),
            Self::Tree(tree) => tree.as_fd(),
        }
    }

    pub(crate) fn identity(&self) -> io::Result<Identity> {
        let stat = fstat(self.as_fd())?;
        Ok((stat.st_dev, stat.st_ino))
    }

    /// Reads all of it, and gives its hash and its bytes.
    pub(crate) fn hash(&mut self, observer: &mut dyn Observer) -> io::Result<(String, u64)> {
        match self {
            Self::File(file) => {
                let (digest, bytes) = ingest::hash_file(file, observer)?;
                Ok((hex::encode(digest), bytes))
            }
            Self::Tree(tree) => {
                let manifest = bchan_archive::hash_tree(tree.as_fd(), observer)?;
                Ok((manifest.tree_hash(), manifest.bytes()))
            }
        }
    }

    /// Bytes of all of it.
    pub(crate) fn size(&self, observer: &mut dyn Observer) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Tree(tree) => bchan_archive::size_tree(tree.as_fd(), observer),
        }
    }
}

/// Opens the content of a backup. One that is being moved is waited for; one that is missing, or
/// has been replaced by something else, is marked as broken.
pub(crate) fn open(state: &State, id: &str) -> Result<(StoredBackup, Target, Content), ApiError> {
    let missing = || ApiError::not_found("backup", id);
    let stored = state.store.backup(id)?.ok_or_else(missing)?;
    let target = state.target(&stored.backup.target_id)?;
    state.require_open(&target)?;
    if let Ok(content) = at(state, &target, &stored)? {
        return Ok((stored, target, content));
    }
    let Some((stored, target, _busy)) = state.lock_backup_within(id, PATIENCE)? else {
        let message = format!("backup {id} is being moved, or its target is busy; try again later");
        return Err(ApiError::new(503, message));
    };
    let error = match at(state, &target, &stored)? {
        Ok(content) => return Ok((stored, target, content)),
        Err(error) => error,
    };
    // Its disk may have gone in between.
    state.require_home(&target, stored.backup.is_recycled)?;
    let what = if error.kind() == io::ErrorKind::NotFound {
        inspect::mark(state, &stored, "its files are missing");
        "are missing on the server".to_owned()
    } else if open::is_wrong(&error) {
        inspect::mark(
            state,
            &stored,
            &format!("something else lies in its place: {error}"),
        );
        format!("were replaced by something else on the server: {error}")
    } else {
        "cannot be read".to_owned()
    };
    Err(ApiError::new(500, format!("the files of backup {id} {what}")).caused_by(error))
}

/// Opens a backup where its record says that it lies.
fn at(
    state: &State,
    target: &Target,
    stored: &StoredBackup,
) -> Result<io::Result<Content>, ApiError> {
    state.require_home(target, stored.backup.is_recycled)?;
    let path = state.path(target, stored)?;
    Ok(Content::open(&path, target.target_type))
}
