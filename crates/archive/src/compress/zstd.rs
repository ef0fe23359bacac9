//! zstd, by threads of its own, at a level that may change on the way.

use std::io::{self, Write};
use std::time::Instant;

use zstd::stream::{raw, zio};
use zstd::zstd_safe::CParameter;

use super::adaptive_level::{AdaptiveLevel, While};

/// Bytes that one thread compresses at a time.
const JOB: u32 = 2 * 1024 * 1024;

/// Bytes that are handed on at a time.
const CHUNK: usize = 256 * 1024;

/// Bytes after which the level is thought over: some of what they became must have come out.
const STRETCH: u64 = 4 * JOB as u64;

/// Compresses what is written to it, with a checksum.
pub(super) struct Zstd<W: Write> {
    inner: zio::Writer<Timed<W>, raw::Encoder<'static>>,
    /// None where the level stays.
    pace: Option<AdaptiveLevel>,
    level: i32,
    /// When this stretch began, and what has come of it so far.
    since: Instant,
    now: While,
}

impl<W: Write> Zstd<W> {
    pub(super) fn new(writer: W, level: i32, threads: u32, adapt: bool) -> io::Result<Self> {
        // Without threads it could change only between streams.
        let pace = (adapt && threads > 0).then(|| AdaptiveLevel::new(level));
        let level = pace.as_ref().map_or(level, AdaptiveLevel::level);
        let mut encoder = raw::Encoder::new(level)?;
        encoder.set_parameter(CParameter::ChecksumFlag(true))?;
        if threads > 0 {
            encoder.set_parameter(CParameter::NbWorkers(threads))?;
            // By default a job is four windows, of which several are in memory for each
            // thread; this halves the memory and costs next to nothing.
            encoder.set_parameter(CParameter::JobSize(JOB))?;
        }
        Ok(Self {
            inner: zio::Writer::new_with_capacity(Timed::new(writer), encoder, CHUNK),
            pace,
            level,
            since: Instant::now(),
            now: While::default(),
        })
    }

    /// Writes the end of the stream.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.inner.finish()?;
        Ok(self.inner.into_inner().0.writer)
    }

    /// Thinks the level over.
    fn reconsider(&mut self) -> io::Result<()> {
        let Some(pace) = &mut self.pace else {
            return Ok(());
        };
        let all = self.since.elapsed();
        let taken = self.inner.writer_mut().take();
        self.now.all = all;
        self.now.after = taken.after;
        self.now.taking = taken.taking;
        self.now.compressing = self.now.compressing.saturating_sub(taken.taking);
        let level = pace.next(&self.now);
        if level != self.level {
            let parameter = CParameter::CompressionLevel(level);
            self.inner.operation_mut().set_parameter(parameter)?;
            self.level = level;
        }
        self.since = Instant::now();
        self.now = While::default();
        Ok(())
    }
}

impl<W: Write> Write for Zstd<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let begun = Instant::now();
        let count = self.inner.write(bytes)?;
        self.now.compressing += begun.elapsed();
        self.now.before += count as u64;
        if self.now.before >= STRETCH {
            self.reconsider()?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Knows how long the writer below has taken.
struct Timed<W> {
    writer: W,
    so_far: While,
}

impl<W> Timed<W> {
    fn new(writer: W) -> Self {
        let so_far = While::default();
        Self { writer, so_far }
    }

    fn take(&mut self) -> While {
        std::mem::take(&mut self.so_far)
    }
}

impl<W: Write> Write for Timed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let begun = Instant::now();
        let count = self.writer.write(bytes)?;
        self.so_far.taking += begun.elapsed();
        self.so_far.after += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
