//! The content of a zip archive's entries, decompressed and checked.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use bzip2::bufread::BzDecoder;
use deflate64::Deflate64Decoder;
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream as xz;

use super::directory::{Listed, Section, from_io};
use crate::detect::{LARGEST_WINDOW, MOST_MEMORY};
use crate::unpack::{Limit, Result, UnpackError, corrupt, unsupported};

/// A compression method that can be unpacked.
#[derive(Clone, Copy)]
enum Method {
    Stored,
    Deflate,
    Deflate64,
    Bzip2,
    Lzma,
    Zstd,
    Xz,
}

impl Method {
    fn of(number: u16) -> Option<Self> {
        match number {
            0 => Some(Self::Stored),
            8 => Some(Self::Deflate),
            9 => Some(Self::Deflate64),
            12 => Some(Self::Bzip2),
            14 => Some(Self::Lzma),
            // 20 is an earlier number of the same.
            20 | 93 => Some(Self::Zstd),
            95 => Some(Self::Xz),
            _ => None,
        }
    }
}

/// Fails if entries of this compression method cannot be unpacked.
pub(super) fn check_method(number: u16) -> Result<()> {
    let name = match number {
        _ if Method::of(number).is_some() => return Ok(()),
        1 => " (shrink)",
        2..=5 => " (reduce)",
        6 => " (implode)",
        10 => " (DCL implode)",
        96 => " (JPEG)",
        97 => " (WavPack)",
        98 => " (PPMd)",
        _ => "",
    };
    Err(unsupported(format!(
        "data compressed with method {number}{name}"
    )))
}

/// The content of an entry. Its size, its checksum and the length of its data are checked when it
/// is read to its end.
pub(super) struct Content<'a> {
    reader: Box<dyn Read + 'a>,
    /// Bytes of data that were read.
    used: Rc<Cell<u64>>,
    /// Bytes of data, and of content, that there must be.
    stored: u64,
    size: u64,
    crc: u32,
    /// Of the content that was read.
    found: Crc,
    length: u64,
}

impl<'a> Content<'a> {
    /// The content of an entry whose data begins at this offset.
    pub(super) fn new(file: &'a File, at: u64, listed: &Listed) -> Result<Self> {
        let used = Rc::new(Cell::new(0));
        let end = at + listed.stored;
        let data = Data {
            inner: BufReader::with_capacity(64 * 1024, Section { file, at, end }),
            used: Rc::clone(&used),
        };
        Ok(Self {
            reader: decoder(data, listed)?,
            used,
            stored: listed.stored,
            size: listed.size,
            crc: listed.crc,
            found: Crc::new(),
            length: 0,
        })
    }

    /// Reads on; 0 is the end.
    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let count = self.reader.read(out).map_err(from_decoder)?;
        self.found.update(&out[..count]);
        self.length += count as u64;
        if count > 0 {
            return Ok(count);
        }
        if self.length != self.size {
            return Err(corrupt("a file has another size than it should have"));
        }
        if self.found.sum() != self.crc {
            return Err(corrupt("a file has another checksum than it should have"));
        }
        if self.used.get() != self.stored {
            return Err(corrupt("something follows the data of a file"));
        }
        Ok(0)
    }
}

fn decoder<'a>(mut data: Data<'a>, listed: &Listed) -> Result<Box<dyn Read + 'a>> {
    // Some programs name a method for empty files and directories without using it.
    let method = if listed.stored == 0 && listed.size == 0 {
        Some(Method::Stored)
    } else {
        Method::of(listed.method)
    };
    Ok(match method {
        None => return check_method(listed.method).map(|()| Box::new(data) as Box<dyn Read>),
        Some(Method::Stored) => Box::new(data),
        Some(Method::Deflate) => Box::new(DeflateDecoder::new(data)),
        Some(Method::Deflate64) => Box::new(Deflate64Decoder::with_buffer(data)),
        Some(Method::Bzip2) => Box::new(BzDecoder::new(data)),
        Some(Method::Lzma) => {
            let header = lzma_header(&mut data, listed)?;
            let stream = xz::Stream::new_lzma_decoder(MOST_MEMORY);
            let stream = stream.map_err(|error| from_decoder(error.into()))?;
            Box::new(XzDecoder::new_stream(
                Cursor::new(header).chain(data),
                stream,
            ))
        }
        Some(Method::Zstd) => {
            let decoder = zstd::stream::read::Decoder::with_buffer(data);
            let mut decoder = decoder.map_err(from_decoder)?;
            let limited = decoder.window_log_max(LARGEST_WINDOW);
            limited.map_err(from_decoder)?;
            Box::new(decoder)
        }
        Some(Method::Xz) => {
            let stream = xz::Stream::new_stream_decoder(MOST_MEMORY, xz::CONCATENATED);
            let stream = stream.map_err(|error| from_decoder(error.into()))?;
            Box::new(XzDecoder::new_stream(data, stream))
        }
    })
}

/// Reads the header of zip's own in front of LZMA data, and returns the one that an `.lzma` file has
/// in its place.
fn lzma_header(data: &mut Data<'_>, listed: &Listed) -> Result<[u8; 13]> {
    /// The data ends with a mark. Without it only the size says where the content ends.
    const END_MARK: u16 = 1 << 1;
    /// Version of the program, length of the properties, and those: parameters and dictionary size.
    const HEADER: usize = 2 + 2 + 1 + 4;
    const SMALLEST_DICTIONARY: u64 = 4096;
    let mut found = [0; HEADER];
    data.read_exact(&mut found).map_err(from_io)?;
    let [_, _, 5, 0, parameters, dictionary @ ..] = found else {
        return Err(corrupt("a header of LZMA data is malformed"));
    };
    // Nothing refers to more than the whole content. Some programs ask for more for every file.
    let dictionary = u64::from(u32::from_le_bytes(dictionary));
    let dictionary = dictionary.min(listed.size.max(SMALLEST_DICTIONARY));
    let dictionary = u32::try_from(dictionary).unwrap_or(u32::MAX);
    let size = if listed.flags & END_MARK != 0 {
        u64::MAX
    } else {
        listed.size
    };
    let mut header = [parameters; 13];
    header[1..5].copy_from_slice(&dictionary.to_le_bytes());
    header[5..].copy_from_slice(&size.to_le_bytes());
    Ok(header)
}

/// Tells apart why a decoder fails.
fn from_decoder(error: io::Error) -> UnpackError {
    // The file, not what is in it.
    if error.raw_os_error().is_some() {
        return UnpackError::Read { source: error };
    }
    let inner = error.get_ref();
    let fault = inner.and_then(|inner| inner.downcast_ref::<xz::Error>());
    let is_memory = matches!(fault, Some(xz::Error::MemLimit | xz::Error::Mem))
        || error.to_string().contains("requires too much memory");
    if is_memory {
        let (limit, entry) = (Limit::Decoder(MOST_MEMORY), String::new());
        return UnpackError::Limit { limit, entry };
    }
    corrupt(error.to_string())
}

/// The data of an entry, which counts what is taken of it: decoders stop where theirs ends.
struct Data<'a> {
    inner: BufReader<Section<'a>>,
    used: Rc<Cell<u64>>,
}

impl Data<'_> {
    fn count(&self, used: usize) {
        self.used.set(self.used.get() + used as u64);
    }
}

impl Read for Data<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.count(count);
        Ok(count)
    }
}

impl BufRead for Data<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        self.count(count);
    }
}
