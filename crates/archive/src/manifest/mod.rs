//! What a tree holds, and the one hash of it all.
//!
//! The hash is SHA-256 over every file: directories in the order of their paths, in each the files
//! in the order of their names, and of each file first its path relative to the root, then the
//! lower-case hex SHA-256 of its content. Symbolic links count as the files that they lead to;
//! those that lead to a directory, out of the tree or nowhere do not count. (The reference server
//! follows links out of the tree and fails on those that lead nowhere; following them would put
//! files of the server into its answers. So the hash of a tree with links that [lead
//! out](Manifest::leads_out) may be another one there.) Paths are fed as the bytes that they are on disk, and
//! compared as the reference compares them: by code point, where a byte that is not UTF-8 counts
//! as U+DC00 more than itself.

mod folders;
mod index;
mod links;
#[cfg(test)]
mod oracle;
mod order;
mod receipt;
#[cfg(test)]
mod receipt_tests;
mod records;
#[cfg(test)]
mod tests;

use sha2::{Digest as _, Sha256};

use self::folders::Folders;
use self::index::Index;
use self::links::Lead;
pub(crate) use self::order::code_points;
use self::order::split;
pub use self::receipt::Receipt;
pub(crate) use self::receipt::{Kind, Properties};
use self::records::{Content, Place, Records};

/// A list of entries with their digests: about 35 bytes each beside their names, 32 more where it is
/// to give a receipt, and 8 more while the hash is made, or 16 while the receipt is.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    records: Records,
    folders: Folders,
    /// Whether there are links of either kind.
    links: bool,
    /// True if there are second names.
    hard_links: bool,
    /// Pipes and devices, as far as they are known to be such, in the order in which they came.
    special: Vec<Place>,
    /// Whether there are names that are not UTF-8.
    odd: bool,
    files: u64,
    bytes: u64,
}

impl Manifest {
    /// Adds a file by its path relative to the root.
    pub fn add_file(&mut self, path: &[u8], size: u64, digest: [u8; 32]) {
        self.files += 1;
        self.bytes += size;
        self.add(path, Content::File(&digest), None);
    }

    /// Adds a pipe or a device, which counts as an empty file.
    pub fn add_special(&mut self, path: &[u8]) {
        self.add_file(path, 0, Sha256::digest([]).into());
    }

    /// Adds a symbolic link.
    pub fn add_link(&mut self, path: &[u8], target: &[u8]) {
        self.links = true;
        self.add(path, Content::Link(target), None);
    }

    /// Adds a second name of something that was added before under the name `target`.
    pub fn add_hard_link(&mut self, path: &[u8], target: &[u8], size: u64) {
        self.files += 1;
        self.bytes += size;
        self.links = true;
        self.hard_links = true;
        self.add(path, Content::HardLink(target), None);
    }

    /// Adds a directory.
    pub fn add_directory(&mut self, path: &[u8]) {
        self.add(path, Content::Directory, None);
    }

    /// Bytes of memory that an entry would take beside the target of a link, about. Stops counting
    /// when they are more than `most`.
    pub(crate) fn cost(&self, path: &[u8], most: u64) -> u64 {
        /// A record with the digest of a receipt, its place in the order, and a run of entries of
        /// one directory.
        const ENTRY: u64 = 96;
        let (folder, name) = split(path);
        ENTRY + name.len() as u64 + self.folders.cost(folder, most)
    }

    fn add(&mut self, path: &[u8], content: Content<'_>, text: Option<&[u8; 32]>) -> Place {
        self.odd |= std::str::from_utf8(path).is_err();
        let (folder, name) = split(path);
        let place = self.records.push(name, content, text);
        self.folders.put(folder, place);
        place
    }

    /// Files, without links.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.files
    }

    /// Bytes of all files; one that has several names counts for each.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The hash of the tree, in lower-case hex.
    #[must_use]
    pub fn tree_hash(&self) -> String {
        let index = Index::new(self);
        let mut hasher = Sha256::new();
        for folder in index.ranked() {
            let path = self.folders.path(folder);
            for place in index.inside(folder) {
                let record = self.records.read(*place);
                let digest = match record.content {
                    Content::File(digest) => digest,
                    Content::Link(_) | Content::HardLink(_) => {
                        match index.resolve(&[path, record.name].concat()) {
                            Lead::File(digest) => digest,
                            Lead::Out | Lead::NoFile => continue,
                        }
                    }
                    Content::Directory => continue,
                };
                hasher.update(path);
                hasher.update(record.name);
                hasher.update(hex::encode(digest));
            }
        }
        hex::encode(hasher.finalize())
    }

    /// Whether a link leads out of the tree. It does not count here, but may count for those who
    /// follow it on a machine where something is at its end.
    #[must_use]
    pub fn leads_out(&self) -> bool {
        if !self.links {
            return false;
        }
        let index = Index::new(self);
        (0..self.folders.count()).any(|folder| {
            index.inside(folder).iter().any(|place| {
                let record = self.records.read(*place);
                matches!(record.content, Content::Link(_) | Content::HardLink(_))
                    && matches!(
                        index.resolve(&[self.folders.path(folder), record.name].concat()),
                        Lead::Out
                    )
            })
        })
    }
}
