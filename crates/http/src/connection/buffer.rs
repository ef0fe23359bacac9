//! A buffer between a socket and a reader that consumes bytes from its front.

use std::io;
use std::ops::Range;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Size that a buffer has while nothing large passes through it, in bytes.
pub(crate) const SMALL: usize = 4 * 1024;

/// Size for bodies, in bytes.
pub(crate) const LARGE: usize = 256 * 1024;

/// Bytes that were read and not yet taken. Idle ones hold little memory.
pub(crate) struct Buffer {
    storage: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    pub(crate) fn new() -> Self {
        Self {
            storage: Vec::new(),
            start: 0,
            end: 0,
        }
    }

    /// Returns the data that was not taken yet.
    pub(crate) fn data(&self) -> &[u8] {
        &self.storage[self.start..self.end]
    }

    /// Takes bytes off the front. Until the next [`fill`](Self::fill), they can still be read with
    /// [`slice`](Self::slice).
    pub(crate) fn take(&mut self, length: usize) -> Range<usize> {
        let range = self.start..(self.start + length).min(self.end);
        self.start = range.end;
        range
    }

    /// Bytes that were taken.
    pub(crate) fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.storage[range]
    }

    /// Reads more, until there are `capacity` bytes at most, which must be more than there are.
    /// 0 at the end of the stream. Nothing is lost when the future is dropped.
    pub(crate) async fn fill(
        &mut self,
        reader: &mut (impl AsyncRead + Unpin),
        capacity: usize,
    ) -> io::Result<usize> {
        if self.start > 0 {
            self.storage.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.storage.len() < capacity {
            self.storage.resize(capacity, 0);
        }
        let length = reader.read(&mut self.storage[self.end..capacity]).await?;
        self.end += length;
        Ok(length)
    }

    /// Gives memory back that a body has needed.
    pub(crate) fn shrink(&mut self) {
        if self.storage.len() > SMALL && self.data().len() < SMALL {
            self.storage = self.data().to_vec();
            self.start = 0;
            self.end = self.storage.len();
        }
    }
}
