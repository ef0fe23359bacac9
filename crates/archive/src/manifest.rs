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

use std::cmp::Ordering;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

/// Most links that are followed one after the other.
const MOST_LINKS: usize = 40;

/// A list of entries with their digests, about 60 bytes each beside their paths.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// All paths and link targets, one behind the other.
    text: Vec<u8>,
    entries: Vec<Entry>,
    files: u64,
    bytes: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    start: usize,
    length: u32,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    File([u8; 32]),
    /// Bytes of the target, which stands behind the path.
    Link(u32),
    /// The same, for a second name.
    HardLink(u32),
    Directory,
}

impl Manifest {
    /// Adds a file by its path relative to the root.
    pub fn add_file(&mut self, path: &[u8], size: u64, digest: [u8; 32]) {
        self.files += 1;
        self.bytes += size;
        self.add(path, Content::File(digest));
    }

    /// Adds a pipe or a device, which counts as an empty file.
    pub fn add_special(&mut self, path: &[u8]) {
        self.add_file(path, 0, Sha256::digest([]).into());
    }

    /// Adds a symbolic link.
    pub fn add_link(&mut self, path: &[u8], target: &[u8]) {
        let length = u32::try_from(target.len()).unwrap_or(u32::MAX);
        self.add(path, Content::Link(length));
        self.text.extend_from_slice(target);
    }

    /// Adds a second name of something that was added before under the name `target`.
    pub fn add_hard_link(&mut self, path: &[u8], target: &[u8], size: u64) {
        self.files += 1;
        self.bytes += size;
        let length = u32::try_from(target.len()).unwrap_or(u32::MAX);
        self.add(path, Content::HardLink(length));
        self.text.extend_from_slice(target);
    }

    /// Adds a directory.
    pub fn add_directory(&mut self, path: &[u8]) {
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

    /// Whether a link leads out of the tree. It does not count here, but may count for those who
    /// follow it on a machine where something is at its end.
    #[must_use]
    pub fn leads_out(&self) -> bool {
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

    /// What is at this path, by whichever of its names.
    fn get(&self, path: &[u8]) -> Option<&'a Entry> {
        let origin = self.origins[self.find(path)?];
        Some(&self.manifest.entries[origin])
    }

    /// Whether something lies below a path: archives need not list their directories.
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

pub(crate) fn code_points(text: &[u8]) -> impl Iterator<Item = u32> {
    text.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(u32::from);
        valid.chain(chunk.invalid().iter().map(|byte| 0xdc00 + u32::from(*byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(parts: &[(&str, u8)]) -> String {
        let mut hasher = Sha256::new();
        for (path, digest) in parts {
            hasher.update(path);
            hasher.update(hex::encode([*digest; 32]));
        }
        hex::encode(hasher.finalize())
    }

    #[test]
    fn directories_come_in_the_order_of_their_paths() {
        let mut manifest = Manifest::default();
        for (path, digest) in [
            ("a/b/f", 1),
            ("a-b/f", 2),
            ("z", 3),
            ("a/f", 4),
            ("a.txt", 5),
        ] {
            manifest.add_file(path.as_bytes(), 1, [digest; 32]);
        }
        let order = [
            ("a.txt", 5),
            ("z", 3),
            ("a/f", 4),
            ("a-b/f", 2),
            ("a/b/f", 1),
        ];
        assert_eq!(manifest.tree_hash(), hash(&order));
        assert_eq!((manifest.files(), manifest.bytes()), (5, 5));
    }

    #[test]
    fn bytes_that_are_not_text_have_their_place() {
        // U+E000 is above the surrogates, U+D7FF below.
        let names: [&[u8]; 3] = ["\u{d7ff}".as_bytes(), b"\xff", "\u{e000}".as_bytes()];
        assert!(names.is_sorted_by(|a, b| compare(a, b) == Ordering::Less));
    }

    #[test]
    fn links_count_as_what_they_lead_to_inside() {
        let mut manifest = Manifest::default();
        manifest.add_directory(b"empty");
        manifest.add_file(b"d/f", 1, [1; 32]);
        manifest.add_link(b"l1", b"d/f");
        manifest.add_link(b"l2", b"./empty/../l3/f");
        manifest.add_link(b"l3", b"d");
        manifest.add_link(b"d/up", b"../l1");
        for (path, target) in [
            ("x1", "nowhere"),
            ("x2", "/etc/passwd"),
            ("x3", "../out"),
            ("x4", "d"),
            ("x5", "x5"),
            ("x6", "nowhere/../d/f"),
            ("x7", "d/f/"),
            ("x8", "d/f/."),
        ] {
            manifest.add_link(path.as_bytes(), target.as_bytes());
        }
        let order = [("l1", 1), ("l2", 1), ("d/f", 1), ("d/up", 1)];
        assert_eq!(manifest.tree_hash(), hash(&order));
        assert_eq!(manifest.files(), 1);
    }

    #[test]
    fn a_link_out_of_the_tree_is_told_from_one_to_nowhere() {
        for (target, out) in [
            ("d/f", false),
            ("d", false),
            ("nowhere", false),
            ("x", false),
            ("nowhere/../..", false),
            ("d/../d/f", false),
            ("/etc/passwd", true),
            ("../f", true),
            ("d/../..", true),
            ("away", true),
        ] {
            let mut manifest = Manifest::default();
            manifest.add_file(b"d/f", 1, [1; 32]);
            manifest.add_link(b"x", target.as_bytes());
            if target == "away" {
                manifest.add_link(b"away", b"/srv");
            }
            assert_eq!(manifest.leads_out(), out, "{target}");
        }
        let mut second = Manifest::default();
        second.add_directory(b"d");
        second.add_link(b"d/l", b"../f");
        assert!(!second.leads_out());
        // The same link by a name that lies higher up.
        second.add_hard_link(b"l", b"d/l", 0);
        assert!(second.leads_out());
    }

    #[test]
    fn a_second_name_of_a_link_leads_on_from_its_own_place() {
        let mut manifest = Manifest::default();
        manifest.add_file(b"d/f", 1, [1; 32]);
        manifest.add_link(b"f", b"f");
        manifest.add_hard_link(b"d/l", b"f", 0);
        manifest.add_hard_link(b"d/m", b"d/l", 0);
        let order = [("d/f", 1), ("d/l", 1), ("d/m", 1)];
        assert_eq!(manifest.tree_hash(), hash(&order));
    }

    #[test]
    fn a_file_may_have_any_number_of_names() {
        let mut manifest = Manifest::default();
        manifest.add_file(b"000", 1, [1; 32]);
        let names: Vec<_> = (0..100).map(|number| format!("{number:03}")).collect();
        for pair in names.windows(2) {
            manifest.add_hard_link(pair[1].as_bytes(), pair[0].as_bytes(), 1);
        }
        let order: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
        assert_eq!(manifest.tree_hash(), hash(&order));
    }
}
