//! Errors of configuration files.

use std::io;
use std::path::PathBuf;

/// Errors of configuration files.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The file cannot be read.
    #[error("the configuration {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("the configuration {} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} line {line}: {message}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        message: String,
    },
}
