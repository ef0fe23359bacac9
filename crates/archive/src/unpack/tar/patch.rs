//! Making files from operations on files of an earlier backup.

use std::os::fd::AsFd as _;

use rustix::fs::FileType;

use super::Unpacker;
use super::reference::refused;
use super::reference_records::{PATCH, Patch, Records};
use crate::delta::{Applier, DeltaError, DeltaLimits};
use crate::manifest::Kind;
use crate::unpack::place::{Meta, to_path};
use crate::unpack::{Limit, Result, UnpackError, corrupt, show};

impl Unpacker<'_, '_, '_> {
    /// Makes a file from the operations in this entry and those that follow it.
    pub(super) fn patch(
        &mut self,
        path: &[u8],
        meta: &Meta,
        stored: u64,
        records: Records,
    ) -> Result<()> {
        let malformed = || corrupt("the records of a patch are malformed");
        let first = Patch::read(records).filter(|patch| patch.part == 0);
        let first = first.ok_or_else(malformed)?;
        let base = first.base.unwrap_or(0);
        let found = self.base_file(path, base, first.path, None)?;
        let earlier = found.open().ok_or_else(|| refused(path, base))?;
        self.placer.admit(self.manifest, path, 0, 0)?;
        let lost = self.placer.done.not_restored;
        let (file, is_clone) = self.placer.begin_patch(path, &earlier)?;
        let limits = self.placer.limits();
        let bounds = DeltaLimits {
            max_bytes: self.placer.left(),
            max_holes: limits.free_holes,
        };
        let fail = |error| match error {
            DeltaError::Malformed(what) => corrupt(format!("a patch is malformed: {what}")),
            DeltaError::TooLarge => UnpackError::Limit {
                limit: Limit::Bytes(limits.max_bytes),
                entry: show(path),
            },
            // An archive of all of it has the bytes that may account for so many.
            DeltaError::TooManyHoles | DeltaError::Base => refused(path, base),
            DeltaError::Write(source) => UnpackError::Write {
                path: to_path(path).to_owned(),
                source,
            },
        };
        let mut applier = Applier::new(&earlier, &file, is_clone, bounds);
        let (mut stored, mut result, mut part) = (stored, first.result, 0);
        let result = loop {
            let mut missing = stored;
            while missing > 0 {
                let bytes = self.stream.next(missing)?;
                if bytes.is_empty() {
                    return Err(corrupt("it is cut off"));
                }
                missing -= bytes.len() as u64;
                applier.push(bytes, self.placer.observer).map_err(fail)?;
            }
            self.skip_padding(stored)?;
            if let Some(result) = result {
                break result;
            }
            part += 1;
            let (next, size) = self.next_part(path)?;
            if next.part != part {
                return Err(malformed());
            }
            (stored, result) = (size, next.result);
        };
        let holes = applier.holes();
        let made = applier.finish().map_err(fail)?;
        if made != result {
            return Err(refused(path, base));
        }
        self.placer.shared_holes += holes;
        let (size, digest) = made;
        self.placer
            .set_open(path, file.as_fd(), meta, FileType::RegularFile);
        self.placer.done.files += 1;
        self.placer.done.bytes += size;
        self.record_file(path, Kind::File { size, digest }, meta, lost);
        Ok(())
    }

    /// The next entry, which must go on with the patch of a file, and the bytes of its content.
    fn next_part(&mut self, path: &[u8]) -> Result<(Patch, u64)> {
        let early = || corrupt("a patch ends early");
        let (header, name, mut extensions) = self.next_entry()?.ok_or_else(early)?;
        let is_part = header.entry_type().as_byte() == PATCH && self.placer.clean(&name)? == path;
        if !is_part {
            return Err(early());
        }
        self.placer.arrived = self.stream.arrived();
        let stored = match extensions.size {
            Some(size) => size,
            None => super::size(&header)?,
        };
        let patch = Patch::read(extensions.take_reference(true));
        let patch = patch.ok_or_else(|| corrupt("the records of a patch are malformed"))?;
        // Parts without content would never end.
        if stored == 0 {
            return Err(early());
        }
        Ok((patch, stored))
    }
}
