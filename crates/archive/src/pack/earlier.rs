//! Finding files that an earlier backup has.

use std::fs::File;
use std::time::{Duration, SystemTime};

use rustix::fs::Stat;

use crate::manifest::Seen;
use crate::{ManifestIndex, MtreeEntry, MtreeKind};

/// A file that was changed so shortly before the walk began may change again without another time:
/// file systems keep times in steps of up to two seconds.
const COARSEST: Duration = Duration::from_secs(2);

/// The earlier backup that an archive may refer to.
#[derive(Debug)]
pub struct Increment {
    /// An empty file for the texts of the new manifest.
    pub texts: File,
    /// Manifest of the earlier backup; none if there is no such backup.
    pub previous: Option<ManifestIndex>,
    /// Manifest of what has arrived of an interrupted upload; the server has it as base 1.
    pub partial: Option<ManifestIndex>,
    /// The conditions under which a file is unchanged.
    pub look: Look,
    /// When the walk begins.
    pub begun: SystemTime,
}

/// Conditions under which a file counts as unchanged without being read. Its size and its time of
/// modification must always be as they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Reads every file.
    pub reads_all: bool,
    /// Does not look at the time of the last change of the inode.
    pub ignores_ctime: bool,
    /// Does not look at the number of the inode.
    pub ignores_inode: bool,
}

/// State of an increment while an archive is made.
pub(super) struct Earlier {
    index: Option<ManifestIndex>,
    partial: Option<ManifestIndex>,
    pub(super) look: Look,
    /// In seconds and nanoseconds; nothing that was changed later is trusted.
    trusted_until: (i64, u32),
}

impl Earlier {
    pub(super) fn new(
        (index, partial): (Option<ManifestIndex>, Option<ManifestIndex>),
        look: Look,
        begun: SystemTime,
    ) -> Self {
        let until = begun.checked_sub(COARSEST);
        let until = until.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        let until = until.unwrap_or_default();
        Self {
            index,
            partial,
            look,
            trusted_until: (
                i64::try_from(until.as_secs()).unwrap_or(i64::MAX),
                until.subsec_nanos(),
            ),
        }
    }

    /// The entry of a file that looks as it did when it was read.
    pub(super) fn unchanged(&mut self, path: &[u8], stat: &Stat) -> Option<MtreeEntry> {
        if self.look.reads_all || stat.st_size == 0 {
            // A file that is said to be empty may have content.
            return None;
        }
        let entry = self.entry(path)?;
        let seen = entry.seen.filter(|seen| seen.is_trusted)?;
        let same = matches!(entry.kind, MtreeKind::File { size, .. } if is_size(stat, size))
            && entry.mtime == Some(mtime(stat))
            && (self.look.ignores_ctime || seen.ctime == ctime(stat))
            && (self.look.ignores_inode || seen.inode == stat.st_ino);
        same.then_some(entry)
    }

    pub(super) fn entry(&mut self, path: &[u8]) -> Option<MtreeEntry> {
        let found = self.index.as_ref()?.entry(path);
        let Ok(entry) = found else {
            // The file of the index cannot be read: everything is sent.
            self.index = None;
            return None;
        };
        entry.filter(|entry| entry.problem.is_none())
    }

    /// Returns true if a file of this size may be known.
    pub(super) fn has_size(&self, size: u64) -> bool {
        let mut indexes = [&self.index, &self.partial].into_iter().flatten();
        indexes.any(|index| index.has_size(size))
    }

    /// A file with this content, and the base that has it: under the same path if that is possible.
    pub(super) fn with_content(
        &mut self,
        path: &[u8],
        size: u64,
        digest: [u8; 32],
    ) -> Option<(u8, MtreeEntry)> {
        let wanted = MtreeKind::File { size, digest };
        let same = self.entry(path).filter(|entry| entry.kind == wanted);
        if let Some(same) = same {
            return Some((0, same));
        }
        let indexes = [&self.index, &self.partial];
        indexes.into_iter().zip(0..).find_map(|(index, base)| {
            let found = index.as_ref()?.with_digest(size, &digest);
            found.ok().flatten().map(|entry| (base, entry))
        })
    }

    /// The state of a file whose content and attributes are known; none if it may change without a
    /// difference that can be seen.
    pub(super) fn seen(&self, stat: &Stat) -> Option<Seen> {
        let is_old = |time| time < self.trusted_until;
        let is_settled = self.look.ignores_ctime || is_old(ctime(stat));
        (is_old(mtime(stat)) && is_settled).then(|| Seen {
            inode: stat.st_ino,
            ctime: ctime(stat),
            is_trusted: true,
        })
    }
}

fn is_size(stat: &Stat, size: u64) -> bool {
    u64::try_from(stat.st_size) == Ok(size)
}

pub(super) fn is_same(before: &Stat, after: &Stat) -> bool {
    before.st_size == after.st_size
        && before.st_ino == after.st_ino
        && mtime(before) == mtime(after)
        && ctime(before) == ctime(after)
}

fn mtime(stat: &Stat) -> (i64, u32) {
    let nanoseconds = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
    (stat.st_mtime, nanoseconds)
}

fn ctime(stat: &Stat) -> (i64, u32) {
    let nanoseconds = u32::try_from(stat.st_ctime_nsec).unwrap_or(0);
    (stat.st_ctime, nanoseconds)
}
