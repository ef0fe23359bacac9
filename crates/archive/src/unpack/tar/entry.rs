//! Making what an entry of a tar archive says.

use std::fs::File;

use rustix::fs::FileType;
use tar::{EntryType, Header};

use super::extension::Extensions;
use super::number::BLOCK;
use super::reference_records::{PATCH, REFERENCE};
use super::sparse::{self, Map, read_map};
use super::{Unpacker, is_zero, size};
use crate::manifest::{Extras, Kind};
use crate::tar_header::is_header;
use crate::unpack::data::Sink;
use crate::unpack::place::{Meta, to_path};
use crate::unpack::{Limit, Result, UnpackError, corrupt, show, unsupported};

/// A directory and the list of what was in it, of GNU's incremental archives.
const DUMP_DIRECTORY: u8 = b'D';
/// A file whose beginning is in an earlier volume.
const CONTINUATION: u8 = b'M';

/// Returns true if an entry is a directory. Old archives say so by the name alone.
fn is_directory(kind: EntryType, name: &[u8], stored: u64) -> bool {
    match kind {
        EntryType::Directory => true,
        EntryType::Regular | EntryType::Continuous => name.ends_with(b"/") && stored == 0,
        kind => kind.as_byte() == DUMP_DIRECTORY,
    }
}

fn refuse(name: &[u8], reason: &'static str) -> Result<()> {
    let entry = show(name);
    Err(UnpackError::Refused { entry, reason })
}

impl Unpacker<'_, '_, '_> {
    pub(super) fn entry(
        &mut self,
        header: &Header,
        name: &[u8],
        mut extensions: Extensions,
    ) -> Result<()> {
        let path = self.placer.clean(name)?;
        let kind = header.entry_type();
        let is_reference = kind.as_byte() == REFERENCE;
        let is_patch = kind.as_byte() == PATCH;
        let records = extensions.take_reference(is_reference || is_patch);
        if kind.as_byte() == CONTINUATION {
            return Err(unsupported("a file that continues from another volume"));
        }
        let stored = match extensions.size {
            Some(size) => size,
            None => size(header)?,
        };
        let is_directory = is_directory(kind, name, stored);
        let lists = match kind {
            EntryType::Symlink | EntryType::Link => 0,
            _ if is_directory => 2,
            _ => 1,
        };
        let meta = self.meta(&path, header, lists, &mut extensions)?;
        self.report(&path, &extensions);
        self.placer.admit_attributes(&path, &meta)?;
        if is_directory {
            return self.directory(&path, kind, stored, meta);
        }
        if path.is_empty() {
            return refuse(name, "only a directory can be the root");
        }
        let link = header.link_name_bytes();
        let target = extensions.target.as_deref().or(link.as_deref());
        let target = target.unwrap_or_default();
        match kind {
            EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") => {
                // Some programs would make a file of it, others a directory.
                refuse(name, "its name is that of a directory, but it has content")
            }
            EntryType::Regular | EntryType::Continuous => {
                let map = extensions.map(stored)?;
                self.file(&path, &meta, stored, map, extensions.sparse_in_data)
            }
            EntryType::GNUSparse => {
                let map = sparse::old_map(header, &mut self.stream)?;
                self.file(&path, &meta, stored, Some(map), false)
            }
            EntryType::Symlink => {
                self.placer.admit(self.manifest, &path, 0, target.len())?;
                self.placer.symlink(&path, target, &meta)?;
                self.manifest
                    .record(&path, Kind::Link(target), &meta.properties());
                Ok(())
            }
            EntryType::Link => self.hard_link(&path, target, stored),
            EntryType::Char | EntryType::Block | EntryType::Fifo => {
                self.special(&path, header, extensions.device, &meta)
            }
            _ if (is_reference || is_patch) && name.ends_with(b"/") => {
                refuse(name, "its name is that of a directory, but it is a file")
            }
            _ if (is_reference || is_patch) && extensions.map(stored)?.is_some() => {
                Err(corrupt("a reference has a map of holes"))
            }
            _ if is_reference => self.reference(&path, &meta, stored, records),
            _ if is_patch => self.patch(&path, &meta, stored, records),
            _ => refuse(name, "entries of its kind are not supported"),
        }
    }

    fn directory(&mut self, path: &[u8], kind: EntryType, stored: u64, meta: Meta) -> Result<()> {
        self.placer.admit(self.manifest, path, 0, 0)?;
        if !path.is_empty() {
            self.manifest
                .record(path, Kind::Directory, &meta.properties());
            self.placer.directory(path, meta)?;
        }
        // A list of names, for which deleting is left to those who restore several archives.
        if kind.as_byte() == DUMP_DIRECTORY {
            self.skip(stored)?;
        }
        Ok(())
    }

    fn hard_link(&mut self, path: &[u8], target: &[u8], stored: u64) -> Result<()> {
        let target = self.placer.clean(target)?;
        self.placer.admit(self.manifest, path, 0, target.len())?;
        if let Some(size) = self.placer.hard_link(path, &target)? {
            self.manifest.add_hard_link(path, &target, size);
        }
        if stored > 0 && self.has_content()? {
            self.same_content(path, stored)?;
        }
        Ok(())
    }

    fn special(
        &mut self,
        path: &[u8],
        header: &Header,
        device: (Option<u32>, Option<u32>),
        meta: &Meta,
    ) -> Result<()> {
        self.placer.admit(self.manifest, path, 0, 0)?;
        let number = |value: std::io::Result<Option<u32>>| value.ok().flatten();
        let major = device.0.or_else(|| number(header.device_major()));
        let minor = device.1.or_else(|| number(header.device_minor()));
        let device = (major.unwrap_or(0), minor.unwrap_or(0));
        let (file_type, kind) = match header.entry_type() {
            EntryType::Char => (FileType::CharacterDevice, Kind::Character(device)),
            EntryType::Block => (FileType::BlockDevice, Kind::Block(device)),
            _ => (FileType::Fifo, Kind::Fifo),
        };
        self.placer.special(path, file_type, device, meta)?;
        self.manifest.record(path, kind, &meta.properties());
        Ok(())
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
        placer.admit(manifest, path, left, 0)?;
        let limits = placer.limits();
        let mut holes = placer.holes;
        let mut digest = [0; 32];
        let lost = placer.done.not_restored;
        placer.file(path, meta, |file: Option<&File>, observer| {
            let fail = |error: std::io::Error| UnpackError::Write {
                path: to_path(path).to_owned(),
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
        self.record_file(path, Kind::File { size, digest }, meta, lost);
        self.skip_padding(stored)
    }

    /// Records a file. `lost` is the number of properties that could not be set before it.
    pub(super) fn record_file(&mut self, path: &[u8], kind: Kind<'_>, meta: &Meta, lost: u64) {
        let is_lost = self.placer.done.not_restored > lost;
        let extras = Extras {
            problem: is_lost.then_some("metadata"),
            ..Extras::default()
        };
        self.manifest
            .record_with(path, kind, &meta.properties(), &extras);
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
            path: to_path(path).to_owned(),
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
}
