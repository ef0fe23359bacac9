//! Errors of packing.

use std::io;
use std::path::PathBuf;

/// Errors of packing.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A root cannot be read.
    #[error("{} cannot be read", path.display())]
    Source {
        /// The root.
        path: PathBuf,
        source: io::Error,
    },
    /// A tree cannot be walked any further.
    #[error("walking {} failed", path.display())]
    Walk { path: PathBuf, source: io::Error },
    /// There is nothing to pack, and [`PackOptions::refuse_empty`](crate::PackOptions::refuse_empty) is set.
    #[error("there is nothing to pack")]
    Empty,
    /// The writer of the archive failed.
    #[error("writing the archive failed")]
    Write { source: io::Error },
}
