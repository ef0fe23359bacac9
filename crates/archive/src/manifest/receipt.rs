//! The receipt of a tree: one digest that changes whenever anything about any entry changes.
//!
//! The hash of a tree (see the [module above](super)) is that of other programs: different trees can
//! have the same, and it does not cover links, empty directories, modes, times, owners and
//! attributes. The receipt covers all of them. A client computes it while it packs, and a server
//! while it unpacks the same archive, from what the archive says and not from what its disk keeps.
//!
//! An entry has a text in the words of `mtree(5)`, without its path:
//!
//! ```text
//! type=file size=5 mode=0644 uid=0 gid=0 uname=x gname=y time=1700000000.000000012 sha256digest=<hex>
//! #:x user.note=<hex>
//! #:d 8,1
//! ```
//!
//! - `type` is `file`, `dir`, `link`, `fifo`, `block` or `char`. Only files have `size` and
//!   `sha256digest`, only links `link`, only devices a line `#:d` with their numbers.
//! - `time` is in seconds, rounded down, with nine digits. What the archive does not say is left
//!   out.
//! - Extended attributes follow by name, one line each.
//! - A symbolic link has neither mode nor owner: a server keeps neither, and nothing uses them.
//! - All but printable ASCII, and `\ # = * ? [`, is written as `\ooo`, so that no value can hold
//!   what separates two.
//!
//! The receipt is the SHA-256 of one line for each entry, in the order of their paths, compared
//! component by component as bytes:
//!
//! ```text
//! ./a\040b <hex SHA-256 of its text>
//! ./second <hex SHA-256 of the first's text> ./a\040b
//! ```
//!
//! Of a file with several names, the first in that order stands for the file, whichever of them the
//! archive has the content under; the others name it. The root itself has no line.
//!
//! This is the SHA-256 of digests and not of the whole text, because texts would take several
//! hundred bytes an entry until all entries are there to be sorted. A digest takes 32. The lines of
//! an mtree file with these texts are enough to compute the receipt again.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ffi::CString;
use std::io::Write as _;

use sha2::{Digest as _, Sha256};

use super::Manifest;
use super::index::Index;
use super::records::{Content, DIGEST, Place};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The digest.
    pub sha256: [u8; DIGEST],
    /// True if a tree that is made from the entries and packed again has the same entries: each
    /// directory is one of them, and each second name is that of a file.
    pub is_closed: bool,
}

impl Receipt {
    /// The digest in lower-case hex.
    #[must_use]
    pub fn hex(&self) -> String {
        hex::encode(self.sha256)
    }
}

/// Properties of an entry beside its path and its kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Properties<'a> {
    pub(crate) mode: u32,
    /// Seconds and nanoseconds since the epoch.
    pub(crate) mtime: Option<(i64, u32)>,
    pub(crate) owner: Option<(u32, u32)>,
    pub(crate) user: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
    /// In any order; of two with the same name, the later one counts.
    pub(crate) attributes: &'a [(CString, Vec<u8>)],
}

/// Kind of an entry, with what only that kind has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind<'a> {
    File {
        size: u64,
        digest: [u8; 32],
    },
    Directory,
    /// A symbolic link, with its target.
    Link(&'a [u8]),
    Fifo,
    /// A device that is read and written in blocks, with its major and minor number.
    Block((u32, u32)),
    /// Any other device.
    Character((u32, u32)),
}

/// Digest of the text of an entry.
fn digest(kind: Kind<'_>, properties: &Properties<'_>) -> [u8; DIGEST] {
    Sha256::digest(text(kind, properties)).into()
}

fn text(kind: Kind<'_>, properties: &Properties<'_>) -> Vec<u8> {
    let mut text = Vec::with_capacity(256);
    // Writing into memory does not fail.
    let _ = write(&mut text, kind, properties);
    text
}

fn write(out: &mut Vec<u8>, kind: Kind<'_>, properties: &Properties<'_>) -> std::io::Result<()> {
    let name = match kind {
        Kind::File { .. } => "file",
        Kind::Directory => "dir",
        Kind::Link(_) => "link",
        Kind::Fifo => "fifo",
        Kind::Block(_) => "block",
        Kind::Character(_) => "char",
    };
    write!(out, "type={name}")?;
    if let Kind::File { size, .. } = kind {
        write!(out, " size={size}")?;
    }
    if !matches!(kind, Kind::Link(_)) {
        write!(out, " mode={:04o}", properties.mode & 0o7777)?;
        if let Some((uid, gid)) = properties.owner {
            write!(out, " uid={uid} gid={gid}")?;
        }
        for (word, name) in [("uname", properties.user), ("gname", properties.group)] {
            if let Some(name) = name {
                write!(out, " {word}=")?;
                escape(out, name.as_bytes());
            }
        }
    }
    if let Some((seconds, nanoseconds)) = properties.mtime {
        write!(out, " time={seconds}.{nanoseconds:09}")?;
    }
    match kind {
        Kind::File { digest, .. } => write!(out, " sha256digest={}", hex::encode(digest))?,
        Kind::Link(target) => {
            out.extend_from_slice(b" link=");
            escape(out, target);
        }
        _ => {}
    }
    out.push(b'\n');
    let mut attributes: Vec<_> = properties.attributes.iter().collect();
    // Stable, so that of several with one name the last stays the last.
    attributes.sort_by(|a, b| a.0.cmp(&b.0));
    for (at, (name, value)) in attributes.iter().enumerate() {
        let is_overridden = attributes.get(at + 1).is_some_and(|next| next.0 == *name);
        if !is_overridden {
            out.extend_from_slice(b"#:x ");
            escape(out, name.to_bytes());
            writeln!(out, "={}", hex::encode(value))?;
        }
    }
    if let Kind::Block((major, minor)) | Kind::Character((major, minor)) = kind {
        writeln!(out, "#:d {major},{minor}")?;
    }
    Ok(())
}

/// Adds a value so that it holds nothing that separates values.
fn escape(out: &mut Vec<u8>, value: &[u8]) {
    for &byte in value {
        if byte.is_ascii_graphic() && !b"\\#=*?[".contains(&byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(&[
                b'\\',
                b'0' + (byte >> 6),
                b'0' + (byte >> 3 & 7),
                b'0' + (byte & 7),
            ]);
        }
    }
}

/// An entry and the number of the directory that it is in.
type Located = (usize, Place);

impl Manifest {
    /// Adds an entry with everything that the receipt covers.
    pub(crate) fn record(&mut self, path: &[u8], kind: Kind<'_>, properties: &Properties<'_>) {
        let text = digest(kind, properties);
        let empty: [u8; 32];
        let content = match &kind {
            Kind::File { size, digest } => {
                self.files += 1;
                self.bytes += size;
                Content::File(digest)
            }
            Kind::Directory => Content::Directory,
            Kind::Link(target) => {
                self.links = true;
                Content::Link(target)
            }
            Kind::Fifo | Kind::Block(_) | Kind::Character(_) => {
                self.files += 1;
                empty = Sha256::digest([]).into();
                Content::File(&empty)
            }
        };
        let is_special = matches!(kind, Kind::Fifo | Kind::Block(_) | Kind::Character(_));
        let place = self.add(path, content, Some(&text));
        self.special.extend(is_special.then_some(place));
    }

    /// The receipt of all entries; none where it cannot be known: an entry was added without
    /// everything that it covers, a path is there twice, or a second name is that of nothing.
    #[must_use]
    pub fn receipt(&self) -> Option<Receipt> {
        let order = self.in_order()?;
        let index = self.hard_links.then(|| Index::new(self));
        // For each file with several names, where the first of them is.
        let origins = index.iter().flat_map(Index::origins);
        let mut firsts: HashMap<Place, Option<Located>> =
            origins.map(|origin| (origin, None)).collect();
        let mut hasher = Sha256::new();
        let mut line = Vec::new();
        let (mut listed, mut is_closed) = (0, true);
        for &(folder, place) in &order {
            let record = self.records.read(place);
            let origin = match (record.content, &index) {
                (Content::HardLink(_), Some(index)) => index.origin(place),
                _ => place,
            };
            let source = self.records.read(origin);
            match source.content {
                Content::HardLink(_) => return None,
                Content::Directory => {
                    let path = [self.folders.path(folder), record.name, b"/"].concat();
                    listed += usize::from(self.folders.find(&path).is_some());
                }
                Content::File(_) | Content::Link(_) => {}
            }
            let is_file = matches!(source.content, Content::File(_))
                && self.special.binary_search(&origin).is_err();
            is_closed &= origin == place || is_file;
            line.clear();
            self.name(&mut line, folder, place);
            line.push(b' ');
            line.extend_from_slice(hex::encode(source.text?).as_bytes());
            match firsts.get_mut(&origin) {
                Some(Some(first)) => {
                    line.push(b' ');
                    self.name(&mut line, first.0, first.1);
                }
                Some(first) => *first = Some((folder, place)),
                None => {}
            }
            line.push(b'\n');
            hasher.update(&line);
        }
        // The root is known wherever anything is, and has no entry.
        is_closed &= listed + 1 >= self.folders.count();
        Some(Receipt {
            sha256: hasher.finalize().into(),
            is_closed,
        })
    }

    /// Adds the path of an entry to a line.
    fn name(&self, line: &mut Vec<u8>, folder: usize, place: Place) {
        line.extend_from_slice(b"./");
        escape(line, self.folders.path(folder));
        escape(line, self.records.name(place));
    }

    /// All entries in the order of their paths; none if two have the same.
    fn in_order(&self) -> Option<Vec<Located>> {
        let mut folder_of = self.folders.of_each();
        let mut order = Vec::with_capacity(self.folders.entries());
        order.extend(
            self.records
                .iter()
                .map(|(place, _)| (folder_of(place), place)),
        );
        let is_in_order = |order: &[Located]| {
            order.is_sorted_by(|a, b| self.compare_paths(*a, *b) == Ordering::Less)
        };
        // They are packed in this order.
        if !is_in_order(&order) {
            order.sort_unstable_by(|a, b| self.compare_paths(*a, *b));
            if !is_in_order(&order) {
                return None;
            }
        }
        Some(order)
    }

    fn compare_paths(&self, a: Located, b: Located) -> Ordering {
        let (first, second) = (self.records.name(a.1), self.records.name(b.1));
        if a.0 == b.0 {
            return first.cmp(second);
        }
        let path = |folder, name| {
            let path: &[u8] = self.folders.path(folder);
            // The end of a component sorts before every byte that a component can hold.
            let rank = |byte: &u8| u16::from(*byte) + 1;
            path.iter()
                .chain(name)
                .map(move |byte| if *byte == b'/' { 0 } else { rank(byte) })
        };
        path(a.0, first).cmp(path(b.0, second))
    }
}
