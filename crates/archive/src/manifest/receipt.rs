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
//! a manifest file have these texts, and are enough to compute the receipt again.

use sha2::{Digest as _, Sha256};

use super::Manifest;
use super::escape::push_hex;
use super::listing::Listing;
use super::records::{Content, DIGEST};

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

impl Manifest {
    /// The receipt of all entries; none where it cannot be known: an entry was added without
    /// everything that it covers, a path is there twice, or a second name is that of nothing.
    #[must_use]
    pub fn receipt(&self) -> Option<Receipt> {
        let mut listing = Listing::new(self)?;
        let mut hasher = Sha256::new();
        let mut line = Vec::new();
        let (mut listed, mut is_closed) = (0, true);
        while let Some(entry) = listing.next() {
            if let Content::Directory = entry.source.content {
                let path = [self.folders.path(entry.at.0), entry.name, b"/"].concat();
                listed += usize::from(self.folders.find(&path).is_some());
            }
            let is_file = matches!(entry.source.content, Content::File(_))
                && self.special.binary_search(&entry.origin).is_err();
            is_closed &= entry.origin == entry.at.1 || is_file;
            line.clear();
            self.push_path(&mut line, entry.at);
            line.push(b' ');
            push_hex(&mut line, entry.source.text.unwrap_or_default());
            if let Some(first) = entry.first {
                line.push(b' ');
                self.push_path(&mut line, first);
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
}
