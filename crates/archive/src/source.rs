//! What is to be packed.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// A root of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file or a directory with all below it, called `name` in the archive.
    Entry {
        /// Where it lies. A symbolic link here, and only here, is followed.
        path: PathBuf,
        /// Its name at the archive's top level.
        name: OsString,
    },
    /// What is in a directory, at the archive's top level.
    Contents {
        /// The directory.
        path: PathBuf,
    },
    /// A path of a list: whatever it leads to, with all below it if that is a directory. A link is
    /// stored as one, and what is not there is reported and passed over.
    Listed {
        /// Where it lies.
        path: PathBuf,
        /// Its path in the archive.
        name: PathBuf,
    },
}

impl Source {
    /// The source that a path on a command line means: itself, under its own last component.
    pub fn from_path(path: &Path) -> io::Result<Self> {
        if let Some(name) = path.file_name() {
            return Ok(Self::Entry {
                path: path.to_owned(),
                name: name.to_owned(),
            });
        }
        // `.` and `..` have a name only once it is known where they lead.
        let path = path.canonicalize()?;
        Ok(match path.file_name() {
            Some(name) => Self::Entry {
                name: name.to_owned(),
                path,
            },
            None => Self::Contents { path },
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Entry { path, .. } | Self::Contents { path } | Self::Listed { path, .. } => path,
        }
    }
}
