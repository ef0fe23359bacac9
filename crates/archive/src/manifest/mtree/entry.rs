//! Entries as a manifest file has them.

use std::ffi::CString;

use super::super::escape::escape;
use super::super::text::{self, Kind, Properties};
use super::extras::{Extras, Seen};

/// An entry of a manifest file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MtreeEntry {
    /// Path relative to the root, as it is on disk; never empty.
    pub path: Vec<u8>,
    /// Kind, with what only that has.
    pub kind: MtreeKind,
    /// The lower 12 bits of the mode; 0 for a symbolic link, which has none.
    pub mode: u32,
    /// Seconds since the epoch, rounded down, and nanoseconds.
    pub mtime: Option<(i64, u32)>,
    /// Numbers of the user and the group; none for a symbolic link.
    pub owner: Option<(u32, u32)>,
    /// Names of the user and the group; none for a symbolic link.
    pub names: (Option<String>, Option<String>),
    /// Extended attributes by name; each name once.
    pub attributes: Vec<(CString, Vec<u8>)>,
    /// For a hard link the path of its first name, which has the same kind and properties and comes
    /// before.
    pub hard_link_of: Option<Vec<u8>>,
    /// A problem with which its content or its attributes were read.
    pub problem: Option<String>,
    /// State in which the client has seen it.
    pub seen: Option<Seen>,
    /// A list of blocks of its content, in a form that only the client knows.
    pub blocks: Option<Vec<u8>>,
}

/// Kind of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MtreeKind {
    /// A regular file.
    File {
        /// Bytes of its content.
        size: u64,
        /// SHA-256 of its content.
        digest: [u8; 32],
    },
    /// A directory.
    Directory,
    /// A symbolic link.
    Link {
        /// Path that it leads to.
        target: Vec<u8>,
    },
    /// A pipe.
    Fifo,
    /// A device that is read and written in blocks, with its major and minor number.
    Block(u32, u32),
    /// Any other device, with its major and minor number.
    Character(u32, u32),
}

impl MtreeEntry {
    /// Adds all lines of the entry.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        push_path(out, &self.path);
        out.push(b' ');
        self.write_text(out);
        if let Some(first) = &self.hard_link_of {
            out.extend_from_slice(b"#:l ");
            push_path(out, first);
            out.push(b'\n');
        }
        let extras = Extras {
            problem: self.problem.as_deref(),
            seen: self.seen,
            blocks: self.blocks.as_deref(),
        };
        extras.write(out);
    }

    /// Adds what the receipt covers beside the paths.
    pub(super) fn write_text(&self, out: &mut Vec<u8>) {
        let kind = match &self.kind {
            MtreeKind::File { size, digest } => Kind::File {
                size: *size,
                digest: *digest,
            },
            MtreeKind::Directory => Kind::Directory,
            MtreeKind::Link { target } => Kind::Link(target),
            MtreeKind::Fifo => Kind::Fifo,
            MtreeKind::Block(major, minor) => Kind::Block((*major, *minor)),
            MtreeKind::Character(major, minor) => Kind::Character((*major, *minor)),
        };
        let properties = Properties {
            mode: self.mode,
            mtime: self.mtime,
            owner: self.owner,
            user: self.names.0.as_deref(),
            group: self.names.1.as_deref(),
            attributes: &self.attributes,
        };
        text::write(out, kind, &properties);
    }
}

/// Adds a path as it stands in a line.
pub(super) fn push_path(out: &mut Vec<u8>, path: &[u8]) {
    out.extend_from_slice(b"./");
    escape(out, path);
}
