//! Manifest files that are compressed with zstd.

use std::io::{self, BufReader, Read, Write};

use zstd::stream::read::Decoder;

use super::error::MtreeError;
use super::read::MtreeReader;
use crate::detect::LARGEST_WINDOW;

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
