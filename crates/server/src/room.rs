//! Free space, and how much of it uploads must leave.
//!
//! All who write backups ask for what they write: uploads, their parts, what is spooled, and copies
//! to another file system. Records, the database and the log may use the reserve. However many
//! upload at the same time, the free space goes below it only by those, and by what a file system
//! needs for itself beyond the 4 KiB that count for each entry: blocks of large folders, lists of
//! the extents of files.

mod account;

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bchan_archive::{ENTRY, Observer, Problem};

use self::account::{Resource, Share};
use crate::durable::FileSystemSync;

use crate::guard::Caller;

/// Free space that uploads never use, so that what is there can still be recycled, deleted and
/// accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// So many bytes.
    Bytes(u64),
    /// So many hundredths of the file system.
    Percent(u8),
}

impl Default for Reserve {
    fn default() -> Self {
        Self::Bytes(256 << 20)
    }
}

impl Reserve {
    /// In bytes, of a file system that has so many.
    fn bytes(self, total: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => total / 100 * u64::from(percent),
        }
    }

    /// In inodes, of a file system that has so many: none if no bytes are kept either.
    fn inodes(self, total: u64) -> u64 {
        match self {
            Self::Bytes(0) | Self::Percent(0) => 0,
            _ => (total / 100).min(1000),
        }
    }
}

impl FromStr for Reserve {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is neither a size such as 512MiB nor a share such as 5%");
        if let Some(percent) = text.strip_suffix('%') {
            let percent = percent.trim().parse().map_err(|_| wrong())?;
            return match percent {
                0..=99 => Ok(Self::Percent(percent)),
                _ => Err("the reserve must be less than 100%".to_owned()),
            };
        }
        let size: bytesize::ByteSize = text.parse().map_err(|_| wrong())?;
        Ok(Self::Bytes(size.as_u64()))
    }
}

/// Watches the free space of one file system while something is written to it.
#[derive(Debug)]
pub(crate) struct Room {
    directory: PathBuf,
    reserve: Reserve,
    /// The client that waits for what is written.
    caller: Caller,
    /// What was promised of the file system, from the moment that something is asked for.
    share: Option<Share<FileSystemSync>>,
    /// What could not be kept of what is unpacked, as far as it is named.
    problems: Vec<String>,
    problem_count: usize,
}

impl Room {
    pub(crate) fn new(directory: &Path, reserve: Reserve) -> Self {
        Self {
            directory: directory.to_owned(),
            reserve,
            caller: Caller::default(),
            share: None,
            problems: Vec::new(),
            problem_count: 0,
        }
    }

    /// The same, for as long as this client waits.
    pub(crate) fn for_caller(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    /// What could not be kept, a line each; of many, the first ones and a number.
    pub(crate) fn warnings(&mut self) -> Vec<String> {
        let mut warnings = std::mem::take(&mut self.problems);
        let more = self.problem_count - warnings.len();
        if more > 0 {
            warnings.push(format!("and {more} more"));
        }
        warnings
    }

    /// Bytes that are free, the reserve included.
    pub(crate) fn free(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.directory)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    /// Bytes that may be used.
    pub(crate) fn available(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.directory)?;
        let total = stat.f_blocks.saturating_mul(stat.f_frsize);
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        Ok(free.saturating_sub(self.reserve.bytes(total)))
    }

    /// Size of the file system in bytes.
    pub(crate) fn total(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.directory)?;
        Ok(stat.f_blocks.saturating_mul(stat.f_frsize))
    }

    /// Fails if so many bytes would not fit.
    pub(crate) fn require(&self, wanted: u64) -> io::Result<()> {
        if wanted > self.available()? {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    /// Asks for so many files or directories, before they are made.
    pub(crate) fn entries(&mut self, count: u64) -> io::Result<()> {
        self.take(Resource::Inodes, count)?;
        self.take(Resource::Bytes, count.saturating_mul(ENTRY))
    }

    fn take(&mut self, what: Resource, count: u64) -> io::Result<()> {
        let share = match &mut self.share {
            Some(share) => share,
            none => none.insert(Share::open(&self.directory)?),
        };
        share.take(what, count, self.reserve)
    }
}

impl Observer for Room {
    fn proceed(&mut self, count: u64) -> io::Result<()> {
        if count == 0 {
            return self.caller.check_strictly();
        }
        self.caller.check()?;
        self.take(Resource::Bytes, count)
    }

    fn create(&mut self) -> io::Result<()> {
        self.caller.check()?;
        self.entries(1)
    }

    fn problem(&mut self, path: &Path, problem: &Problem) {
        /// Most that are named.
        const NAMED: usize = 20;
        self.problem_count += 1;
        if self.problems.len() < NAMED {
            let path = path.display().to_string();
            self.problems
                .push(format!("{}: {problem}", path.escape_debug()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserves_are_sizes_or_shares() {
        for (text, reserve) in [
            ("0", Reserve::Bytes(0)),
            ("512MiB", Reserve::Bytes(512 << 20)),
            ("1 GB", Reserve::Bytes(1_000_000_000)),
            ("5%", Reserve::Percent(5)),
        ] {
            assert_eq!(text.parse(), Ok(reserve), "{text}");
        }
        for text in ["", "100%", "-1", "x", "5 %%", "300%"] {
            text.parse::<Reserve>().unwrap_err();
        }
    }

    #[test]
    fn nothing_fits_into_the_reserve() {
        let here = std::env::temp_dir();
        let mut room = Room::new(&here, Reserve::Bytes(u64::MAX));
        assert!(room.require(1).is_err());
        let error = room.proceed(1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let mut room = Room::new(&here, Reserve::Bytes(0));
        room.require(1).unwrap();
        room.proceed(1).unwrap();
    }

    #[test]
    fn some_inodes_are_kept_unless_nothing_is() {
        let reserve = Reserve::default();
        for (total, kept) in [(0, 0), (500, 5), (50_000, 500), (10_000_000, 1000)] {
            assert_eq!(reserve.inodes(total), kept);
            assert_eq!(Reserve::Percent(0).inodes(total), 0);
        }
    }
}
