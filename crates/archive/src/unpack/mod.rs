//! Unpacking archives into an open directory, and nowhere else.
//!
//! Every name is taken apart into components; `..`, absolute names and empty ones are refused.
//! Each component is opened relative to the one before without following links, so that nothing
//! an archive holds, and no race, can lead out of the directory.

mod data;
mod limits;
mod parents;
mod place;
mod properties;
mod read;
mod special;
mod tar;
mod zip;

use std::io;
use std::path::PathBuf;

pub use self::limits::{Limit, Limits};
pub use self::tar::{examine_tar, unpack_tar};
pub use self::zip::unpack_zip;

/// What becomes of extended attributes, and of what else an archive says beside content, modes,
/// times and owners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreAttributes {
    /// Attributes are dropped; pipes and devices are refused.
    #[default]
    Ignore,
    /// Everything is kept for later, but nothing that means something to the system is made true:
    /// of attributes only those of the namespace `user` are set, pipes and devices are empty files.
    Keep {
        /// Whether pipes and devices are; if not, they are refused.
        special: bool,
    },
    /// Everything is made what it was.
    Restore {
        /// Attributes other than `user` ones and access control lists, and devices: whoever makes
        /// them trusts the archive. Without this they are reported.
        privileged: bool,
        /// Whether pipes and devices belong in there at all; if not, they are refused.
        special: bool,
    },
}

/// How to unpack.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnpackOptions {
    /// What becomes of extended attributes, pipes and devices.
    pub attributes: StoreAttributes,
    /// Whether files get the owners that the archive names. Names that are known here count before
    /// numbers.
    pub preserve_owner: bool,
    /// Whether set-user-id, set-group-id and sticky bits are kept.
    pub keep_setid: bool,
    /// Bounds.
    pub limits: Limits,
}

/// What was unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Files, hard links among them.
    pub files: u64,
    /// Directories that the archive lists.
    pub directories: u64,
    /// Symbolic links.
    pub links: u64,
    /// Named pipes and devices.
    pub special: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Modes, times, owners, attributes and devices that could not be set.
    pub not_restored: u64,
    /// Entries that [`StoreAttributes::Keep`] has not kept as they were, although nothing has
    /// failed: the disk rounds times or ignores modes, or the archive does not say all.
    pub altered: u64,
}

/// Why an archive was not unpacked. What was unpacked before stays, for the caller to remove.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// An entry is of a kind, or has a name, that is never unpacked.
    #[error("the archive's entry `{entry}` is refused: {reason}")]
    Refused {
        /// Its name, escaped.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The archive is damaged, cut off, or none at all.
    #[error("the archive is damaged: {what}")]
    Corrupt {
        /// How that was noticed.
        what: String,
    },
    /// The archive asks for more than is allowed.
    #[error("the archive {limit} at its entry `{entry}`")]
    Limit {
        /// What it has too much of.
        limit: Limit,
        /// Name of the entry that was too much, escaped.
        entry: String,
    },
    /// The reader of the archive failed.
    #[error("reading the archive failed")]
    Read {
        /// Why.
        source: io::Error,
    },
    /// Something could not be written.
    #[error("unpacking `{}` failed", path.display())]
    Write {
        /// What, relative to the directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl UnpackError {
    /// Says at which entry it happened, where that is not said yet.
    fn at(self, name: &[u8]) -> Self {
        match self {
            Self::Limit { limit, entry } if entry.is_empty() => Self::Limit {
                limit,
                entry: show(name),
            },
            Self::Corrupt { what } => Self::Corrupt {
                what: format!("{what}, at its entry `{}`", show(name)),
            },
            other => other,
        }
    }
}

type Result<T> = std::result::Result<T, UnpackError>;

/// An entry's name for people.
fn show(path: &[u8]) -> String {
    path[..path.len().min(1000)].escape_ascii().to_string()
}

fn corrupt(what: impl Into<String>) -> UnpackError {
    UnpackError::Corrupt { what: what.into() }
}
