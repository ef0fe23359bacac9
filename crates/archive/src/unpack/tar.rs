//! Unpacking tar archives: ustar, GNU and PAX, as all programs write them.

mod extension;
mod number;
mod sparse;
mod text;

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;

use rustix::fs::FileType;
use tar::{EntryType, Header};

use self::extension::Extensions;
use self::number::BLOCK;
use self::sparse::{Map, read_map};
use super::data::Sink;
use super::place::{Meta, Placer, Reading};
use super::read::Stream;
use super::{Limit, Result, UnpackError, UnpackOptions, Unpacked, corrupt, show};
use crate::attributes::Attributes;
use crate::manifest::Kind;
use crate::observer::Observer;
use crate::{Codec, Manifest};

/// Unpacks a tar archive into a directory and adds its entries to an empty manifest. The archive
/// must have its end mark, followed by nothing but zeros, and `reader` is read to its end, on a
/// thread of its own.
///
/// Everything that the archive has is unpacked, or this fails. Only files have content:
/// directories, symbolic links, pipes and devices have none, whatever size their headers say. A
/// hard link has content if its header says so and neither another header nor the end follows. Of
/// several entries of one name the last one counts, as for all readers of tar.
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
        *manifest = crate::hash_tree(into.as_fd(), &mut Reading(observer)).map_err(|source| {
            UnpackError::Write {
                path: Path::new(".").to_owned(),
                source,
            }
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
    /// Global PAX headers, which apply to all entries that follow.
    defaults: Extensions,
}

impl Unpacker<'_, '_> {
    fn run(&mut self) -> Result<()> {
        let mut extensions = Extensions::default();
        let mut pending = false;
        while let Some(header) = self.header()? {
            let size = size(&header).map_err(|error| error.at(&header.path_bytes()))?;
            match header.entry_type() {
                EntryType::GNULongName => extensions.set_path(self.text(size)?),
                EntryType::GNULongLink => extensions.set_target(self.text(size)?),
                EntryType::XHeader => extensions.read(&self.text(size)?)?,
                EntryType::XGlobalHeader => {
                    let text = self.text(size)?;
                    self.defaults.read_global(&text)?;
                    continue;
                }
                kind => {
                    let mut extensions = std::mem::take(&mut extensions).over(&self.defaults);
                    let name = extensions.path.take();
                    let name = name.unwrap_or_else(|| header.path_bytes().into_owned());
                    self.placer.arrived = self.stream.arrived();
                    self.entry(&header, kind, &name, extensions)
                        .map_err(|error| error.at(&name))?;
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
        if is_zero(header.as_bytes()) {
            let mut second = [0; BLOCK];
            if self.stream.fill(&mut second)? && is_zero(&second) {
                return Ok(None);
            }
            return Err(corrupt("its end mark is not whole"));
        }
        if !is_header(header.as_bytes()) {
            return Err(corrupt("a header has a wrong checksum"));
        }
        Ok(Some(header))
    }

    fn entry(
        &mut self,
        header: &Header,
        kind: EntryType,
        name: &[u8],
        mut extensions: Extensions,
    ) -> Result<()> {
        let path = self.placer.clean(name)?;
        let refuse = |reason| {
            Err(UnpackError::Refused {
                entry: show(name),
                reason,
            })
        };
        let stored = match extensions.size {
            Some(size) => size,
            None => size(header)?,
        };
        let meta = meta(header, &mut extensions, self.placer.keeps_attributes())?;
        self.placer.admit_attributes(&path, &meta)?;
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
            EntryType::Regular | EntryType::Continuous if stored > 0 => {
                // Some programs would make a file of it, others a directory.
                refuse("its name is that of a directory, but it has content")
            }
            EntryType::Directory | EntryType::Regular | EntryType::Continuous => {
                self.placer.admit(self.manifest, &path, 0, 0)?;
                if path.is_empty() {
                    return Ok(());
                }
                self.manifest
                    .record(&path, Kind::Directory, &meta.properties());
                self.placer.directory(&path, meta)
            }
            EntryType::Symlink => {
                if path.is_empty() {
                    return refuse("a link cannot be the root");
                }
                self.placer.admit(self.manifest, &path, 0, target.len())?;
                self.placer.symlink(&path, target, &meta)?;
                self.manifest
                    .record(&path, Kind::Link(target), &meta.properties());
                Ok(())
            }
            EntryType::Link => {
                let target = self.placer.clean(target)?;
                self.placer.admit(self.manifest, &path, 0, target.len())?;
                let size = self.placer.hard_link(&path, &target)?;
                self.manifest.add_hard_link(&path, &target, size);
                if stored > 0 && self.has_content()? {
                    self.same_content(&path, stored)?;
                }
                Ok(())
            }
            EntryType::Char | EntryType::Block | EntryType::Fifo => {
                if path.is_empty() {
                    return refuse("it cannot be the root");
                }
                self.placer.admit(self.manifest, &path, 0, 0)?;
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
                Ok(())
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
        placer.admit(manifest, path, map.size, 0)?;
        let limits = placer.limits();
        let mut holes = placer.holes;
        let mut digest = [0; 32];
        placer.file(path, meta, |file: Option<&File>, observer| {
            let fail = |error: std::io::Error| UnpackError::Write {
                path: super::place::to_path(path).to_owned(),
                source: error,
            };
            let mut sink = Sink::new(file);
            // The end is a piece of nothing.
            for &(offset, length) in map.pieces.iter().chain([&(map.size, 0)]) {
                let hole = offset - sink.length();
                holes += hole;
                if hole > 0 && limits.has_large_holes(stream.arrived(), holes) {
                    let (limit, entry) = (Limit::Holes(limits.free_holes), String::new());
                    return Err(UnpackError::Limit { limit, entry });
                }
                sink.skip(hole, observer).map_err(fail)?;
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
            let (size, found) = sink.finish().map_err(fail)?;
            digest = found;
            Ok(size)
        })?;
        placer.holes = holes;
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

    /// Returns true if the content of a hard link follows. Some programs store it with each name of a file;
    /// most say the size of the file and store nothing.
    fn has_content(&mut self) -> Result<bool> {
        let mut block = [0; BLOCK];
        self.stream.peek(&mut block)?;
        Ok(!is_zero(&block) && !is_header(&block))
    }

    /// Reads the content of a hard link, which must be that of the file that it leads to.
    fn same_content(&mut self, path: &[u8], stored: u64) -> Result<()> {
        let mut sink = Sink::new(None);
        let fail = |error: std::io::Error| UnpackError::Write {
            path: super::place::to_path(path).to_owned(),
            source: error,
        };
        while sink.length() < stored {
            let bytes = self.stream.next(stored - sink.length())?;
            if bytes.is_empty() {
                return Err(corrupt("it is cut off"));
            }
            self.placer.observer.proceed(0).map_err(fail)?;
            sink.write(bytes).map_err(fail)?;
        }
        let found = sink.finish().map_err(fail)?;
        self.skip_padding(stored)?;
        if !self.placer.is_dry() && self.placer.content_of(path)? != Some(found) {
            let what = "a hard link has other content than the file that it leads to";
            return Err(corrupt(what));
        }
        Ok(())
    }

    fn skip_padding(&mut self, size: u64) -> Result<()> {
        let over = size % BLOCK as u64;
        self.stream.skip((BLOCK as u64 - over) % BLOCK as u64)
    }

    /// After the end mark: zeros, up to the end of the stream.
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

/// Returns true if a block is a header: its checksum is right.
fn is_header(block: &[u8; BLOCK]) -> bool {
    let sum = |bytes: &[u8]| -> u32 { bytes.iter().map(|byte| u32::from(*byte)).sum() };
    let found = sum(&block[..148]) + 8 * u32::from(b' ') + sum(&block[156..]);
    Header::from_byte_slice(block).cksum().ok() == Some(found)
}

fn is_zero(block: &[u8; BLOCK]) -> bool {
    block.iter().all(|byte| *byte == 0)
}

fn size(header: &Header) -> Result<u64> {
    let field = &header.as_old().size;
    number::parse(field).ok_or_else(|| {
        let field = field.escape_ascii();
        corrupt(format!("its size is no number: {field}"))
    })
}

fn meta(header: &Header, extensions: &mut Extensions, attributes: bool) -> Result<Meta> {
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
            std::mem::take(&mut extensions.attributes)
        } else {
            Attributes::new()
        },
    })
}
