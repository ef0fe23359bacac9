//! The sources of an archive.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An open directory. Clones share it.
#[derive(Clone, Debug)]
pub struct Opened(Arc<OwnedFd>);

impl From<OwnedFd> for Opened {
    fn from(directory: OwnedFd) -> Self {
        Self(Arc::new(directory))
    }
}

impl AsFd for Opened {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl PartialEq for Opened {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Opened {}

/// A root of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file or a directory with all below it, stored as `name`.
    Entry {
        /// Where it lies. A symbolic link here, and only here, is followed.
        path: PathBuf,
        /// Its path in the archive.
        name: PathBuf,
    },
    /// The content of a directory, at the archive's top level.
    Contents {
        /// The directory.
        path: PathBuf,
    },
    /// The content of an open directory, at the archive's top level. Its path is not followed
    /// again, so it may have moved since.
    Opened {
        /// The directory.
        directory: Opened,
        /// Its path when it was opened, for messages.
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
                name: name.into(),
            });
        }
        // `.` and `..` have a name only once it is known where they lead.
        let path = path.canonicalize()?;
        Ok(match path.file_name() {
            Some(name) => Self::Entry {
                name: name.into(),
                path,
            },
            None => Self::Contents { path },
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Entry { path, .. }
            | Self::Contents { path }
            | Self::Opened { path, .. }
            | Self::Listed { path, .. } => path,
        }
    }
}
