//! Unpacking zip archives.

mod content;
mod directory;
mod fields;
mod host;
mod layout;
mod names;
mod times;

use std::fs::File;
use std::os::fd::BorrowedFd;

use jiff::tz::TimeZone;
use rustix::fs::FileType;

use self::content::Content;
use self::directory::{Directory, Listed};
use self::layout::Local;
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
    let mut entries = Entries {
        placer,
        manifest,
        zone: TimeZone::system(),
        buffer: vec![0; BUFFER],
    };
    let mut walk = directory.walk(file);
    let mut unpacked = 0;
    while let Some(listed) = walk.next()? {
        let unicode = listed.unicode_name.as_deref();
        let name = names::name(&listed.raw_name, unicode, listed.flags, listed.host);
        layout::local(file, directory, &listed)
            .and_then(|local| entries.unpack(file, &name, &listed, &local))
            .map_err(|error| error.at(&name))?;
        unpacked += 1;
    }
    if unpacked != count {
        return Err(corrupt("it has changed while it was read"));
    }
    let Entries { mut placer, .. } = entries;
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

/// Unpacks one entry after the other.
struct Entries<'a, 'm> {
    placer: Placer<'a>,
    manifest: &'m mut Manifest,
    /// The zone of times that have none.
    zone: TimeZone,
    buffer: Vec<u8>,
}

impl Entries<'_, '_> {
    fn unpack(&mut self, file: &File, name: &[u8], listed: &Listed, local: &Local) -> Result<()> {
        let path = self.placer.clean(name)?;
        let (kind, mode) = host::node(listed.host, listed.attributes, name);
        let extras = [&local.extra[..], &listed.extra];
        let meta = Meta {
            mode,
            mtime: times::modified(listed.modified, extras, &self.zone),
            owner: host::owner(extras),
            ..Meta::default()
        };
        let mut content = Content::new(file, local.data, listed)?;
        let refuse = |reason| {
            Err(UnpackError::Refused {
                entry: show(name),
                reason,
            })
        };
        if path.is_empty() && kind != FileType::Directory {
            return refuse("a file cannot be the root");
        }
        match kind {
            FileType::Directory => {
                if content.read(&mut self.buffer[..1])? > 0 {
                    return refuse("it is a directory, but it has content");
                }
                if path.is_empty() {
                    return Ok(());
                }
                self.placer.admit(self.manifest, &path, 0, 0)?;
                self.manifest.add_directory(&path);
                self.placer.directory(&path, meta)
            }
            FileType::Symlink => {
                let target = self.target(&mut content)?;
                self.placer.admit(self.manifest, &path, 0, target.len())?;
                self.placer.symlink(&path, &target, &meta)?;
                self.manifest.add_link(&path, &target);
                Ok(())
            }
            // `zip --fifo` stores what it has read from a pipe.
            FileType::Fifo if listed.size == 0 => {
                content.read(&mut self.buffer[..1])?;
                self.placer.admit(self.manifest, &path, 0, 0)?;
                self.placer.special(&path, kind, (0, 0), &meta)?;
                self.manifest.add_special(&path);
                Ok(())
            }
            FileType::RegularFile | FileType::Fifo => {
                self.file(&path, &meta, &mut content, listed.size)
            }
            FileType::CharacterDevice | FileType::BlockDevice => {
                refuse("it is a device, and zip archives do not say which one")
            }
            FileType::Socket => refuse("it is a socket"),
            FileType::Unknown => refuse("it is of a kind that is not known"),
        }
    }

    /// The target of a symbolic link; of one that is too long, the beginning.
    fn target(&mut self, content: &mut Content<'_>) -> Result<Vec<u8>> {
        let mut target = Vec::new();
        loop {
            let count = content.read(&mut self.buffer)?;
            target.extend_from_slice(&self.buffer[..count]);
            if count == 0 || target.len() > LONGEST_TARGET {
                return Ok(target);
            }
        }
    }

    fn file(
        &mut self,
        path: &[u8],
        meta: &Meta,
        content: &mut Content<'_>,
        size: u64,
    ) -> Result<()> {
        let Self {
            placer,
            manifest,
            buffer,
            ..
        } = self;
        placer.admit(manifest, path, size, 0)?;
        let (most, limits, arrived) = (placer.left(), placer.limits(), placer.arrived);
        let before = placer.done.bytes;
        let mut digest = [0; 32];
        placer.file(path, meta, |file: Option<&File>, observer| {
            let fail = |source| UnpackError::Write {
                path: to_path(path).to_owned(),
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
                    let entry = show(path);
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
        manifest.add_file(path, size, digest);
        Ok(())
    }
}
