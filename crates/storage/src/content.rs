//! Reading the content of a stored backup.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;

use bchan_api::TargetType;
use bchan_archive::{Observer, Opened};
use rustix::fs::fstat;

use crate::digest::hash_file;
use crate::durable::open;

/// A backup's content. It stays readable when the backup moves.
#[derive(Debug)]
pub enum Content {
    File(File),
    Tree(Opened),
}

/// Device and inode of what was opened.
pub type Identity = (u64, u64);

impl Content {
    /// Opens what lies at `path`, if it is what a target of this type stores.
    pub fn open(path: &Path, kind: TargetType) -> io::Result<Self> {
        match kind {
            TargetType::Single => open::file(path).map(Self::File),
            TargetType::Multi => Ok(Self::Tree(open::directory(path)?.into())),
        }
    }

    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::File(file) => file.as_fd(),
            Self::Tree(tree) => tree.as_fd(),
        }
    }

    pub fn identity(&self) -> io::Result<Identity> {
        let stat = fstat(self.as_fd())?;
        Ok((stat.st_dev, stat.st_ino))
    }

    /// Reads all of it, and gives its hash and its bytes.
    pub fn hash(&mut self, observer: &mut dyn Observer) -> io::Result<(String, u64)> {
        match self {
            Self::File(file) => {
                let (digest, bytes) = hash_file(file, observer)?;
                Ok((hex::encode(digest), bytes))
            }
            Self::Tree(tree) => {
                let manifest = bchan_archive::hash_tree(tree.as_fd(), observer)?;
                Ok((manifest.tree_hash(), manifest.bytes()))
            }
        }
    }

    /// Bytes of all of it.
    pub fn size(&self, observer: &mut dyn Observer) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Tree(tree) => bchan_archive::size_tree(tree.as_fd(), observer),
        }
    }
}

/// Returns hash and bytes of what lies at `path`, none of whose components may be a link.
pub fn hash(
    path: &Path,
    kind: TargetType,
    observer: &mut dyn Observer,
) -> io::Result<(String, u64)> {
    Content::open(path, kind)?.hash(observer)
}

/// Returns the bytes of what lies at `path`, none of whose components may be a link.
pub fn size(path: &Path, kind: TargetType, observer: &mut dyn Observer) -> io::Result<u64> {
    Content::open(path, kind)?.size(observer)
}
