//! Making files of entries that refer to an earlier backup.

use super::Unpacker;
use super::reference_records::{Records, Reference};
use crate::manifest::Kind;
use crate::unpack::base::BaseFile;
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
        if stored > 0 {
            return Err(corrupt("a reference has content"));
        }
        let malformed = || corrupt("the records of a reference are malformed");
        let Reference {
            base,
            path: there,
            content,
        } = Reference::read(records).ok_or_else(malformed)?;
        let found = self.base_file(path, base, there, content)?;
        let (size, digest) = found.content;
        let data = found.bytes_on_disk();
        self.placer.admit(self.manifest, path, data, 0)?;
        self.placer.shared_holes += size - data;
        let lost = self.placer.done.not_restored;
        if !self.placer.share(path, meta, &found)? {
            return Err(refused(path, base));
        }
        self.record_file(path, Kind::File { size, digest }, meta, lost);
        Ok(())
    }

    /// The file of a base that an entry refers to: at `there`, or at the path of the entry, and with
    /// this content if the entry says which.
    pub(super) fn base_file(
        &mut self,
        path: &[u8],
        base: u8,
        there: Option<Vec<u8>>,
        content: Option<(u64, [u8; 32])>,
    ) -> Result<BaseFile> {
        if self.bases.is_empty() {
            let what = "a reference to a backup that is not known here";
            return Err(unsupported(what));
        }
        let there = match there {
            Some(there) => self.placer.clean(&there)?,
            None => path.to_vec(),
        };
        let tree = self.bases.get_mut(base);
        let tree = tree.ok_or_else(|| refused(path, base))?;
        let found = tree.find(&there, content, self.placer.observer);
        let found = found.map_err(|error| write_error(path, error))?;
        found.ok_or_else(|| refused(path, base))
    }
}

/// The error for an entry that refers to what a base does not have, or not as the entry says.
pub(super) fn refused(path: &[u8], base: u8) -> UnpackError {
    UnpackError::Base {
        base,
        entry: show(path),
    }
}
