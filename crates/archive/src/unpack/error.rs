//! Errors of unpacking.

use std::io;
use std::path::PathBuf;

use super::limits::Limit;

/// Errors of unpacking. Files that were unpacked before stay, for the caller to remove.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// An entry is of a kind, or has a name, that is never unpacked.
    #[error("the archive's entry `{entry}` is refused: {reason}")]
    Refused {
        /// Its name, escaped.
        entry: String,
        reason: &'static str,
    },
    /// The archive is damaged, cut off, or none at all.
    #[error("the archive is damaged: {what}")]
    Corrupt {
        /// How that was noticed.
        what: String,
    },
    /// The archive may be sound, but has something that is not unpacked here.
    #[error("the archive is not supported: it has {what}")]
    Unsupported {
        /// The unsupported part.
        what: String,
    },
    /// The archive asks for more than is allowed.
    #[error("the archive {limit} at its entry `{entry}`")]
    Limit {
        limit: Limit,
        /// Name of the entry that was too much, escaped.
        entry: String,
    },
    /// An entry refers to what a base does not have, or not as the entry says.
    #[error("the archive's entry `{entry}` refers to a file that the base {base} does not have")]
    Base {
        /// Index of the base.
        base: u8,
        /// Name of the entry, escaped.
        entry: String,
    },
    /// The reader of the archive failed.
    #[error("reading the archive failed")]
    Read { source: io::Error },
    /// Something could not be written.
    #[error("unpacking `{}` failed", path.display())]
    Write {
        /// Path relative to the directory.
        path: PathBuf,
        source: io::Error,
    },
}

impl UnpackError {
    /// Says at which entry it happened, where that is not said yet.
    pub(super) fn at(self, name: &[u8]) -> Self {
        match self {
            Self::Limit { limit, entry } if entry.is_empty() => Self::Limit {
                limit,
                entry: show(name),
            },
            Self::Corrupt { what } => Self::Corrupt {
                what: format!("{what}, at its entry `{}`", show(name)),
            },
            Self::Unsupported { what } => Self::Unsupported {
                what: format!("{what}, at its entry `{}`", show(name)),
            },
            other => other,
        }
    }
}

pub(super) type Result<T> = std::result::Result<T, UnpackError>;

/// An entry's name for people.
pub(super) fn show(path: &[u8]) -> String {
    path[..path.len().min(1000)].escape_ascii().to_string()
}

pub(super) fn corrupt(what: impl Into<String>) -> UnpackError {
    UnpackError::Corrupt { what: what.into() }
}

pub(super) fn unsupported(what: impl Into<String>) -> UnpackError {
    UnpackError::Unsupported { what: what.into() }
}
