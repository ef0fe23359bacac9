//! The rest of a tar archive, after its end mark.

use super::meta::report;
use super::number::BLOCK;
use super::{Unpacker, is_zero};
use crate::observer::Problem;
use crate::tar_header::is_header;
use crate::unpack::{Result, corrupt};

/// Bytes of a record. Programs write whole ones, and some leave in the last one what was there.
const RECORD: u64 = 20 * BLOCK as u64;

impl Unpacker<'_, '_> {
    /// Reads to the end of the stream. Only zeros may follow the end mark, or the rest of its record if
    /// the stream ends with that.
    pub(super) fn tail(&mut self) -> Result<()> {
        let room = self.stream.position().next_multiple_of(RECORD) - self.stream.position();
        let mut rest = Vec::new();
        let mut is_longer = false;
        loop {
            let bytes = self.stream.next(u64::MAX)?;
            if bytes.is_empty() {
                break;
            }
            let free = usize::try_from(room).unwrap_or(0) - rest.len();
            let (inside, beyond) = bytes.split_at(free.min(bytes.len()));
            rest.extend_from_slice(inside);
            is_longer |= !beyond.is_empty();
            if beyond.iter().any(|byte| *byte != 0) {
                return Err(corrupt("something follows its end"));
            }
        }
        if rest.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        if is_longer || rest.len() as u64 != room || is_archive(&rest) {
            return Err(corrupt("something follows its end"));
        }
        report(&mut self.placer, b"", &Problem::BytesAfterEnd);
        Ok(())
    }
}

/// Returns true if bytes may be one more archive: the first is a header, and they end with zeros.
fn is_archive(bytes: &[u8]) -> bool {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let first = blocks.iter().find(|block| !is_zero(block));
    first.is_some_and(is_header) && blocks.last().is_some_and(is_zero)
}
