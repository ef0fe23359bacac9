//! The same hash made as plainly as can be, with whole paths: what it must come to.

use std::cmp::Ordering;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::code_points;

/// Most links that are followed one after the other.
const MOST_LINKS: usize = 40;

/// A list of entries with their digests.
#[derive(Default)]
pub(super) struct Manifest {
    /// All paths and link targets, one after the other.
    text: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    start: usize,
    length: u32,
    content: Content,
}

enum Content {
    File([u8; 32]),
    /// Bytes of the target, which follows the path.
    Link(u32),
    /// The same, for a second name.
    HardLink(u32),
    Directory,
}

impl Manifest {
    /// Adds a file by its path relative to the root.
    pub(super) fn add_file(&mut self, path: &[u8], digest: [u8; 32]) {
        self.add(path, Content::File(digest));
    }

    /// Adds a symbolic link.
    pub(super) fn add_link(&mut self, path: &[u8], target: &[u8]) {
        let length = u32::try_from(target.len()).unwrap_or(u32::MAX);
        self.add(path, Content::Link(length));
        self.text.extend_from_slice(target);
    }

    /// Adds a second name of something that was added before under the name `target`.
    pub(super) fn add_hard_link(&mut self, path: &[u8], target: &[u8]) {
        let length = u32::try_from(target.len()).unwrap_or(u32::MAX);
        self.add(path, Content::HardLink(length));
        self.text.extend_from_slice(target);
    }

    /// Adds a directory.
    pub(super) fn add_directory(&mut self, path: &[u8]) {
        self.add(path, Content::Directory);
    }

    fn add(&mut self, path: &[u8], content: Content) {
        let start = self.text.len();
        self.text.extend_from_slice(path);
        let length = u32::try_from(path.len()).unwrap_or(u32::MAX);
        self.entries.push(Entry {
            start,
            length,
            content,
        });
    }

    /// The hash of the tree, in lower-case hex.
    pub(super) fn tree_hash(&self) -> String {
        let index = Index::new(self);
        let mut files: Vec<(&[u8], [u8; 32])> = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let path = self.path(entry);
            match &entry.content {
                Content::File(digest) => files.push((path, *digest)),
                Content::Link(_) | Content::HardLink(_) => {
                    if let Lead::File(digest) = index.resolve(path) {
                        files.push((path, digest));
                    }
                }
                Content::Directory => {}
            }
        }
        files.sort_unstable_by(|a, b| compare(a.0, b.0));
        let mut hasher = Sha256::new();
        for (path, digest) in files {
            hasher.update(path);
            hasher.update(hex::encode(digest).as_bytes());
        }
        hex::encode(hasher.finalize())
    }

    /// Returns true if a link leads out of the tree. It does not count here, but it may count for a
    /// program that follows it on a machine where its target exists.
    pub(super) fn leads_out(&self) -> bool {
        let index = Index::new(self);
        self.entries.iter().any(|entry| {
            matches!(entry.content, Content::Link(_) | Content::HardLink(_))
                && matches!(index.resolve(self.path(entry)), Lead::Out)
        })
    }

    fn path(&self, entry: &Entry) -> &[u8] {
        &self.text[range(entry.start, entry.length)]
    }

    /// The target of a link, of this length.
    fn target(&self, entry: &Entry, length: u32) -> &[u8] {
        &self.text[range(entry.start + entry.length as usize, length)]
    }
}

fn range(start: usize, length: u32) -> Range<usize> {
    start..start + length as usize
}

/// Where a path leads when its links are followed.
enum Lead {
    /// To a file of the tree, with this digest.
    File([u8; 32]),
    /// Out of the tree.
    Out,
    /// To a directory, round in circles, or to what is not there.
    NoFile,
}

/// Finds entries by path; made only for trees with links.
struct Index<'a> {
    manifest: &'a Manifest,
    /// Positions of the entries, in the order of their paths.
    sorted: Vec<usize>,
    /// For each position, that of the entry of which it is a second name: itself for most.
    origins: Vec<usize>,
}

impl<'a> Index<'a> {
    fn new(manifest: &'a Manifest) -> Self {
        let entries = &manifest.entries;
        let is_link =
            |entry: &Entry| matches!(entry.content, Content::Link(_) | Content::HardLink(_));
        let count = if entries.iter().any(is_link) {
            entries.len()
        } else {
            0
        };
        let mut sorted: Vec<_> = (0..count).collect();
        sorted.sort_unstable_by_key(|&at| manifest.path(&entries[at]));
        let mut index = Self {
            manifest,
            sorted,
            origins: Vec::with_capacity(count),
        };
        for (at, entry) in entries.iter().enumerate().take(count) {
            // A second name comes after the first, so one step is enough for each.
            let origin = match entry.content {
                Content::HardLink(target) => index.find(manifest.target(entry, target)),
                _ => None,
            };
            let origin = origin.and_then(|first| index.origins.get(first).copied());
            index.origins.push(origin.unwrap_or(at));
        }
        index
    }

    /// Position of the entry with this path.
    fn find(&self, path: &[u8]) -> Option<usize> {
        let entries = &self.manifest.entries;
        let found = self
            .sorted
            .binary_search_by_key(&path, |&at| self.manifest.path(&entries[at]));
        found.ok().map(|found| self.sorted[found])
    }

    /// Returns the entry at a path, by any of its names.
    fn get(&self, path: &[u8]) -> Option<&'a Entry> {
        let origin = self.origins[self.find(path)?];
        Some(&self.manifest.entries[origin])
    }

    /// Returns true if something lies below a path: archives need not list their directories.
    fn is_directory(&self, path: &[u8]) -> bool {
        if path.is_empty() {
            return true;
        }
        let below = [path, b"/"].concat();
        let at = self
            .sorted
            .partition_point(|&at| self.manifest.path(&self.manifest.entries[at]) < &below[..]);
        let inside = |&at: &usize| {
            self.manifest
                .path(&self.manifest.entries[at])
                .starts_with(&below)
        };
        matches!(
            self.get(path),
            Some(Entry {
                content: Content::Directory,
                ..
            })
        ) || self.sorted.get(at).is_some_and(inside)
    }

    /// Where a link leads.
    fn resolve(&self, path: &[u8]) -> Lead {
        // What is still to be walked, last component first.
        let mut rest: Vec<&[u8]> = path.split(|byte| *byte == b'/').rev().collect();
        let mut here: Vec<u8> = Vec::new();
        let mut followed = 0;
        while let Some(part) = rest.pop() {
            match part {
                b"" | b"." if self.is_directory(&here) => continue,
                b".." if self.is_directory(&here) => {
                    if here.is_empty() {
                        return Lead::Out;
                    }
                    here.truncate(here.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
                    continue;
                }
                b"" | b"." | b".." => return Lead::NoFile,
                _ => {}
            }
            let length = here.len();
            if length > 0 {
                here.push(b'/');
            }
            here.extend_from_slice(part);
            match self.get(&here) {
                // A second name of a link leads on from its own place, not from the first's.
                Some(
                    entry @ Entry {
                        content: Content::Link(target),
                        ..
                    },
                ) => {
                    followed += 1;
                    let target = self.manifest.target(entry, *target);
                    if target.starts_with(b"/") {
                        return Lead::Out;
                    }
                    if followed > MOST_LINKS {
                        return Lead::NoFile;
                    }
                    rest.extend(target.split(|byte| *byte == b'/').rev());
                    here.truncate(length);
                }
                Some(Entry {
                    content: Content::File(digest),
                    ..
                }) if rest.is_empty() => return Lead::File(*digest),
                Some(Entry {
                    content: Content::File(_),
                    ..
                }) => return Lead::NoFile,
                _ if self.is_directory(&here) => {}
                _ => return Lead::NoFile,
            }
        }
        Lead::NoFile
    }
}

/// Order of two files: by directory, then by name.
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (split(a), split(b));
    compare_text(a.0, b.0).then_with(|| compare_text(a.1, b.1))
}

/// The directory and the name in a path.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&[], path),
    }
}

fn compare_text(a: &[u8], b: &[u8]) -> Ordering {
    // Bytes of UTF-8 are in the order of their code points.
    if std::str::from_utf8(a).is_ok() && std::str::from_utf8(b).is_ok() {
        return a.cmp(b);
    }
    code_points(a).cmp(code_points(b))
}
