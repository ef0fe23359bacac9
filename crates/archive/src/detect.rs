//! Detecting the format of a stream by its content.

use std::io::{self, Read};

use liblzma::stream as xz;

use crate::gzip::Gzip;
use crate::tar_header::is_header;

/// Most memory that decompressing xz may take, in bytes. What `xz -9` makes needs half of it, and
/// a header of a few bytes may ask for gigabytes.
pub(crate) const MOST_MEMORY: u64 = 128 << 20;

/// The same for zstd, as a power of two: what `zstd --long` makes.
pub(crate) const LARGEST_WINDOW: u32 = 27;

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
    /// Something that may be an archive but is not read here, and why.
    Unread(&'static str),
    /// Something else.
    Other,
}

/// Formats that are not read, by their first bytes.
const UNREAD: [(&[u8], &str); 11] = [
    (b"\x1f\x9d", "data of compress is not supported"),
    (b"LZIP", "lzip is not supported"),
    (b"\x04\x22\x4d\x18", "lz4 is not supported"),
    (b"\x89LZO\0\r\n\x1a\n", "lzop is not supported"),
    (b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff", LZMA),
    (b"\x5d\0\0\0\x04\xff\xff\xff\xff\xff\xff\xff\xff", LZMA),
    (b"7z\xbc\xaf\x27\x1c", "archives of 7-Zip are not supported"),
    (b"Rar!\x1a\x07", "RAR archives are not supported"),
    (b"070701", CPIO),
    (b"070702", CPIO),
    (b"070707", CPIO),
];
const LZMA: &str = "lzma is not supported";
const CPIO: &str = "archives of cpio are not supported";
/// Data whose header asks for more than [`MOST_MEMORY`] or [`LARGEST_WINDOW`].
const TOO_MUCH_MEMORY: &str = "decompressing it takes more memory than is allowed";

/// The beginnings of zip archives: an entry, the end of an archive without entries, and marks that
/// programs put in front of an archive that may have several parts.
const ZIP: [&[u8]; 4] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08PK\x03\x04",
    b"PK00PK\x03\x04",
];

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
        match kind_of(&seen, whole) {
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

/// The beginnings of programs, in front of which a zip archive may have one that unpacks it.
const PROGRAMS: [&[u8]; 2] = [b"MZ", b"\x7fELF"];
const SELF_EXTRACTING: &str = "a program that unpacks itself is not unpacked";

/// `None` while more has to be seen; `whole` is true if there is no more.
fn kind_of(seen: &[u8], whole: bool) -> Option<Kind> {
    // An entry's name may begin like anything else.
    if seen.first_chunk().is_some_and(is_header) {
        return Some(Kind::Tar(Codec::None));
    }
    if PROGRAMS.iter().any(|begin| seen.starts_with(begin)) {
        let has_entry = seen.windows(ZIP[0].len()).any(|bytes| bytes == ZIP[0]);
        return has_entry.then_some(Kind::Unread(SELF_EXTRACTING));
    }
    if ZIP.iter().any(|begin| seen.starts_with(begin)) {
        return Some(Kind::Zip);
    }
    let codec = if seen.starts_with(&[0x1f, 0x8b]) {
        Codec::Gzip
    } else if seen.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || is_skippable_frame(seen) {
        Codec::Zstd
    } else if seen.starts_with(b"\xfd7zXZ\0") {
        Codec::Xz
    } else if seen.starts_with(b"BZh") {
        Codec::Bzip2
    } else if let Some((_, why)) = UNREAD.iter().find(|(magic, _)| seen.starts_with(magic)) {
        return Some(Kind::Unread(why));
    } else {
        Codec::None
    };
    match has_header(seen, codec, whole) {
        Ok(true) => Some(Kind::Tar(codec)),
        Err(error) if is_memory_limit(&error) => Some(Kind::Unread(TOO_MUCH_MEMORY)),
        // Perhaps only because it is cut here; not every decoder says so.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
        Err(_) if matches!(codec, Codec::Xz | Codec::Bzip2) => None,
        Ok(false) | Err(_) => Some(Kind::Other),
    }
}

/// Returns true if data begins with a frame that decoders of zstd pass over. pzstd writes such.
fn is_skippable_frame(seen: &[u8]) -> bool {
    matches!(seen, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Returns true if data is a tar archive: it begins with a header, or has nothing but an end mark.
fn has_header(seen: &[u8], codec: Codec, whole: bool) -> io::Result<bool> {
    let mut reader = codec.decode(seen)?;
    let mut block = [0; 512];
    reader.read_exact(&mut block)?;
    if block != [0; 512] || !whole {
        return Ok(is_header(&block));
    }
    let mut rest = Vec::new();
    let longest = EMPTY.iter().max().copied().unwrap_or(0);
    reader.take(longest).read_to_end(&mut rest)?;
    let length = (block.len() + rest.len()) as u64;
    Ok(EMPTY.contains(&length) && rest.iter().all(|byte| *byte == 0))
}

/// Sizes of an archive without entries, as programs write it: two blocks, or a record.
const EMPTY: [u64; 2] = [2 * 512, 20 * 512];

fn is_memory_limit(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|error| error.downcast_ref());
    // The zstd crate has only the text.
    cause == Some(&xz::Error::MemLimit) || error.to_string().contains("too much memory")
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
            assert_eq!(all(&encode(&[0; 10_240])), Kind::Tar(codec));
        }
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 6);
        xz.write_all(&tar).unwrap();
        assert_eq!(all(&xz.finish().unwrap()), Kind::Tar(Codec::Xz));
        let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        bz.write_all(&tar).unwrap();
        assert_eq!(all(&bz.finish().unwrap()), Kind::Tar(Codec::Bzip2));
    }

    #[test]
    fn an_archive_without_entries_is_one() {
        for length in [1024, 10_240] {
            assert_eq!(all(&vec![0; length]), Kind::Tar(Codec::None));
            let mut other = vec![0; length];
            other[length - 1] = 1;
            assert_eq!(all(&other), Kind::Other);
        }
        for length in [512, 1023, 1536, 9728, 20_480, 64 * 1024, 3_000_000] {
            assert_eq!(all(&vec![0; length]), Kind::Other, "{length}");
        }
    }

    #[test]
    fn an_archive_may_begin_with_any_name() {
        for name in ["BZh", "LZIP", "070701", "PK\x03\x04"] {
            let mut header = tar::Header::new_ustar();
            header.set_path(name).unwrap();
            header.set_size(0);
            header.set_cksum();
            let bytes = [header.as_bytes(), &[0; 1024][..]].concat();
            assert_eq!(all(&bytes), Kind::Tar(Codec::None), "{name:?}");
        }
    }

    #[test]
    fn frames_that_zstd_skips_may_come_first() {
        let frame = b"\x50\x2a\x4d\x18\x04\0\0\0\x16\0\0\0";
        let zstd = zstd::encode_all(&archive()[..], 1).unwrap();
        let bytes = [&frame[..], &zstd, frame, &zstd].concat();
        assert_eq!(all(&bytes), Kind::Tar(Codec::Zstd));
        assert_eq!(all(frame), Kind::Other);
    }

    #[test]
    fn formats_that_are_not_read_are_named() {
        for (magic, why) in UNREAD {
            let bytes = [magic, &[0; 1000]].concat();
            assert_eq!(all(&bytes), Kind::Unread(why));
        }
    }

    #[test]
    fn other_things_stay_what_they_are() {
        assert_eq!(all(b""), Kind::Other);
        assert_eq!(all(b"BZh"), Kind::Other);
        assert_eq!(all(&vec![0; 100_000]), Kind::Other);
        assert_eq!(all(&vec![b'x'; 5_000_000]), Kind::Other);
        assert_eq!(all(b"PK\x05\x06"), Kind::Zip);
        assert_eq!(all(b"PK\x07\x08PK\x03\x04"), Kind::Zip);
        // A program that unpacks itself is a program.
        for program in PROGRAMS {
            let stub = [program, &vec![1; 300_000]].concat();
            assert_eq!(all(&stub), Kind::Other);
            let archive = [&stub[..], b"PK\x03\x04"].concat();
            assert_eq!(all(&archive), Kind::Unread(SELF_EXTRACTING));
        }
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
