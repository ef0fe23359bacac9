//! Describing a file by operations on an earlier state of it.

use std::collections::HashMap;
use std::io;

use sha2::{Digest as _, Sha256};

use super::blocks::{Blocks, HOLE, Id, id};
use super::cutter::Cutter;
use super::{leb128, operation};

/// Writes operations for a file that is read once, from its beginning to its end. It takes memory
/// for the blocks of both states, and for the longest block.
pub(crate) struct Encoder {
    cutter: Cutter,
    state: State,
}

/// The state of a file that was read in part.
struct State {
    base: Blocks,
    /// Where each block of the base begins.
    offsets: Vec<u64>,
    /// The first block of the base with an id.
    first: HashMap<Id, usize>,
    /// The block of the base that follows the one that was copied last.
    next: usize,
    /// Offset and length of a copy that may become longer.
    copy: Option<(u64, u64)>,
    hasher: Sha256,
    blocks: Vec<(u64, Id)>,
    literal: u64,
}

/// A file that was described.
pub(crate) struct Encoded {
    pub(crate) size: u64,
    /// SHA-256 of all of it.
    pub(crate) digest: [u8; 32],
    /// Bytes that the base did not have.
    pub(crate) literal: u64,
    pub(crate) blocks: Blocks,
}

impl Encoder {
    /// With the blocks of the earlier state. The new one is cut in the same way.
    pub(crate) fn new(base: Blocks) -> Self {
        let mut first = HashMap::with_capacity(base.list.len());
        let mut offsets = Vec::with_capacity(base.list.len());
        let mut at = 0;
        for (index, &(length, id)) in base.list.iter().enumerate() {
            if id != HOLE {
                first.entry(id).or_insert(index);
            }
            offsets.push(at);
            at += length;
        }
        Self {
            cutter: Cutter::new(base.average),
            state: State {
                base,
                offsets,
                first,
                next: 0,
                copy: None,
                hasher: Sha256::new(),
                blocks: Vec::new(),
                literal: 0,
            },
        }
    }

    /// Takes what comes next, and adds operations to `out`.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Self { cutter, state } = self;
        state.hasher.update(bytes);
        // Nothing in there fails.
        let _ = cutter.push(bytes, |block| {
            state.block(block, out);
            io::Result::Ok(())
        });
    }

    /// Takes a hole of this many bytes.
    pub(crate) fn hole(&mut self, length: u64, out: &mut Vec<u8>) {
        static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
        if length == 0 {
            return;
        }
        self.flush(out);
        let state = &mut self.state;
        let mut left = length;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
            state.hasher.update(&ZEROS[..count]);
            left -= count as u64;
        }
        state.blocks.push((length, HOLE));
        out.push(operation::HOLE);
        leb128::write(out, length);
    }

    /// Adds the last operations.
    pub(crate) fn finish(mut self, out: &mut Vec<u8>) -> Encoded {
        self.flush(out);
        out.push(operation::END);
        let state = self.state;
        let blocks = Blocks {
            average: state.base.average,
            list: state.blocks,
        };
        Encoded {
            size: blocks.size(),
            digest: state.hasher.finalize().into(),
            literal: state.literal,
            blocks,
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        let Self { cutter, state } = self;
        let _ = cutter.flush(|block| {
            state.block(block, out);
            io::Result::Ok(())
        });
        state.write_copy(out);
    }
}

impl State {
    fn block(&mut self, block: &[u8], out: &mut Vec<u8>) {
        let (length, id) = (block.len() as u64, id(block));
        self.blocks.push((length, id));
        // The one that follows the last copy makes that longer.
        let follows = self.base.list.get(self.next) == Some(&(length, id));
        let found = if follows {
            Some(self.next)
        } else {
            self.first.get(&id).copied()
        };
        let Some(index) = found else {
            self.write_copy(out);
            out.push(operation::LITERAL);
            leb128::write(out, length);
            out.extend_from_slice(block);
            self.literal += length;
            return;
        };
        self.next = index + 1;
        let offset = self.offsets[index];
        match &mut self.copy {
            Some((from, known)) if *from + *known == offset => *known += length,
            _ => {
                self.write_copy(out);
                self.copy = Some((offset, length));
            }
        }
    }

    fn write_copy(&mut self, out: &mut Vec<u8>) {
        if let Some((offset, length)) = self.copy.take() {
            out.push(operation::COPY);
            leb128::write(out, offset);
            leb128::write(out, length);
        }
    }
}
