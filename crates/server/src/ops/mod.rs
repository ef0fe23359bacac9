//! Steps that change files and records together.
//!
//! Each is written into the journal with all that it takes to do it, then its effects on the disk
//! happen, then one transaction changes the records and strikes it from the journal. A server
//! that finds an operation in its journal when it starts does it again from the beginning: every
//! effect can be repeated. An operation that fails is undone.

mod relocate;

use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use bchan_api::Target;
use serde::{Deserialize, Serialize};

pub(crate) use self::relocate::relocate;
use crate::durable;
use crate::error::{ApiError, is_out_of_space};
use crate::store::{OperationId, Store, StoredBackup};

/// What is to happen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Operation {
    /// A backup that has arrived completely becomes visible.
    Publish {
        /// The job that ends with it.
        job: i64,
        /// The new record.
        backup: StoredBackup,
        /// What the client calls the upload, so that it is stored once however often it is sent.
        key: Option<String>,
        /// Where it has arrived; durable already.
        from: PathBuf,
        /// Where it will be.
        to: PathBuf,
    },
    /// Backups move: to the recycle bin, back, or because their target's settings say so.
    Relocate {
        /// In order.
        moves: Vec<Move>,
        /// The target as it will be, when it was edited.
        target: Option<Target>,
    },
    /// Backups are deleted, perhaps with their target.
    Delete {
        /// In order.
        backups: Vec<Doomed>,
        /// The target, when it goes too.
        target: Option<DoomedTarget>,
    },
}

/// One backup's way from one place to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) backup_id: String,
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    /// Whether `to` is in the recycle bin.
    pub(crate) recycled: bool,
    /// Last part of `to`.
    pub(crate) file_name: String,
}

/// One backup that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Doomed {
    pub(crate) backup_id: String,
    /// Its files and where they go until the records have changed; none when they stay.
    pub(crate) files: Option<(PathBuf, PathBuf)>,
}

/// A target that is deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DoomedTarget {
    pub(crate) id: String,
}

impl Operation {
    /// Every place on disk that it moves something from or to.
    pub(crate) fn places(self) -> Vec<PathBuf> {
        match self {
            Self::Publish { from, to, .. } => vec![from, to],
            Self::Relocate { moves, .. } => moves
                .into_iter()
                .flat_map(|step| [step.from, step.to])
                .collect(),
            Self::Delete { backups, .. } => {
                let files = backups.into_iter().filter_map(|doomed| doomed.files);
                files.flat_map(|(path, trash)| [path, trash]).collect()
            }
        }
    }
}

/// Why an operation was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpError {
    #[error("the files are missing at {}", path.display())]
    Missing { path: PathBuf },
    #[error("something else lies at {}", path.display())]
    Occupied { path: PathBuf },
    #[error("{action} {} failed", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("copying {} to another file system failed", path.display())]
    Copy {
        path: PathBuf,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

impl From<OpError> for ApiError {
    fn from(error: OpError) -> Self {
        match &error {
            OpError::Io { source, .. } if is_out_of_space(source) => Self::out_of_space(),
            OpError::Occupied { .. } => Self::new(409, error.to_string()),
            _ => Self::new(500, error.to_string()),
        }
        .caused_by(error)
    }
}

/// Does an operation from beginning to end, or not at all.
pub(crate) fn execute(store: &dyn Store, operation: &Operation) -> Result<(), ApiError> {
    let id = store.begin(operation)?;
    let failure: ApiError = match perform(operation, store.instance()) {
        Ok(()) => match store.commit(id, operation) {
            Ok(()) => {
                clean_up(operation);
                return Ok(());
            }
            Err(error) => error.into(),
        },
        Err(error) => error.into(),
    };
    // What cannot be undone now stays in the journal, and the next start does it again.
    match undo(operation, store.instance()) {
        Ok(()) => {
            if let Err(error) = store.abandon(id) {
                tracing::error!(operation = id, %error, "an undone operation stays in the journal");
            }
        }
        Err(error) => tracing::error!(operation = id, %error, "an operation could not be undone"),
    }
    Err(failure)
}

/// Ends what a process that is gone has begun.
pub(crate) fn recover(store: &dyn Store) -> Result<(), crate::store::StoreError> {
    for (id, operation) in store.pending()? {
        match perform(&operation, store.instance()) {
            Ok(()) => {
                store.commit(id, &operation)?;
                clean_up(&operation);
                tracing::info!(operation = id, "finished an interrupted operation");
            }
            Err(error) => give_up(store, id, &operation, &error)?,
        }
    }
    Ok(())
}

/// An interrupted operation that cannot be finished is undone; one that cannot even be undone
/// stays for the next start, because a disk may only be away for a while.
fn give_up(
    store: &dyn Store,
    id: OperationId,
    operation: &Operation,
    failure: &OpError,
) -> Result<(), crate::store::StoreError> {
    match undo(operation, store.instance()) {
        Ok(()) => {
            tracing::warn!(operation = id, %failure, "undid an interrupted operation");
            if let Operation::Publish { job, .. } = operation {
                store.end_job(*job, Some(&failure.to_string()))?;
            }
            store.abandon(id)
        }
        Err(error) => {
            tracing::error!(operation = id, %failure, %error, "an interrupted operation stays open");
            Ok(())
        }
    }
}

/// The effects on the disk. Doing them twice is doing them once.
fn perform(operation: &Operation, instance: &str) -> Result<(), OpError> {
    match operation {
        Operation::Publish { from, to, .. } => relocate(from, to, instance),
        Operation::Relocate { moves, .. } => moves
            .iter()
            .try_for_each(|step| relocate(&step.from, &step.to, instance)),
        Operation::Delete { backups, .. } => {
            backups
                .iter()
                .filter_map(|doomed| doomed.files.as_ref())
                .try_for_each(|(path, trash)| match relocate(path, trash, instance) {
                    // Gone already: there is nothing left to delete.
                    Err(OpError::Missing { .. }) => Ok(()),
                    other => other,
                })
        }
    }
}

/// Takes the effects back, as far as they have come, last first.
fn undo(operation: &Operation, instance: &str) -> Result<(), OpError> {
    let back = |from: &Path, to: &Path| match relocate(to, from, instance) {
        // It had not left yet.
        Err(OpError::Missing { .. } | OpError::Occupied { .. }) => Ok(()),
        other => other,
    };
    match operation {
        Operation::Publish { from, to, .. } => back(from, to),
        Operation::Relocate { moves, .. } => moves
            .iter()
            .rev()
            .try_for_each(|step| back(&step.from, &step.to)),
        Operation::Delete { backups, .. } => {
            let files = backups
                .iter()
                .rev()
                .filter_map(|doomed| doomed.files.as_ref());
            files
                .into_iter()
                .try_for_each(|(path, trash)| back(path, trash))
        }
    }
}

/// Removes what the records no longer know. What fails here is removed at the next start.
fn clean_up(operation: &Operation) {
    let Operation::Delete { backups, .. } = operation else {
        return;
    };
    for (_, trash) in backups.iter().filter_map(|doomed| doomed.files.as_ref()) {
        if let Err(error) = remove(trash) {
            tracing::warn!(path = %trash.display(), %error, "deleted files are still in the trash");
        }
    }
}

/// Removes a file or a tree; one that is not there is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    if !durable::exists(parent)? {
        return Ok(());
    }
    let parent = bchan_archive::open_dir(parent)?;
    bchan_archive::remove_tree(parent.as_fd(), name)
}
