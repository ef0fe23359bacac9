//! Detecting the format of a stream by its content.

use std::io::{self, Read};

use liblzma::stream as xz;

use crate::gzip::Gzip;
use crate::tar_header::is_header;

/// Most memory that decompressing xz may take, in bytes. What `xz -9` makes needs half of it, and
/// a header of a few bytes may ask for gigabytes.
const MOST_MEMORY: u64 = 128 << 20;

/// The same for zstd, as a power of two: what `zstd --long` makes.
const LARGEST_WINDOW: u32 = 27;

/// How an archive is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    None,
    /// gzip, of any number of members, and zeros after the last one.
    Gzip,
    /// zstd, of any number of frames.
    Zstd,
    /// xz, of any number of streams.
    Xz,
    /// bzip2, of any number of streams.
    Bzip2,
}

impl Codec {
    /// Decompresses a stream to its end. An end that comes too early is an error.
    pub(crate) fn decode<'a, R: Read + 'a>(self, reader: R) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::None => Box::new(reader),
            Self::Gzip => Box::new(Gzip::new(reader)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(reader)?;
                decoder.window_log_max(LARGEST_WINDOW)?;
                Box::new(decoder)
            }
            Self::Xz => {
                let stream = xz::Stream::new_stream_decoder(MOST_MEMORY, xz::CONCATENATED)?;
                Box::new(liblzma::read::XzDecoder::new_stream(reader, stream))
            }
            Self::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(reader)),
        })
    }
}

/// Format of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A tar archive.
    Tar(Codec),
    /// A zip archive.
    Zip,
    /// Something else.
    Other,
}

/// Most bytes that are looked at: enough for the first block of any codec.
const MOST: usize = 2 * 1024 * 1024;

/// A reader that gives once more what was looked at.
#[derive(Debug)]
pub struct Replay<R> {
    seen: Vec<u8>,
    used: usize,
    rest: R,
}

impl<R: Read> Read for Replay<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.seen.len() {
            self.seen = Vec::new();
            self.used = 0;
            return self.rest.read(out);
        }
        let count = (&self.seen[self.used..]).read(out)?;
        self.used += count;
        Ok(count)
    }
}

/// Looks at the beginning of a stream. A compressed stream counts as an archive only when what it
/// holds begins like one. Only errors of the reader are errors.
pub fn detect<R: Read>(mut reader: R) -> io::Result<(Kind, Replay<R>)> {
    let mut seen = Vec::new();
    let mut wanted = 64 * 1024;
    let kind = loop {
        let missing = (wanted - seen.len()) as u64;
        let whole = (reader.by_ref().take(missing).read_to_end(&mut seen)? as u64) < missing;
        match kind_of(&seen) {
            Some(kind) => break kind,
            None if whole || wanted >= MOST => break Kind::Other,
            None => wanted *= 2,
        }
    };
    Ok((
        kind,
        Replay {
            seen,
            used: 0,
            rest: reader,
        },
    ))
}

/// `None` while more has to be seen.
fn kind_of(seen: &[u8]) -> Option<Kind> {
    if seen.starts_with(b"PK\x03\x04") || seen.starts_with(b"PK\x05\x06") {
        return Some(Kind::Zip);
    }
    let codec = if seen.starts_with(&[0x1f, 0x8b]) {
        Codec::Gzip
    } else if seen.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Codec::Zstd
    } else if seen.starts_with(b"\xfd7zXZ\0") {
        Codec::Xz
    } else if seen.starts_with(b"BZh") {
        Codec::Bzip2
    } else {
        Codec::None
    };
    let mut block = [0; 512];
    let begin = codec
        .decode(seen)
        .and_then(|mut reader| reader.read_exact(&mut block));
    match begin {
        Ok(()) if is_header(&block) => Some(Kind::Tar(codec)),
        // Perhaps only because it is cut here; not every decoder says so.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
        Err(_) if matches!(codec, Codec::Xz | Codec::Bzip2) => None,
        _ => Some(Kind::Other),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::{Compression, Encoder, PackOptions, Source};

    fn archive() -> Vec<u8> {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("a"), "content").unwrap();
        let source = [Source::Contents {
            path: temp.path().to_owned(),
        }];
        crate::pack(&source, Vec::new(), &PackOptions::default(), &mut ())
            .unwrap()
            .1
    }

    fn all(bytes: &[u8]) -> Kind {
        let (kind, mut replay) = detect(bytes).unwrap();
        let mut again = Vec::new();
        replay.read_to_end(&mut again).unwrap();
        assert_eq!(again, bytes);
        kind
    }

    #[test]
    fn content_decides() {
        let tar = archive();
        assert_eq!(all(&tar), Kind::Tar(Codec::None));
        for (compression, codec) in [
            (Compression::Gzip { level: 6 }, Codec::Gzip),
            (
                Compression::Zstd {
                    level: 3,
                    threads: 2,
                    adapt: false,
                },
                Codec::Zstd,
            ),
        ] {
            let encode = |bytes: &[u8]| {
                let mut encoder = Encoder::new(Vec::new(), compression).unwrap();
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            };
            assert_eq!(all(&encode(&tar)), Kind::Tar(codec));
            assert_eq!(all(&encode(b"no archive")), Kind::Other);
            assert_eq!(all(&encode(&[0; 5000])), Kind::Other);
        }
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
        xz.write_all(&tar).unwrap();
        assert_eq!(all(&xz.finish().unwrap()), Kind::Tar(Codec::Xz));
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        bz.write_all(&tar).unwrap();
        assert_eq!(all(&bz.finish().unwrap()), Kind::Tar(Codec::Bzip2));
    }

    #[test]
    fn other_things_stay_what_they_are() {
        assert_eq!(all(b""), Kind::Other);
        assert_eq!(all(b"BZh"), Kind::Other);
        assert_eq!(all(&vec![0; 100_000]), Kind::Other);
        assert_eq!(all(&vec![b'x'; 5_000_000]), Kind::Other);
        assert_eq!(all(b"PK\x05\x06"), Kind::Zip);
    }

    #[test]
    fn an_encoder_that_is_dropped_leaves_no_valid_end() {
        for compression in [
            Compression::Gzip { level: 1 },
            Compression::Zstd {
                level: 1,
                threads: 0,
                adapt: false,
            },
        ] {
            let mut bytes = Vec::new();
            let mut encoder = Encoder::new(&mut bytes, compression).unwrap();
            encoder.write_all(&archive()).unwrap();
            encoder.flush().unwrap();
            drop(encoder);
            let Kind::Tar(codec) = all(&bytes) else {
                panic!("no archive")
            };
            let mut reader = codec.decode(&bytes[..]).unwrap();
            io::copy(&mut reader, &mut io::sink()).unwrap_err();
        }
    }
}
