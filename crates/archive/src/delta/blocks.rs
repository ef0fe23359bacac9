//! The blocks of a file.

use std::io;

use super::cutter::{Cutter, SMALLEST, average, is_average};
use super::leb128;

/// Version of the form in which blocks are kept: how they are cut, and how their ids are made.
const VERSION: u8 = 1;

/// Bytes of an id.
const ID: usize = 16;

/// First bytes of the BLAKE3 hash of a block; of a hole, zeros.
pub(super) type Id = [u8; ID];

pub(super) const HOLE: Id = [0; ID];

pub(super) fn id(block: &[u8]) -> Id {
    let mut id = [0; ID];
    id.copy_from_slice(&blake3::hash(block).as_bytes()[..ID]);
    id
}

/// Length and id of each block of a file, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    /// The average length that they were cut with, as a power of two.
    pub(super) average: u32,
    pub(super) list: Vec<(u64, Id)>,
}

impl Blocks {
    /// Bytes of the file.
    pub(crate) fn size(&self) -> u64 {
        self.list.iter().map(|block| block.0).sum()
    }

    /// A form in which they can be kept: version, average, and each block.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, u8::try_from(self.average).unwrap_or(0)];
        for (length, id) in &self.list {
            leb128::write(&mut bytes, *length);
            bytes.extend_from_slice(id);
        }
        bytes
    }

    /// Reads that form; none if it is another one, or damaged.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [VERSION, average, rest @ ..] = bytes else {
            return None;
        };
        let (average, mut rest) = (u32::from(*average), rest);
        let mut list = Vec::new();
        let mut size = 0_u64;
        while !rest.is_empty() {
            let length = leb128::take(&mut rest).filter(|length| *length > 0)?;
            let (id, after) = rest.split_first_chunk::<ID>()?;
            size = size.checked_add(length)?;
            list.push((length, *id));
            rest = after;
        }
        is_average(average).then_some(Self { average, list })
    }
}

/// Makes the blocks of a file that is read once, from its beginning to its end.
pub(crate) struct BlockCutter {
    cutter: Cutter,
    blocks: Blocks,
}

impl BlockCutter {
    /// For a file of this size; none if it is too small or too large for blocks.
    pub(crate) fn new(size: u64) -> Option<Self> {
        let average = average(size).filter(|_| size >= SMALLEST)?;
        Some(Self {
            cutter: Cutter::new(average),
            blocks: Blocks {
                average,
                list: Vec::new(),
            },
        })
    }

    /// Takes what comes next.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let list = &mut self.blocks.list;
        // Nothing in there fails.
        let _ = self.cutter.push(bytes, add(list));
    }

    /// Takes a hole of this many bytes.
    pub(crate) fn hole(&mut self, length: u64) {
        let list = &mut self.blocks.list;
        let _ = self.cutter.flush(add(list));
        if length > 0 {
            list.push((length, HOLE));
        }
    }

    pub(crate) fn finish(mut self) -> Blocks {
        self.hole(0);
        self.blocks
    }
}

fn add(list: &mut Vec<(u64, Id)>) -> impl FnMut(&[u8]) -> io::Result<()> {
    |block| {
        list.push((block.len() as u64, id(block)));
        Ok(())
    }
}
