//! The rest of a tar archive, after its end mark.

use super::meta::report;
use super::number::BLOCK;
use super::{Unpacker, is_zero};
use crate::observer::Problem;
use crate::tar_header::is_header;
use crate::unpack::{Result, corrupt};

/// Bytes of a record. Programs write whole ones, and some leave in the last one what was there.
const RECORD: u64 = 20 * BLOCK as u64;

/// The beginning of the index of a tar archive that pixz puts after the archive, in the compressed data.
const PIXZ_INDEX: [u8; 8] = [0xa6, 0x4c, 0x32, 0x2e, 0xd6, 0x14, 0xae, 0xdb];

impl Unpacker<'_, '_, '_> {
    /// Reads to the end of the stream. Only zeros may follow the end mark, an index of pixz, or the rest
    /// of its record if the stream ends with that.
    pub(super) fn tail(&mut self) -> Result<()> {
        let record = self.stream.position().next_multiple_of(RECORD);
        let mut rest = self.after_zeros()?;
        let begin = self.stream.position() - rest.len() as u64;
        let is_aligned = begin.is_multiple_of(BLOCK as u64);
        self.extend(&mut rest, PIXZ_INDEX.len())?;
        if is_aligned && rest.starts_with(&PIXZ_INDEX) {
            while !self.stream.next(u64::MAX)?.is_empty() {}
            return Ok(());
        }
        if rest.is_empty() {
            return Ok(());
        }
        let room = usize::try_from(record.saturating_sub(begin)).unwrap_or(0);
        self.extend(&mut rest, room + 1)?;
        if rest.len() != room || (is_aligned && is_archive(&rest)) {
            return Err(corrupt("something follows its end"));
        }
        report(&mut self.placer, b"", &Problem::BytesAfterEnd);
        Ok(())
    }

    /// Passes over zeros, and gives some of what comes then; nothing at the end.
    fn after_zeros(&mut self) -> Result<Vec<u8>> {
        loop {
            let bytes = self.stream.next(u64::MAX)?;
            if bytes.is_empty() {
                return Ok(Vec::new());
            }
            if let Some(at) = bytes.iter().position(|byte| *byte != 0) {
                return Ok(bytes[at..].to_vec());
            }
        }
    }

    /// Reads until there are at least so many bytes, or to the end.
    fn extend(&mut self, bytes: &mut Vec<u8>, length: usize) -> Result<()> {
        while bytes.len() < length {
            let more = self.stream.next(u64::MAX)?;
            if more.is_empty() {
                break;
            }
            bytes.extend_from_slice(more);
        }
        Ok(())
    }
}

/// Returns true if bytes may be one more archive: the first are a header, and they end with zeros.
fn is_archive(bytes: &[u8]) -> bool {
    let is_first = bytes.first_chunk().is_some_and(is_header);
    is_first && bytes.last_chunk().is_some_and(is_zero)
}
