//! The bytes of a tar archive, decompressed ahead on a thread of their own, where a broken reader is
//! told from a broken archive.

use std::cell::RefCell;
use std::io::{self, Read};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Limit, Limits, Result, UnpackError, corrupt};
use crate::Codec;
use crate::pipeline::{Block, Consumer, Producer, spawn, stage};

/// The bytes of a tar archive, decompressed.
pub(super) struct Stream {
    taker: Consumer<UnpackError>,
    block: Block,
    /// How much of the block was given out.
    at: usize,
    /// Data that was looked at and is read again before the block.
    again: Vec<u8>,
    again_at: usize,
    /// Bytes that were given out, without those that come once more.
    position: u64,
    /// Bytes that have reached the decoder.
    arrived: Arc<AtomicU64>,
}

impl Stream {
    /// Decompresses what `reader` has while `work` uses it.
    pub(super) fn of<R: Read + Send, T>(
        codec: Codec,
        reader: R,
        limits: Limits,
        work: impl FnOnce(Self) -> Result<T>,
    ) -> Result<T> {
        let (giver, taker) = stage();
        let arrived = Arc::new(AtomicU64::new(0));
        let stream = Self {
            taker,
            block: Block::default(),
            at: 0,
            again: Vec::new(),
            again_at: 0,
            position: 0,
            arrived: Arc::clone(&arrived),
        };
        let decode = move || {
            if let Err(error) = decode(codec, reader, limits, &arrived, &giver) {
                giver.fail(error);
            }
        };
        match spawn("decode", decode, || work(stream)) {
            Ok(((), worked)) => worked,
            // Failing to start a thread is not the sender's fault.
            Err(source) => Err(UnpackError::Write {
                path: PathBuf::from("."),
                source,
            }),
        }
    }

    /// Bytes of the archive, as it came, that have been read.
    pub(super) fn arrived(&self) -> u64 {
        self.arrived.load(Ordering::Relaxed)
    }

    /// The place in the decompressed archive of what comes next.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Fills `out` with what comes next, which then comes once more. `out` keeps what it had where
    /// nothing comes; an end in the middle is an error.
    pub(super) fn peek(&mut self, out: &mut [u8]) -> Result<()> {
        if self.fill(out)? {
            out.clone_into(&mut self.again);
            self.again_at = 0;
            self.position -= out.len() as u64;
        }
        Ok(())
    }

    /// The next bytes, at most so many; none at the end.
    pub(super) fn next(&mut self, most: u64) -> Result<&[u8]> {
        if self.again_at < self.again.len() {
            let left = &self.again[self.again_at..];
            let count = usize::try_from(most).map_or(left.len(), |most| most.min(left.len()));
            self.again_at += count;
            self.position += count as u64;
            return Ok(&left[..count]);
        }
        while self.at == self.block.bytes().len() {
            let Some(block) = self.taker.take()? else {
                return Ok(&[]);
            };
            self.taker
                .give_back(std::mem::replace(&mut self.block, block));
            self.at = 0;
        }
        let left = &self.block.bytes()[self.at..];
        let count = usize::try_from(most).map_or(left.len(), |most| most.min(left.len()));
        self.at += count;
        self.position += count as u64;
        Ok(&left[..count])
    }

    /// Fills `out`; says whether there was anything at all. An end in the middle is an error.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> Result<bool> {
        let mut filled = 0;
        while filled < out.len() {
            match self.next((out.len() - filled) as u64)? {
                [] if filled == 0 => return Ok(false),
                [] => return Err(corrupt("it is cut off")),
                bytes => {
                    out[filled..filled + bytes.len()].copy_from_slice(bytes);
                    filled += bytes.len();
                }
            }
        }
        Ok(true)
    }

    /// Passes over so many bytes. An end before that is an error.
    pub(super) fn skip(&mut self, count: u64) -> Result<()> {
        let mut left = count;
        while left > 0 {
            match self.next(left)? {
                [] => return Err(corrupt("it is cut off")),
                bytes => left -= bytes.len() as u64,
            }
        }
        Ok(())
    }
}

/// Decompresses a reader to its end, or until the consumer is gone.
fn decode<R: Read>(
    codec: Codec,
    reader: R,
    limits: Limits,
    arrived: &Arc<AtomicU64>,
    giver: &Producer<UnpackError>,
) -> Result<()> {
    let fault = Rc::new(RefCell::new(None));
    let watched = Watched {
        inner: reader,
        fault: Rc::clone(&fault),
        arrived: Arc::clone(arrived),
    };
    let mut decoder = codec
        .decode(watched)
        .map_err(|error| corrupt(error.to_string()))?;
    let mut unpacked = 0;
    let mut block = giver.block();
    loop {
        let read = decoder.read(block.rest());
        let count = *read.as_ref().unwrap_or(&0);
        block.advance(count);
        unpacked += count as u64;
        let outcome = match read {
            _ if limits.is_bomb(arrived.load(Ordering::Relaxed), unpacked) => {
                Err(UnpackError::Limit {
                    limit: Limit::Ratio(limits.max_ratio),
                    entry: String::new(),
                })
            }
            Ok(0) => Ok(true),
            Ok(_) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            Err(error) => Err(match fault.borrow_mut().take() {
                Some(source) => UnpackError::Read { source },
                None => corrupt(error.to_string()),
            }),
        };
        // Data before a fault is delivered before the fault. A waiting consumer does not wait for a
        // full block.
        let last = !matches!(outcome, Ok(false));
        if (last || block.is_full() || giver.is_awaited()) && !block.bytes().is_empty() {
            let full = std::mem::replace(&mut block, giver.block());
            if giver.give(full).is_err() {
                return Ok(());
            }
        }
        if outcome? {
            return Ok(());
        }
    }
}

/// Reads for a decoder, counts, and keeps the error of the reader, which decoders replace by their own.
struct Watched<R> {
    inner: R,
    fault: Rc<RefCell<Option<io::Error>>>,
    arrived: Arc<AtomicU64>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out).map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                *self.fault.borrow_mut() = Some(error);
            }
            io::Error::from(kind)
        });
        let count = *read.as_ref().unwrap_or(&0);
        self.arrived.fetch_add(count as u64, Ordering::Relaxed);
        read
    }
}
