use std::io;
use std::path::PathBuf;

/// Errors in a selection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// Invalid pattern.
    #[error("`{pattern}` is no pattern: {message}")]
    Pattern {
        /// As it was given.
        pattern: String,
        message: String,
    },
    /// A line of a file is no pattern.
    #[error("{} line {line}: {message}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        message: String,
    },
    /// A file of patterns or of paths cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
}
