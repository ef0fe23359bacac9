//! Unpacking zip archives.

mod directory;
mod fields;
mod layout;

use std::fs::File;
use std::io::{BufReader, Read};
use std::os::fd::BorrowedFd;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use self::directory::{Directory, Listed, Section};
use super::data::Sink;
use super::place::{Meta, Placer, Reading, to_path};
use super::{Limit, Result, UnpackError, UnpackOptions, Unpacked, corrupt, show};
use crate::Manifest;
use crate::observer::Observer;

/// Bytes that are read at a time.
const BUFFER: usize = 256 * 1024;
/// Longest target of a symbolic link.
const LONGEST_TARGET: usize = 4096;

/// Unpacks a zip archive into a directory, and adds what it holds to a manifest that is empty
/// before.
///
/// Everything that the archive has is unpacked, or this fails: its directory is walked to its end, and
/// where that, the headers in front of the entries, and the data disagree, or where there is an entry
/// that the directory does not list, the archive is refused. Of several entries of one name the one
/// stands that the directory lists last, as for other programs.
pub fn unpack_zip(
    file: &File,
    into: BorrowedFd<'_>,
    options: &UnpackOptions,
    manifest: &mut Manifest,
    observer: &mut dyn Observer,
) -> Result<Unpacked> {
    let length = file.metadata().map_err(directory::from_io)?.len();
    let directory = Directory::find(file, length)?;
    let count = layout::check(file, directory, &options.limits, observer)?;
    let mut placer = Placer::new(into, options, observer);
    placer.arrived = length;
    let mut buffer = vec![0; BUFFER];
    let mut walk = directory.walk(file);
    let mut unpacked = 0;
    while let Some(mut listed) = walk.next()? {
        let data = layout::data_of(file, directory, &listed);
        let name = listed.unicode_name.take();
        let name = name.unwrap_or_else(|| listed.raw_name.clone());
        data.and_then(|at| {
            let mut content = Content::new(file, at, &listed)?;
            unpack_entry(
                &mut content,
                &name,
                &listed,
                &mut placer,
                manifest,
                &mut buffer,
            )
        })
        .map_err(|error| error.at(&name))?;
        unpacked += 1;
    }
    if unpacked != count {
        return Err(corrupt("it has changed while it was read"));
    }
    let done = placer.finish()?;
    if placer.replaced {
        let found = crate::hash_tree(into, &mut Reading(observer));
        *manifest = found.map_err(|source| UnpackError::Write {
            path: to_path(b".").to_owned(),
            source,
        })?;
    }
    Ok(done)
}

fn unpack_entry(
    content: &mut Content<'_>,
    name: &[u8],
    listed: &Listed,
    placer: &mut Placer<'_>,
    manifest: &mut Manifest,
    buffer: &mut [u8],
) -> Result<()> {
    const TYPE: u32 = 0o170_000;
    let path = placer.clean(name)?;
    let is_directory = matches!(name.last(), Some(b'/' | b'\\'));
    let default = if is_directory { 0o755 } else { 0o644 };
    let mode = listed.mode.filter(|mode| mode & 0o777 != 0);
    let meta = Meta {
        mode: mode.unwrap_or(default) & !0o7000,
        mtime: seconds(listed.modified).map(|seconds| (seconds, 0)),
        ..Meta::default()
    };
    let refuse = |reason| {
        Err(UnpackError::Refused {
            entry: show(name),
            reason,
        })
    };
    if is_directory {
        if content.read(&mut buffer[..1])? > 0 {
            return refuse("its name is that of a directory, but it has content");
        }
        if path.is_empty() {
            return Ok(());
        }
        placer.admit(manifest, &path, 0, 0)?;
        manifest.add_directory(&path);
        return placer.directory(&path, meta);
    }
    if path.is_empty() {
        return refuse("a file cannot be the root");
    }
    match listed.mode.map_or(0, |mode| mode & TYPE) {
        0 | 0o100_000 => {}
        0o120_000 => {
            let mut target = Vec::new();
            loop {
                let count = content.read(buffer)?;
                target.extend_from_slice(&buffer[..count]);
                if count == 0 || target.len() > LONGEST_TARGET {
                    break;
                }
            }
            placer.admit(manifest, &path, 0, target.len())?;
            placer.symlink(&path, &target, &meta)?;
            manifest.add_link(&path, &target);
            return Ok(());
        }
        _ => return refuse("it is neither a file, a directory nor a symbolic link"),
    }
    placer.admit(manifest, &path, listed.size, 0)?;
    let (most, limits, arrived) = (placer.left(), placer.limits(), placer.arrived);
    let before = placer.done.bytes;
    let mut digest = [0; 32];
    placer.file(&path, &meta, |file: Option<&File>, observer| {
        let fail = |source| UnpackError::Write {
            path: to_path(&path).to_owned(),
            source,
        };
        let mut sink = Sink::new(file);
        loop {
            let count = content.read(buffer)?;
            if count == 0 {
                break;
            }
            let length = sink.length() + count as u64;
            let passed = if length > most {
                Some(Limit::Bytes(limits.max_bytes))
            } else if limits.is_bomb(arrived, before + length) {
                Some(Limit::Ratio(limits.max_ratio))
            } else {
                None
            };
            if let Some(limit) = passed {
                let entry = show(&path);
                return Err(UnpackError::Limit { limit, entry });
            }
            observer.proceed(count as u64).map_err(fail)?;
            sink.write(&buffer[..count]).map_err(fail)?;
            observer.bytes(count as u64);
        }
        let size;
        (size, digest) = sink.finish().map_err(fail)?;
        Ok(size)
    })?;
    manifest.add_file(&path, listed.size, digest);
    Ok(())
}

/// The content of an entry, which is checked when it is read to its end.
struct Content<'a> {
    reader: Decoder<'a>,
    /// Bytes of data, and of content, that there must be.
    stored: u64,
    size: u64,
    crc: u32,
    /// Of what was read.
    found: Crc,
    length: u64,
}

enum Decoder<'a> {
    Stored(Section<'a>),
    Deflated(DeflateDecoder<BufReader<Section<'a>>>),
}

impl<'a> Content<'a> {
    fn new(file: &'a File, at: u64, listed: &Listed) -> Result<Self> {
        const STORED: u16 = 0;
        const DEFLATED: u16 = 8;
        let end = at + listed.stored;
        let section = Section { file, at, end };
        let reader = match listed.method {
            STORED => Decoder::Stored(section),
            DEFLATED => Decoder::Deflated(DeflateDecoder::new(BufReader::with_capacity(
                64 * 1024,
                section,
            ))),
            _ => {
                return Err(UnpackError::Refused {
                    entry: show(&listed.raw_name),
                    reason: "it is compressed in another way than by deflate",
                });
            }
        };
        Ok(Self {
            reader,
            stored: listed.stored,
            size: listed.size,
            crc: listed.crc,
            found: Crc::new(),
            length: 0,
        })
    }

    /// Reads on; 0 is the end, where size, checksum and length of the data were right.
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let read = match &mut self.reader {
            Decoder::Stored(section) => section.read(out).map_err(directory::from_io),
            Decoder::Deflated(decoder) => decoder
                .read(out)
                .map_err(|error| corrupt(error.to_string())),
        };
        let count = read?;
        self.found.update(&out[..count]);
        self.length += count as u64;
        if count > 0 {
            return Ok(count);
        }
        let used = match &self.reader {
            Decoder::Stored(_) => self.length,
            Decoder::Deflated(decoder) => decoder.total_in(),
        };
        if self.length != self.size {
            return Err(corrupt("a file has another size than it should have"));
        }
        if self.found.sum() != self.crc {
            return Err(corrupt("a file has another checksum than it should have"));
        }
        if used != self.stored {
            return Err(corrupt("something follows the data of a file"));
        }
        Ok(0)
    }
}

/// Seconds since the epoch of a date and a time as MS-DOS has them, which have no zone, taken as UTC.
/// `None` if there is no such day or time.
fn seconds((date, time): (u16, u16)) -> Option<i64> {
    let bits = |of: u16, from: u16, count: u16| i64::from(of >> from & ((1 << count) - 1));
    let (year, month, day) = (1980 + bits(date, 9, 7), bits(date, 5, 4), bits(date, 0, 5));
    let (hour, minute, second) = (bits(time, 11, 5), bits(time, 5, 6), bits(time, 0, 5) * 2);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_valid = (1..=12).contains(&month)
        && (1..=last).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_valid {
        return None;
    }
    // Days by the proleptic Gregorian calendar, with years that begin in March.
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second)
}
