//! Compressing a stream.

mod adaptive_level;
mod zstd;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::write::GzEncoder;
use liblzma::stream as xz;
use liblzma::write::XzEncoder;

use self::zstd::Zstd;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// As gzip.
    Gzip {
        /// From 0 to 9.
        level: u32,
    },
    /// As zstd, with a checksum.
    Zstd {
        /// From 1 to 19.
        level: i32,
        /// Threads that compress beside the one that writes; 0 means that this one does.
        threads: u32,
        /// True if it may try less hard than that where this costs time and saves none.
        adapt: bool,
    },
    /// As xz.
    Xz {
        /// From 0 to 9.
        level: u32,
        /// Threads that compress; 0 and 1 mean the one that writes. Each takes memory of its own,
        /// at the highest levels hundreds of megabytes.
        threads: u32,
    },
}

/// Compresses what is written to it. Dropped without [`finish`](Self::finish), it leaves a stream
/// that has no valid end.
pub struct Encoder<W: Write> {
    inner: Option<Inner<W>>,
    open: Arc<AtomicBool>,
}

enum Inner<W: Write> {
    None(W),
    Gzip(GzEncoder<Valve<W>>),
    Zstd(Box<Zstd<Valve<W>>>),
    Xz(XzEncoder<Valve<W>>),
}

/// Lets nothing pass once it is closed: some encoders write their end when they are dropped.
struct Valve<W> {
    writer: W,
    open: Arc<AtomicBool>,
}

impl<W: Write> Write for Valve<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.open.load(Ordering::Relaxed) {
            self.writer.write(bytes)
        } else {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl<W: Write> Encoder<W> {
    /// Starts a stream.
    pub fn new(writer: W, compression: Compression) -> io::Result<Self> {
        let open = Arc::new(AtomicBool::new(true));
        let valve = |writer| Valve {
            writer,
            open: Arc::clone(&open),
        };
        let inner = match compression {
            Compression::None => Inner::None(writer),
            Compression::Gzip { level } => Inner::Gzip(GzEncoder::new(
                valve(writer),
                flate2::Compression::new(level.min(9)),
            )),
            Compression::Zstd {
                level,
                threads,
                adapt,
            } => Inner::Zstd(Box::new(Zstd::new(valve(writer), level, threads, adapt)?)),
            Compression::Xz { level, threads } => {
                let level = level.min(9);
                let stream = if threads > 1 {
                    let mut builder = xz::MtStreamBuilder::new();
                    builder
                        .preset(level)
                        .threads(threads)
                        .check(xz::Check::Crc64);
                    builder.encoder()?
                } else {
                    xz::Stream::new_easy_encoder(level, xz::Check::Crc64)?
                };
                Inner::Xz(XzEncoder::new_stream(valve(writer), stream))
            }
        };
        Ok(Self {
            inner: Some(inner),
            open,
        })
    }

    /// Writes the end of the stream and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        match self.inner.take() {
            Some(Inner::None(writer)) => Ok(writer),
            Some(Inner::Gzip(encoder)) => encoder.finish().map(|valve| valve.writer),
            Some(Inner::Zstd(encoder)) => encoder.finish().map(|valve| valve.writer),
            Some(Inner::Xz(encoder)) => encoder.finish().map(|valve| valve.writer),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl<W: Write> Drop for Encoder<W> {
    fn drop(&mut self) {
        self.open.store(false, Ordering::Relaxed);
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.inner {
            Some(Inner::None(writer)) => writer.write(bytes),
            Some(Inner::Gzip(encoder)) => encoder.write(bytes),
            Some(Inner::Zstd(encoder)) => encoder.write(bytes),
            Some(Inner::Xz(encoder)) => encoder.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Some(Inner::None(writer)) => writer.flush(),
            Some(Inner::Gzip(encoder)) => encoder.flush(),
            Some(Inner::Zstd(encoder)) => encoder.flush(),
            Some(Inner::Xz(encoder)) => encoder.flush(),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}
