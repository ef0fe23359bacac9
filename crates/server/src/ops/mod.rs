//! Steps that change files and records together.
//!
//! Each is written into the journal with all that it takes to do it; then its effects on the disk
//! happen; then one transaction changes the records; then what has no place any more is removed,
//! and the operation is struck from the journal. A server that finds an operation in its journal
//! when it starts goes on where it was: every effect can be repeated. An operation that fails is
//! undone.

mod effects;
mod plan;
mod recover;
mod relocate;

use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

pub(crate) use self::effects::tidy;
pub(crate) use self::plan::{Doomed, DoomedTarget, Edit, Move, Operation};
pub(crate) use self::recover::{recover, settle};
pub(crate) use self::relocate::{relocate, relocate_back};
use crate::durable;
use crate::error::{ApiError, is_out_of_space};
use crate::fault;
use crate::state::State;
use crate::store::{OperationId, Progress};

/// Why an operation was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpError {
    #[error("the files are missing at {}", path.display())]
    Missing { path: PathBuf },
    #[error("something else lies at {}", path.display())]
    Occupied { path: PathBuf },
    #[error("{} is not there; is its disk mounted?", path.display())]
    Away { path: PathBuf },
    #[error("nothing has been moved to {} yet", path.display())]
    NotBegun { path: PathBuf },
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
            OpError::Io { action, source, .. }
                if source.kind() == io::ErrorKind::ReadOnlyFilesystem =>
            {
                Self::read_only(action)
            }
            OpError::Copy { source, .. } if relocate::is_out_of_space(&**source) => {
                Self::out_of_space()
            }
            OpError::Occupied { .. } => Self::new(409, error.to_string()),
            OpError::Away { .. } => Self::new(503, error.to_string()),
            _ => Self::new(500, error.to_string()),
        }
        .caused_by(error)
    }
}

/// Does an operation from beginning to end, or not at all.
pub(crate) fn execute(state: &State, operation: &Operation) -> Result<(), ApiError> {
    strike_undone(state);
    let id = state.store.begin(operation)?;
    let failure: ApiError = match effects::perform(state, operation) {
        Ok(()) => match commit(state, id, operation) {
            Committed::Yes => {
                follow_up(state, id, operation);
                return Ok(());
            }
            Committed::No(error) => error,
            Committed::Unknown(error) => {
                tracing::error!(
                    operation = id,
                    "the next start finds out how an operation ended"
                );
                return Err(error);
            }
        },
        Err(error) => error.into(),
    };
    // What cannot be undone now stays in the journal, and the next start does it again.
    match effects::undo(state, operation) {
        Ok(()) => strike(state, id),
        Err(error) => tracing::error!(operation = id, %error, "an operation could not be undone"),
    }
    Err(failure)
}

enum Committed {
    Yes,
    No(ApiError),
    /// Not even that can be read.
    Unknown(ApiError),
}

/// Changes the records. A disk can fail behind the point of no return, so an error has to be looked
/// into.
fn commit(state: &State, id: OperationId, operation: &Operation) -> Committed {
    let Err(error) = state.store.commit(id, operation) else {
        return Committed::Yes;
    };
    match state.store.progress(id) {
        Ok(Some(Progress::Begun)) => Committed::No(error.into()),
        Ok(Some(Progress::Applied) | None) => Committed::Yes,
        Err(_) => Committed::Unknown(error.into()),
    }
}

/// Removes what has no place any more. Trouble here is nobody's failure: the next start, or the
/// job that purges, does it again.
fn follow_up(state: &State, id: OperationId, operation: &Operation) {
    if !operation.has_follow_up() {
        return;
    }
    match effects::follow_up(state, operation) {
        Ok(()) => strike(state, id),
        Err(error) => tracing::warn!(operation = id, %error, "left-overs of an operation stay"),
    }
}

fn strike(state: &State, id: OperationId) {
    if let Err(error) = state.store.strike(id) {
        tracing::error!(operation = id, %error, "an operation that has ended stays in the journal");
        let mut undone = state.undone.lock().unwrap_or_else(PoisonError::into_inner);
        undone.push(id);
    }
}

/// Strikes what could not be struck when it was due, on a full disk say, before it is done again
/// by mistake.
fn strike_undone(state: &State) {
    let mut undone = state.undone.lock().unwrap_or_else(PoisonError::into_inner);
    undone.retain(|id| state.store.strike(*id).is_err());
}

/// Removes a file or a tree; one that is not there is fine.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    fault::point();
    if !durable::exists(parent)? {
        return Ok(());
    }
    let parent = bchan_archive::open_dir(parent)?;
    bchan_archive::remove_tree(parent.as_fd(), name)?;
    fault::point();
    Ok(())
}
