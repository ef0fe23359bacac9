//! Holes of files.

use std::os::fd::AsFd;

use rustix::fs::{self, SeekFrom, Stat};
use rustix::io::Errno;

/// Smallest saving, in bytes, that makes it worth to tell holes from zeros.
const WORTH_IT: u64 = 64 * 1024;
/// Most pieces between holes; a file that has more is written out.
const MOST_PIECES: usize = 100_000;

/// A piece of a file: offset and length in bytes.
pub(crate) type Piece = (u64, u64);

/// The pieces between the holes of a file; `None` for one that has no holes worth it.
pub(crate) fn pieces(fd: impl AsFd, stat: &Stat, size: u64) -> Option<Vec<Piece>> {
    let on_disk = u64::try_from(stat.st_blocks)
        .unwrap_or(0)
        .saturating_mul(512);
    if on_disk.saturating_add(WORTH_IT) > size {
        return None;
    }
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < size {
        let start = match fs::seek(&fd, SeekFrom::Data(at)) {
            Ok(start) if start < size => start,
            // Nothing but a hole from here on.
            Ok(_) | Err(Errno::NXIO) => break,
            Err(_) => return None,
        };
        let end = fs::seek(&fd, SeekFrom::Hole(start)).ok()?.min(size);
        if end <= start || pieces.len() == MOST_PIECES {
            return None;
        }
        pieces.push((start, end - start));
        at = end;
    }
    let data: u64 = pieces.iter().map(|piece| piece.1).sum();
    (data + WORTH_IT <= size).then_some(pieces)
}
