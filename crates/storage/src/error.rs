//! Errors of the directories of backups.

use std::io;

/// Errors of the directories of backups.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A location that no target may have; the text says why.
    #[error("{0}")]
    Location(String),
    #[error("{action} failed: {source}")]
    Io {
        action: &'static str,
        source: io::Error,
    },
}

impl StorageError {
    pub fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}
