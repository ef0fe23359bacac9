//! Manifest files that are compressed with zstd.

use std::io::{self, BufReader, BufWriter, Read, Write};

use zstd::stream::read::Decoder;

use super::super::Manifest;
use super::error::MtreeError;
use super::header::MtreeHeader;
use super::read::MtreeReader;
use crate::compress::{Compression, Encoder};
use crate::detect::LARGEST_WINDOW;

/// Compression of manifest files. Higher levels gain little: most of a manifest is digests.
const COMPRESSION: Compression = Compression::Zstd {
    level: 3,
    threads: 1,
    adapt: false,
};

impl Manifest {
    /// Writes the manifest file as [`write_mtree`](Self::write_mtree) does, compressed with zstd. If
    /// there can be none, what was written is of no use.
    pub fn write_mtree_zstd(&mut self, header: &MtreeHeader, out: impl Write) -> io::Result<bool> {
        let mut out = Encoder::new(BufWriter::new(out), COMPRESSION)?;
        let is_written = self.write_mtree(header, &mut out)?;
        out.finish()?.flush()?;
        Ok(is_written)
    }
}

/// Reads a manifest file that is compressed with zstd, of any number of frames. It may use 128 MiB of
/// memory for the window at most; what this program writes uses 2 MiB.
pub fn read_mtree_zstd<R: Read>(
    reader: R,
) -> Result<MtreeReader<BufReader<Decoder<'static, BufReader<R>>>>, MtreeError> {
    let mut decoder = Decoder::new(reader)?;
    decoder.window_log_max(LARGEST_WINDOW)?;
    MtreeReader::new(BufReader::with_capacity(64 * 1024, decoder))
}

/// Writes the text of a manifest file that is compressed with zstd. The text is not checked.
pub fn unpack_mtree(reader: impl Read, out: &mut impl Write) -> io::Result<u64> {
    let mut decoder = Decoder::new(reader)?;
    decoder.window_log_max(LARGEST_WINDOW)?;
    io::copy(&mut decoder, out)
}
