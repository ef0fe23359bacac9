//! Making files of entries that refer to an earlier backup.

use super::Unpacker;
use super::reference_records::{Records, Reference};
use crate::manifest::Kind;
use crate::unpack::place::{Meta, write_error};
use crate::unpack::{Result, UnpackError, corrupt, show, unsupported};

impl Unpacker<'_, '_, '_> {
    /// Makes a file from a base's file.
    pub(super) fn reference(
        &mut self,
        path: &[u8],
        meta: &Meta,
        stored: u64,
        records: Records,
    ) -> Result<()> {
        if self.bases.is_empty() {
            return Err(unsupported(
                "a reference to a backup that is not known here",
            ));
        }
        if stored > 0 {
            return Err(corrupt("a reference has content"));
        }
        let malformed = || corrupt("the records of a reference are malformed");
        let Reference {
            base,
            path: there,
            content,
        } = Reference::read(records).ok_or_else(malformed)?;
        let there = match there {
            Some(there) => self.placer.clean(&there)?,
            None => path.to_vec(),
        };
        let refused = || UnpackError::Base {
            base,
            entry: show(path),
        };
        let tree = self.bases.get_mut(base).ok_or_else(refused)?;
        let found = tree.find(&there, content, self.placer.observer);
        let found = found.map_err(|error| write_error(path, error))?;
        let found = found.ok_or_else(refused)?;
        let (size, digest) = found.content;
        let data = found.bytes_on_disk();
        self.placer.admit(self.manifest, path, data, 0)?;
        self.placer.holes += size - data;
        let lost = self.placer.done.not_restored;
        if !self.placer.share(path, meta, &found)? {
            return Err(refused());
        }
        self.record_file(path, Kind::File { size, digest }, meta, lost);
        Ok(())
    }
}
