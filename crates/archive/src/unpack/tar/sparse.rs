//! Files with holes, in the forms that GNU tar has given them over the years.

use tar::Header;

use super::number::{self, BLOCK};
use super::text::parse;
use crate::unpack::read::Stream;
use crate::unpack::{Result, corrupt, unsupported};

/// Most pieces of a file; the map of a million takes 16 MiB.
pub(super) const MOST_PIECES: usize = 1_000_000;

/// Where the stored pieces of a file belong.
#[derive(Debug)]
pub(super) struct Map {
    /// Size of the file in bytes, with its holes.
    pub(super) size: u64,
    /// Offset and length of each piece.
    pub(super) pieces: Vec<(u64, u64)>,
}

impl Map {
    /// A file without holes.
    pub(super) fn whole(size: u64) -> Self {
        Self {
            size,
            pieces: vec![(0, size)],
        }
    }

    /// Checks that the pieces are in order, inside the file, and as long as what is stored.
    pub(super) fn check(&self, stored: u64) -> Result<()> {
        let mut end = 0;
        let mut sum = 0_u64;
        for &(offset, length) in &self.pieces {
            let next = offset.checked_add(length);
            let fits = offset >= end && next.is_some_and(|next| next <= self.size);
            if !fits {
                return Err(corrupt("the map of a sparse file is wrong"));
            }
            end = next.unwrap_or(u64::MAX);
            sum = sum.saturating_add(length);
        }
        if sum == stored {
            Ok(())
        } else {
            Err(corrupt("a sparse file has another size than its map"))
        }
    }
}

/// Reads the map of format 1.0, which stands in front of the data as lines of numbers. `left` is
/// what is stored, and then what is left of it.
pub(super) fn read_map(stream: &mut Stream, left: &mut u64, map: Option<Map>) -> Result<Map> {
    let malformed = || corrupt("the map of a sparse file is malformed");
    let size = map.ok_or_else(malformed)?.size;
    let mut text = Vec::new();
    let mut used = 0;
    let mut number = |stream: &mut Stream| -> Result<u64> {
        loop {
            if let Some(at) = text[used..].iter().position(|byte: &u8| *byte == b'\n') {
                let value = parse(&text[used..used + at]).ok_or_else(malformed)?;
                used += at + 1;
                return Ok(value);
            }
            if text.len() - used > 32 || *left < BLOCK as u64 {
                return Err(malformed());
            }
            let mut block = [0; BLOCK];
            if !stream.fill(&mut block)? {
                return Err(corrupt("it is cut off"));
            }
            *left -= BLOCK as u64;
            text.drain(..used);
            used = 0;
            text.extend_from_slice(&block);
        }
    };
    let count = usize::try_from(number(stream)?).map_err(|_| malformed())?;
    if count > MOST_PIECES {
        return Err(malformed());
    }
    let mut pieces = Vec::new();
    for _ in 0..count {
        pieces.push((number(stream)?, number(stream)?));
    }
    Ok(Map { size, pieces })
}

/// Reads the map of the old GNU format, which is in the header and in blocks that follow it.
pub(super) fn old_map(header: &Header, stream: &mut Stream) -> Result<Map> {
    let malformed = || corrupt("the map of a sparse file is malformed");
    let gnu = header
        .as_gnu()
        .ok_or_else(|| unsupported("a sparse file of a format other than those of GNU"))?;
    let size = number::parse(&gnu.realsize).ok_or_else(malformed)?;
    let mut pieces = Vec::new();
    let mut add = |sparse: &tar::GnuSparseHeader| -> Result<()> {
        if !sparse.is_empty() {
            let offset = number::parse(&sparse.offset).ok_or_else(malformed)?;
            let length = number::parse(&sparse.numbytes).ok_or_else(malformed)?;
            pieces.push((offset, length));
        }
        if pieces.len() > MOST_PIECES {
            Err(malformed())
        } else {
            Ok(())
        }
    };
    gnu.sparse.iter().try_for_each(&mut add)?;
    let mut more = gnu.is_extended();
    while more {
        let mut block = tar::GnuExtSparseHeader::new();
        if !stream.fill(block.as_mut_bytes())? {
            return Err(corrupt("it is cut off"));
        }
        // A block that adds nothing is none, and perhaps the content.
        if block.sparse().iter().all(tar::GnuSparseHeader::is_empty) {
            return Err(malformed());
        }
        block.sparse().iter().try_for_each(&mut add)?;
        more = block.is_extended();
    }
    Ok(Map { size, pieces })
}
