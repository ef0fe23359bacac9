//! Changes of files and records together.
//!
//! [`execute`] writes an operation into the journal, moves files, changes the records in one
//! transaction, removes what has no place any more, and strikes the operation from the journal.
//!
//! An operation whose transaction has not been committed is undone: at once when it fails, else as
//! soon as the disk allows, at the latest by the next start. Until then its target is closed, so that
//! no later change can be based on files that are about to move back. Undoing only renames and
//! deletes, because what has failed may be a full disk. An operation that was committed is followed
//! up: that can be repeated, at any time, and looks at the records as they are then.

mod copies;
mod decide;
mod effects;
mod plan;
mod relocate;

use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use self::copies::Copies;
pub(crate) use self::decide::{closed, decide, decide_all, recover};
pub(crate) use self::effects::tidy;
pub(crate) use self::plan::{Doomed, DoomedTarget, Edit, Move, Operation};
use crate::durable;
use crate::error::{ApiError, is_out_of_space};
use crate::fault;
use crate::state::State;
use crate::store::OperationId;

/// Why an operation was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpError {
    #[error("the files are missing at {}", path.display())]
    Missing { path: PathBuf },
    #[error("something else lies at {}", path.display())]
    Occupied { path: PathBuf },
    #[error("{} is not there; is its disk mounted?", path.display())]
    Away { path: PathBuf },
    #[error(
        "{} lies below no storage root of this server and not in its recycle bin",
        path.display()
    )]
    Foreign { path: PathBuf },
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
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
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

impl OpError {
    /// A directory that cannot be used, for a reason that [`markers`](crate::markers) gives.
    pub(crate) fn unusable(path: &Path) -> impl FnOnce(ApiError) -> Self {
        let path = path.to_owned();
        move |error| match error.status {
            503 => Self::Away { path },
            507 => Self::io("marking", &path)(io::ErrorKind::StorageFull.into()),
            _ => Self::io("marking", &path)(io::Error::other(error.message)),
        }
    }
}

impl From<OpError> for ApiError {
    fn from(error: OpError) -> Self {
        match &error {
            OpError::Io { source, .. } if is_out_of_space(source) => Self::out_of_space(),
            OpError::Io { action, source, .. }
                if source.kind() == io::ErrorKind::ReadOnlyFilesystem =>
            {
                Self::read_only(action)
            }
            OpError::Copy { source, .. } if relocate::is_out_of_space(&**source) => {
                Self::out_of_space()
            }
            OpError::Occupied { .. } => Self::new(409, error.to_string()),
            OpError::Away { .. } | OpError::Foreign { .. } => Self::new(503, error.to_string()),
            _ => Self::new(500, error.to_string()),
        }
        .caused_by(error)
    }
}

/// Does an operation from beginning to end, or not at all. The caller holds its target.
pub(crate) fn execute(state: &State, operation: &Operation) -> Result<(), ApiError> {
    let id = match state.store.begin(operation) {
        Ok(id) => id,
        Err(error) => {
            if error.is_undecided() {
                // It may be in the journal or not; nothing has moved.
                state.close(operation.target_id(), &error);
                let _ = decide(state, operation.target_id());
            }
            return Err(error.into());
        }
    };
    let mut copies = Copies::default();
    let failure: ApiError = match effects::perform(state, operation, &mut copies) {
        Ok(()) => match state.store.commit(id, operation) {
            Ok(()) => {
                follow_up(state, id, operation);
                return Ok(());
            }
            Err(error) if error.is_undecided() => {
                state.close(operation.target_id(), &error);
                return decide::committed(state, (id, operation), &copies, error);
            }
            Err(error) => error.into(),
        },
        Err(error) => error.into(),
    };
    if let Err(error) = take_back(state, id, operation, &copies) {
        state.close(operation.target_id(), &error);
        tracing::error!(
            operation = id,
            target = operation.target_id(),
            %error,
            "a change that has failed cannot be undone yet; the target is closed until it is"
        );
    }
    Err(failure)
}

/// Undoes an operation and strikes it from the journal.
fn take_back(
    state: &State,
    id: OperationId,
    operation: &Operation,
    copies: &Copies,
) -> Result<(), OpError> {
    effects::undo(state, operation, copies)?;
    Ok(state.store.strike(id)?)
}

/// Removes what has no place any more after a commit. Trouble here fails nothing: the job that
/// purges, or the next start, does it again.
fn follow_up(state: &State, id: OperationId, operation: &Operation) {
    if !operation.has_follow_up() {
        return;
    }
    let done = effects::follow_up(state, operation);
    if let Err(error) = done.and_then(|()| Ok(state.store.strike(id)?)) {
        tracing::warn!(operation = id, %error, "left-overs of an operation stay");
    }
}

/// Removes a file or a tree; one that is not there is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    fault::point();
    if !durable::exists(path)? {
        return Ok(());
    }
    let parent = bchan_archive::open_dir(parent)?;
    bchan_archive::remove_tree(parent.as_fd(), name)?;
    fault::point();
    Ok(())
}
