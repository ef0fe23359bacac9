//! Unpacking tar archives: ustar, GNU and PAX, as all programs write them.

mod extension;
mod sparse;

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;

use rustix::fs::FileType;
use tar::{EntryType, Header};

use self::extension::Extensions;
use self::sparse::{Map, read_map};
use super::data::Sink;
use super::place::{Meta, Placer};
use super::read::Stream;
use super::{Limit, Result, UnpackError, UnpackOptions, Unpacked, corrupt, show};
use crate::attributes::Attributes;
use crate::manifest::Kind;
use crate::observer::Observer;
use crate::{Codec, Manifest};

/// Bytes of a block.
const BLOCK: usize = 512;

/// Unpacks a tar archive into a directory, and adds what it holds to a manifest that is empty
/// before. The archive must have its end mark, with nothing but zeros behind it, and `reader` is
/// read to its end, on a thread of its own.
pub fn unpack_tar<R: Read + Send>(
    codec: Codec,
    reader: R,
    into: BorrowedFd<'_>,
    options: &UnpackOptions,
    manifest: &mut Manifest,
    observer: &mut dyn Observer,
) -> Result<Unpacked> {
    let placer = Placer::new(into, options, observer);
    let (done, replaced) = run(codec, reader, placer, manifest)?;
    // Hard links and replaced entries are simpler to look up on disk than to keep account of.
    if replaced {
        *manifest =
            crate::hash_tree(into.as_fd(), &mut ()).map_err(|source| UnpackError::Write {
                path: Path::new(".").to_owned(),
                source,
            })?;
    }
    Ok(done)
}

/// Reads a tar archive to its end as [`unpack_tar`] does, with all its checks and bounds, but makes
/// nothing of it: it only adds what it holds to a manifest that is empty before. What an archive
/// would put in the place of its own earlier entries counts twice there.
pub fn examine_tar<R: Read + Send>(
    codec: Codec,
    reader: R,
    options: &UnpackOptions,
    manifest: &mut Manifest,
    observer: &mut dyn Observer,
) -> Result<Unpacked> {
    let placer = Placer::nowhere(options, observer);
    Ok(run(codec, reader, placer, manifest)?.0)
}

/// Says, too, whether something was put in the place of something else.
fn run<R: Read + Send>(
    codec: Codec,
    reader: R,
    placer: Placer<'_>,
    manifest: &mut Manifest,
) -> Result<(Unpacked, bool)> {
    Stream::of(codec, reader, placer.limits(), |stream| {
        let mut unpacker = Unpacker {
            stream,
            placer,
            manifest,
            defaults: Extensions::default(),
        };
        unpacker.run()?;
        let done = unpacker.placer.finish()?;
        Ok((done, unpacker.placer.replaced))
    })
}

struct Unpacker<'a, 'm> {
    stream: Stream,
    placer: Placer<'a>,
    manifest: &'m mut Manifest,
    /// What global PAX headers say of all entries that follow.
    defaults: Extensions,
}

impl Unpacker<'_, '_> {
    fn run(&mut self) -> Result<()> {
        let mut extensions = Extensions::default();
        let mut pending = false;
        while let Some(header) = self.header()? {
            let size = number(header.entry_size(), "size")?;
            match header.entry_type() {
                EntryType::GNULongName => extensions.set_path(self.text(size)?),
                EntryType::GNULongLink => extensions.set_target(self.text(size)?),
                EntryType::XHeader => extensions.read(&self.text(size)?)?,
                EntryType::XGlobalHeader => {
                    let text = self.text(size)?;
                    self.defaults.read(&text)?;
                    continue;
                }
                kind => {
                    let extensions = std::mem::take(&mut extensions).over(&self.defaults);
                    let header_name = header.path_bytes();
                    let name = extensions.path.as_deref().unwrap_or(&header_name);
                    self.entry(&header, kind, &extensions)
                        .map_err(|error| error.at(name))?;
                    pending = false;
                    continue;
                }
            }
            pending = true;
        }
        if pending {
            return Err(corrupt("it ends with a header that belongs to no entry"));
        }
        self.tail()
    }

    /// The next header; `None` at the end mark.
    fn header(&mut self) -> Result<Option<Header>> {
        let mut header = Header::new_old();
        if !self.stream.fill(header.as_mut_bytes())? {
            return Err(corrupt("it is cut off"));
        }
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            let mut second = [0; BLOCK];
            if self.stream.fill(&mut second)? && second.iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            return Err(corrupt("its end mark is not whole"));
        }
        let bytes = header.as_bytes();
        let sum = |range: std::ops::Range<usize>| -> u32 {
            bytes[range].iter().map(|byte| u32::from(*byte)).sum()
        };
        let found = sum(0..148) + 8 * u32::from(b' ') + sum(156..BLOCK);
        if header.cksum().ok() != Some(found) {
            return Err(corrupt("a header has a wrong checksum"));
        }
        Ok(Some(header))
    }

    fn entry(&mut self, header: &Header, kind: EntryType, extensions: &Extensions) -> Result<()> {
        let plain = header.path_bytes();
        let name = extensions.path.as_deref().unwrap_or(&plain);
        let path = self.placer.clean(name)?;
        let refuse = |reason| {
            Err(UnpackError::Refused {
                entry: show(name),
                reason,
            })
        };
        let stored = match extensions.size {
            Some(size) => size,
            None => number(header.entry_size(), "size")?,
        };
        let meta = meta(header, extensions, self.placer.keeps_attributes())?;
        let link = header.link_name_bytes();
        let target = extensions
            .target
            .as_deref()
            .or(link.as_deref())
            .unwrap_or_default();
        match kind {
            // Old archives mark directories by the name alone.
            EntryType::Regular | EntryType::Continuous if !name.ends_with(b"/") => {
                if path.is_empty() {
                    return refuse("a file cannot be the root");
                }
                let map = extensions.map(stored)?;
                self.file(&path, &meta, stored, map, extensions.sparse_in_data)
            }
            EntryType::GNUSparse => {
                if path.is_empty() {
                    return refuse("a file cannot be the root");
                }
                let map = sparse::old_map(header, &mut self.stream)?;
                self.file(&path, &meta, stored, Some(map), false)
            }
            EntryType::Directory | EntryType::Regular | EntryType::Continuous => {
                self.placer.admit(&path, 0)?;
                self.skip(stored)?;
                if path.is_empty() {
                    return Ok(());
                }
                // Nothing else is remembered to the end.
                self.placer.admit_text(meta.attributes_size())?;
                self.manifest
                    .record(&path, Kind::Directory, &meta.properties());
                self.placer.directory(&path, meta)
            }
            EntryType::Symlink => {
                if path.is_empty() {
                    return refuse("a link cannot be the root");
                }
                self.placer.admit(&path, 0)?;
                self.placer.symlink(&path, target, &meta)?;
                self.manifest
                    .record(&path, Kind::Link(target), &meta.properties());
                self.skip(stored)
            }
            EntryType::Link => {
                let target = self.placer.clean(target)?;
                self.placer.admit(&path, 0)?;
                let size = self.placer.hard_link(&path, &target)?;
                self.manifest.add_hard_link(&path, &target, size);
                // Some programs store the content once more; it is the same.
                self.skip(stored)
            }
            EntryType::Char | EntryType::Block | EntryType::Fifo => {
                if path.is_empty() {
                    return refuse("it cannot be the root");
                }
                self.placer.admit(&path, 0)?;
                let kind = match kind {
                    EntryType::Char => FileType::CharacterDevice,
                    EntryType::Block => FileType::BlockDevice,
                    _ => FileType::Fifo,
                };
                let number = |value: std::io::Result<Option<u32>>| value.ok().flatten();
                let major = number(header.device_major()).unwrap_or(0);
                let minor = number(header.device_minor()).unwrap_or(0);
                self.placer.special(&path, kind, (major, minor), &meta)?;
                let kind = match kind {
                    FileType::CharacterDevice => Kind::Character((major, minor)),
                    FileType::BlockDevice => Kind::Block((major, minor)),
                    _ => Kind::Fifo,
                };
                self.manifest.record(&path, kind, &meta.properties());
                self.skip(stored)
            }
            _ => refuse("it is of a kind that is not known"),
        }
    }

    fn file(
        &mut self,
        path: &[u8],
        meta: &Meta,
        stored: u64,
        map: Option<Map>,
        map_in_data: bool,
    ) -> Result<()> {
        let Self {
            stream,
            placer,
            manifest,
            ..
        } = self;
        let mut left = stored;
        let map = if map_in_data {
            Some(read_map(stream, &mut left, map)?)
        } else {
            map
        };
        let map = map.unwrap_or_else(|| Map::whole(stored));
        map.check(left)?;
        placer.admit(path, map.size)?;
        let mut digest = [0; 32];
        placer.file(path, meta, |file: Option<&File>, observer| {
            let fail = |error: std::io::Error| UnpackError::Write {
                path: super::place::to_path(path).to_owned(),
                source: error,
            };
            let mut sink = Sink::new(file);
            for &(offset, length) in &map.pieces {
                sink.skip(offset - sink.length());
                let mut missing = length;
                while missing > 0 {
                    let bytes = stream.next(missing)?;
                    if bytes.is_empty() {
                        return Err(corrupt("it is cut off"));
                    }
                    let count = bytes.len() as u64;
                    observer.proceed(count).map_err(fail)?;
                    sink.write(bytes).map_err(fail)?;
                    observer.bytes(count);
                    missing -= count;
                }
            }
            sink.skip(map.size - sink.length());
            let (size, found) = sink.finish().map_err(fail)?;
            digest = found;
            Ok(size)
        })?;
        let size = map.size;
        manifest.record(path, Kind::File { size, digest }, &meta.properties());
        self.skip_padding(stored)
    }

    /// Reads content that is text of the archive's own.
    fn text(&mut self, size: u64) -> Result<Vec<u8>> {
        const LONGEST: u64 = 1024 * 1024;
        if size > LONGEST {
            return Err(UnpackError::Limit {
                limit: Limit::Name,
                entry: String::new(),
            });
        }
        let mut text = vec![0; usize::try_from(size).unwrap_or(0)];
        if !text.is_empty() && !self.stream.fill(&mut text)? {
            return Err(corrupt("it is cut off"));
        }
        self.skip_padding(size)?;
        Ok(text)
    }

    /// Passes over content that nothing becomes of, and its padding.
    fn skip(&mut self, size: u64) -> Result<()> {
        let whole = size
            .checked_next_multiple_of(BLOCK as u64)
            .ok_or_else(|| corrupt("size"))?;
        self.stream.skip(whole)
    }

    fn skip_padding(&mut self, size: u64) -> Result<()> {
        let over = size % BLOCK as u64;
        self.stream.skip((BLOCK as u64 - over) % BLOCK as u64)
    }

    /// Behind the end mark: zeros, up to the end of whatever the archive came in.
    fn tail(&mut self) -> Result<()> {
        loop {
            let bytes = self.stream.next(u64::MAX)?;
            if bytes.is_empty() {
                return Ok(());
            }
            if bytes.iter().any(|byte| *byte != 0) {
                return Err(corrupt("something follows its end"));
            }
        }
    }
}

fn meta(header: &Header, extensions: &Extensions, attributes: bool) -> Result<Meta> {
    // Programs that store no owner leave the fields empty.
    let id = |value: std::io::Result<u64>| value.ok().and_then(|id| u32::try_from(id).ok());
    let uid = extensions.uid.or_else(|| id(header.uid()));
    let gid = extensions.gid.or_else(|| id(header.gid()));
    let plain = || {
        header
            .mtime()
            .ok()
            .map(|seconds| (seconds.cast_signed(), 0))
    };
    Ok(Meta {
        mode: header
            .mode()
            .map_err(|error| corrupt(format!("a mode: {error}")))?,
        mtime: extensions.mtime.or_else(plain),
        owner: uid.zip(gid),
        user: extensions
            .user
            .clone()
            .or_else(|| extension::owner_name(header.username_bytes()?)),
        group: extensions
            .group
            .clone()
            .or_else(|| extension::owner_name(header.groupname_bytes()?)),
        attributes: if attributes {
            extensions.attributes.clone()
        } else {
            Attributes::new()
        },
    })
}

fn number(value: std::io::Result<u64>, what: &str) -> Result<u64> {
    value.map_err(|error| corrupt(format!("a {what}: {error}")))
}
