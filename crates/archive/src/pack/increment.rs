//! Leaving out the contents of files that an earlier backup has.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{Stat, fstat};
use tar::EntryType;

use super::content::{FileContent, digest_of};
use super::earlier::{Earlier, is_same};
use super::entry::{Entry, Referred};
use super::metadata::Node;
use super::packer::Packer;
use crate::MtreeKind;
use crate::manifest::{Extras, Kind};
use crate::pack_error::PackError;
use crate::tour::{At, Place, open_file};
use crate::walk::FileKey;

/// Type of an entry whose content is that of a file in an earlier backup.
const REFERENCE: u8 = b'R';

impl Packer<'_> {
    /// Packs a file that need not be read, and returns true, if it is one.
    pub(super) fn reuse(
        &mut self,
        place: Place<'_>,
        at: At<'_>,
        stat: &Stat,
    ) -> Result<bool, PackError> {
        let Some(earlier) = &mut self.earlier else {
            return Ok(false);
        };
        let ignores_ctime = earlier.look.ignores_ctime;
        let Some(entry) = earlier.unchanged(place.name, stat) else {
            return Ok(false);
        };
        let MtreeKind::File { size, digest } = entry.kind else {
            return Ok(false);
        };
        let content = FileContent {
            size,
            digest,
            blocks: entry.blocks,
        };
        let node = if ignores_ctime {
            // Nothing else would show that attributes have changed.
            match open_file(at, self.options.force_readable) {
                Ok((fd, found)) if is_same(&found, stat) => {
                    self.open_node(place, fd.as_fd(), &found)
                }
                _ => return Ok(false),
            }
        } else {
            self.node(place, stat, Ok(entry.attributes))
        };
        if self.second_name(&place, &node)? {
            return Ok(true);
        }
        self.observer.entry(place.path, size);
        self.observer.bytes(size);
        self.refer(&place, &node, size, None)?;
        self.record(&place, &node, &content, Some(stat));
        Ok(true)
    }

    /// Packs a file whose content the base turns out to have.
    pub(super) fn refer_by_content(
        &mut self,
        place: &Place<'_>,
        fd: &OwnedFd,
        node: &Node,
    ) -> Result<Option<FileContent>, PackError> {
        let size = u64::try_from(node.stat.st_size).unwrap_or(0);
        let may_be_known = |earlier: &Earlier| size > 0 && earlier.has_size(size);
        if !self.earlier.as_ref().is_some_and(may_be_known) {
            return Ok(None);
        }
        let Some(digest) = digest_of(fd, &node.stat) else {
            return Ok(None);
        };
        let there = self
            .earlier
            .as_mut()
            .and_then(|earlier| earlier.with_content(place.name, size, digest));
        let Some((base, there)) = there else {
            return Ok(None);
        };
        self.observer.bytes(size);
        let is_same = base == 0 && there.path == place.name;
        let referred = Referred {
            base,
            path: &there.path,
            size,
            digest,
        };
        self.refer(place, node, size, Some(referred).filter(|_| !is_same))?;
        Ok(Some(FileContent {
            size,
            digest,
            blocks: there.blocks,
        }))
    }

    /// Writes an entry that refers to a file of a base; by default, the one at the same path of
    /// base 0.
    fn refer(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        size: u64,
        referred: Option<Referred<'_>>,
    ) -> Result<(), PackError> {
        let entry = Entry {
            path: place.name,
            kind: EntryType::new(REFERENCE),
            node,
            size: 0,
            target: b"",
            real_size: None,
            referred,
            part: None,
        };
        let wrote = entry.write(&mut self.out);
        wrote.map_err(|source| PackError::Write { source })?;
        self.summary.reused.add(size);
        Ok(())
    }

    /// Counts and records a file. `unchanged` is its state if nothing has happened to it since it was
    /// opened, and nothing was wrong with it.
    pub(super) fn record(
        &mut self,
        place: &Place<'_>,
        node: &Node,
        content: &FileContent,
        unchanged: Option<&Stat>,
    ) {
        let seen = self.earlier.as_ref().zip(unchanged);
        let seen = seen.and_then(|(earlier, stat)| earlier.seen(stat));
        if let Some(manifest) = &mut self.summary.manifest {
            let extras = Extras {
                seen,
                blocks: content.blocks.as_deref(),
                ..Extras::default()
            };
            let (size, digest) = (content.size, content.digest);
            let kind = Kind::File { size, digest };
            manifest.record_with(place.name, kind, &node.properties(), &extras);
        }
        if node.stat.st_nlink > 1 {
            self.seen
                .insert(FileKey::of(&node.stat), place.name.to_owned());
        }
        self.summary.files += 1;
        self.summary.bytes += content.size;
    }

    /// The state of an open file, if it is what it was and nothing was reported since the summary had
    /// this many problems.
    pub(super) fn state_after(&self, fd: &OwnedFd, before: &Stat, problems: u64) -> Option<Stat> {
        let after = fstat(fd).ok()?;
        (self.summary.problems() == problems && is_same(before, &after)).then_some(after)
    }
}
