//! Unpacking zip archives.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::BorrowedFd;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::data::Sink;
use super::place::{Meta, Placer, to_path};
use super::{Limit, Result, UnpackError, UnpackOptions, Unpacked, corrupt, show};
use crate::Manifest;
use crate::observer::Observer;

/// Bytes that are read at a time.
const BUFFER: usize = 256 * 1024;
/// Longest target of a symbolic link.
const LONGEST_TARGET: u64 = 4096;

/// Unpacks a zip archive into a directory, and adds what it holds to a manifest that is empty
/// before.
pub fn unpack_zip(
    file: File,
    into: BorrowedFd<'_>,
    options: &UnpackOptions,
    manifest: &mut Manifest,
    observer: &mut dyn Observer,
) -> Result<Unpacked> {
    let arrived = file.metadata().map_or(u64::MAX, |meta| meta.len());
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(from_zip)?;
    if archive.has_overlapping_files().map_err(from_zip)? {
        return Err(corrupt("its entries overlap"));
    }
    let mut placer = Placer::new(into, options, observer);
    let mut buffer = vec![0; BUFFER];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(from_zip)?;
        let name = entry.name_raw().to_vec();
        unpack_entry(&mut entry, &mut placer, manifest, &mut buffer, arrived)
            .map_err(|error| error.at(&name))?;
    }
    let done = placer.finish()?;
    if placer.replaced {
        *manifest = crate::hash_tree(into, &mut ()).map_err(|source| UnpackError::Write {
            path: to_path(b".").to_owned(),
            source,
        })?;
    }
    Ok(done)
}

fn unpack_entry<R: Read>(
    entry: &mut ZipFile<'_, R>,
    placer: &mut Placer<'_>,
    manifest: &mut Manifest,
    buffer: &mut [u8],
    arrived: u64,
) -> Result<()> {
    const TYPE: u32 = 0o170_000;
    let name = entry.name_raw().to_vec();
    let path = placer.clean(&name)?;
    let mode = entry.unix_mode();
    let is_directory = entry.is_dir();
    let default = if is_directory { 0o755 } else { 0o644 };
    let meta = Meta {
        mode: mode.filter(|mode| mode & 0o777 != 0).unwrap_or(default),
        mtime: entry.last_modified().map(|time| (seconds(time), 0)),
        ..Meta::default()
    };
    let refuse = |reason| {
        Err(UnpackError::Refused {
            entry: show(&name),
            reason,
        })
    };
    let kind = mode.map_or(0, |mode| mode & TYPE);
    if path.is_empty() {
        return if is_directory {
            Ok(())
        } else {
            refuse("a file cannot be the root")
        };
    }
    if is_directory {
        placer.admit(&path, 0)?;
        manifest.add_directory(&path);
        return placer.directory(&path, meta);
    }
    match kind {
        0 | 0o100_000 => {}
        0o120_000 => {
            let mut target = Vec::new();
            entry
                .take(LONGEST_TARGET)
                .read_to_end(&mut target)
                .map_err(|e| corrupt(e.to_string()))?;
            placer.admit(&path, 0)?;
            placer.symlink(&path, &target, &meta)?;
            manifest.add_link(&path, &target);
            return Ok(());
        }
        _ => return refuse("it is neither a file, a directory nor a symbolic link"),
    }
    let declared = entry.size();
    placer.admit(&path, declared)?;
    let (most, limits) = (placer.left(), placer.limits());
    let before = placer.done.bytes;
    let mut digest = [0; 32];
    let mut size = 0;
    placer.file(&path, &meta, |file: Option<&File>, observer| {
        let fail = |source| UnpackError::Write {
            path: to_path(&path).to_owned(),
            source,
        };
        let mut sink = Sink::new(file);
        loop {
            // Checks the checksum at the end.
            let count = entry
                .read(buffer)
                .map_err(|error| corrupt(error.to_string()))?;
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
        (size, digest) = sink.finish().map_err(fail)?;
        if size != declared {
            return Err(corrupt("a file has another size than it should have"));
        }
        Ok(size)
    })?;
    manifest.add_file(&path, size, digest);
    Ok(())
}

fn from_zip(error: ZipError) -> UnpackError {
    match error {
        ZipError::Io(source)
            if !matches!(
                source.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData
            ) =>
        {
            UnpackError::Read { source }
        }
        other => corrupt(other.to_string()),
    }
}

/// Seconds since the epoch of a time that has no zone, taken as UTC.
fn seconds(time: zip::DateTime) -> i64 {
    // Days by the proleptic Gregorian calendar, with years that begin in March.
    let (year, month) = (i64::from(time.year()), i64::from(time.month()));
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let days = 365 * year + year / 4 - year / 100
        + year / 400
        + (153 * month + 2) / 5
        + i64::from(time.day())
        - 1
        - 719_468;
    let (hour, minute) = (i64::from(time.hour()), i64::from(time.minute()));
    days * 86_400 + hour * 3600 + minute * 60 + i64::from(time.second())
}
