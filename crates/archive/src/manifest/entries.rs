//! The entries of a tree.

use std::fs::File;

use sha2::{Digest as _, Sha256};

use super::folders::Folders;
use super::mtree::Texts;
use super::order::split;
use super::records::{Content, Place, Records};

/// A list of entries with their digests: about 35 bytes each beside their names, 32 more where it is
/// to give a receipt, 5 more where it is to give a manifest file, and 8 more while the
/// hash is made, or 16 while the receipt or the manifest file is.
///
/// A clone gives no manifest file: the file of texts stays with the original.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    pub(super) records: Records,
    pub(super) folders: Folders,
    /// True if there are links of either kind.
    pub(super) links: bool,
    /// True if there are second names.
    pub(super) hard_links: bool,
    /// Pipes and devices, as far as they are known to be such, in the order in which they came.
    pub(super) special: Vec<Place>,
    /// True if there are names that are not UTF-8.
    pub(super) odd: bool,
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// The texts of the entries, where there is to be a manifest file.
    pub(super) texts: Texts,
}

impl Manifest {
    /// An empty list that can give a [manifest file](Self::write_mtree). The texts of the entries,
    /// some hundred bytes each, are written into `file`, which must be empty and nobody else's.
    #[must_use]
    pub fn with_texts(file: File) -> Self {
        Self {
            records: Records::with_offsets(),
            texts: Texts::new(file),
            ..Self::default()
        }
    }

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
        /// A record with the digest of a receipt and the offset of its text, its place in the
        /// order, and a run of entries of one directory.
        const ENTRY: u64 = 104;
        let (folder, name) = split(path);
        ENTRY + name.len() as u64 + self.folders.cost(folder, most)
    }

    pub(super) fn add(
        &mut self,
        path: &[u8],
        content: Content<'_>,
        text: Option<(&[u8; 32], usize)>,
    ) -> Place {
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
}
