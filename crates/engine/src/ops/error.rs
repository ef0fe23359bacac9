//! Errors of operations.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, is_out_of_space};
use bchan_catalog::StoreError;
use bchan_storage::relocate::{self, MoveError};

#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    #[error(transparent)]
    Move(#[from] MoveError),
    #[error("{} is not there; is its disk mounted?", path.display())]
    Away { path: PathBuf },
    #[error(
        "{} lies below no storage root of this server and not in its recycle bin",
        path.display()
    )]
    Foreign { path: PathBuf },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OperationError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let wrap = MoveError::io(action, path);
        move |source| Self::Move(wrap(source))
    }

    /// A directory that [`markers`](crate::directories::markers) refuses.
    pub(super) fn unusable(path: &Path) -> impl FnOnce(Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| match error.kind {
            Kind::Unavailable => Self::Away { path },
            Kind::OutOfSpace => Self::io("marking", &path)(io::ErrorKind::StorageFull.into()),
            _ => Self::io("marking", &path)(io::Error::other(error.message)),
        }
    }
}

impl From<OperationError> for Error {
    fn from(error: OperationError) -> Self {
        match &error {
            OperationError::Move(MoveError::Io { source, .. }) if is_out_of_space(source) => {
                Self::out_of_space()
            }
            OperationError::Move(MoveError::Io { action, source, .. })
                if source.kind() == io::ErrorKind::ReadOnlyFilesystem =>
            {
                Self::read_only(action)
            }
            OperationError::Move(MoveError::Copy { source, .. })
                if relocate::is_out_of_space(&**source) =>
            {
                Self::out_of_space()
            }
            OperationError::Move(MoveError::Occupied { .. }) => Self::conflict(error.to_string()),
            OperationError::Away { .. } | OperationError::Foreign { .. } => {
                Self::unavailable(error.to_string())
            }
            _ => Self::internal(error.to_string()),
        }
        .caused_by(error)
    }
}
