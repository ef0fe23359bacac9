use std::fmt;
use std::path::PathBuf;

use crate::size::Size;

/// Reason for which an entry is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A pattern says so.
    Pattern {
        /// As it was given.
        pattern: String,
        /// The file that it is from, if any.
        file: Option<PathBuf>,
    },
    /// There are patterns of what alone is taken, and none of them is for it.
    NotIncluded,
    /// It is a directory of a cache.
    Cache,
    /// It is a directory in which something has this name.
    Marked {
        /// The name.
        name: String,
    },
    /// It is mounted there.
    OtherFileSystem,
    /// It is larger than files may be.
    Larger {
        /// How large they may be.
        limit: Size,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern {
                pattern,
                file: None,
            } => write!(f, "matches `{pattern}`"),
            Self::Pattern {
                pattern,
                file: Some(file),
            } => write!(f, "matches `{pattern}` of {}", file.display()),
            Self::NotIncluded => f.write_str("matches no pattern of what is included"),
            Self::Cache => f.write_str("has a CACHEDIR.TAG"),
            Self::Marked { name } => write!(f, "has a `{name}`"),
            Self::OtherFileSystem => f.write_str("is on another file system"),
            Self::Larger { limit } => write!(f, "is larger than {limit}"),
        }
    }
}
