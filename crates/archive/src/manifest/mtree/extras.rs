//! Lines of an entry that its receipt does not cover.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::escape::escape;

/// State in which a client has seen a file on its disk. Only the client's own copy of a manifest has
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Number of the inode.
    pub inode: u64,
    /// Time of the last change of the inode, in seconds, rounded down, and nanoseconds.
    pub ctime: (i64, u32),
    /// False if the file may have changed again without a difference that can be seen: it must be
    /// read in the next run.
    pub is_trusted: bool,
}

/// Lines of an entry beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extras<'a> {
    /// A problem with which it was read.
    pub(crate) problem: Option<&'a str>,
    pub(crate) seen: Option<Seen>,
    /// A list of blocks, in a form that only the client knows; at most 2 MiB.
    pub(crate) blocks: Option<&'a [u8]>,
}

impl Extras<'_> {
    /// Adds the lines.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if let Some(problem) = self.problem {
            out.extend_from_slice(b"#:p ");
            escape(out, problem.as_bytes());
            out.push(b'\n');
        }
        if let Some(Seen {
            inode,
            ctime: (seconds, nanoseconds),
            is_trusted,
        }) = self.seen
        {
            let trusted = u8::from(is_trusted);
            // Writing into memory does not fail.
            let _ = writeln!(
                out,
                "#:s ino={inode} ctime={seconds}.{nanoseconds:09} trusted={trusted}"
            );
        }
        if let Some(blocks) = self.blocks {
            out.extend_from_slice(b"#:b ");
            out.extend_from_slice(STANDARD.encode(blocks).as_bytes());
            out.push(b'\n');
        }
    }
}
