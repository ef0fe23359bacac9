//! Cutting content where it says so.

use std::io;

use fastcdc::v2020::FastCDC;

/// Files from this size on, in bytes, are cut into blocks.
pub(crate) const SMALLEST: u64 = 1 << 20;

/// Average length of a block, as a power of two: as small as this, and doubled for large files.
const SMALLEST_AVERAGE: u32 = 17;
/// The largest that the algorithm takes.
const LARGEST_AVERAGE: u32 = 22;
/// Most blocks that a file of average content has.
const MOST_BLOCKS: u64 = 1 << 16;

/// The average length of the blocks of a file, as a power of two; none for files that would have too
/// many.
pub(super) fn average(size: u64) -> Option<u32> {
    (SMALLEST_AVERAGE..=LARGEST_AVERAGE).find(|average| size >> average <= MOST_BLOCKS)
}

/// True if an average is one of those that files have.
pub(super) fn is_average(average: u32) -> bool {
    (SMALLEST_AVERAGE..=LARGEST_AVERAGE).contains(&average)
}

/// Collects content until a block is whole.
pub(super) struct Cutter {
    average: usize,
    /// Content that is not part of a block yet, from `start` on.
    buffer: Vec<u8>,
    start: usize,
}

impl Cutter {
    pub(super) fn new(average: u32) -> Self {
        Self {
            average: 1 << average,
            buffer: Vec::new(),
            start: 0,
        }
    }

    fn longest(&self) -> usize {
        4 * self.average
    }

    /// Takes what comes next, and passes on each block that is whole.
    pub(super) fn push(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        for piece in bytes.chunks(self.longest()) {
            self.buffer.extend_from_slice(piece);
            while self.buffer.len() - self.start >= self.longest() {
                self.cut(&mut each)?;
            }
        }
        Ok(())
    }

    /// Passes on everything that was collected.
    pub(super) fn flush(
        &mut self,
        mut each: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        while self.start < self.buffer.len() {
            self.cut(&mut each)?;
        }
        self.buffer.clear();
        self.start = 0;
        Ok(())
    }

    fn cut(&mut self, each: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let rest = &self.buffer[self.start..];
        let cutter = FastCDC::new(rest, self.average / 4, self.average, self.longest());
        let (_, end) = cutter.cut(0, rest.len());
        // It always takes something; what is left at the end is a block of its own.
        let end = if end == 0 { rest.len() } else { end };
        each(&rest[..end])?;
        self.start += end;
        if self.start >= self.longest() {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        Ok(())
    }
}
