//! Free space, and how much of it uploads must leave.

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bchan_archive::{Observer, Problem};

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
    /// Who waits for what is written.
    caller: Caller,
    /// Bytes that may be written before the free space is asked for again.
    granted: u64,
    /// What could not be kept of what is unpacked, as far as it is named.
    problems: Vec<String>,
    problem_count: usize,
}

impl Room {
    /// Most bytes that are granted at a time.
    const MOST: u64 = 64 << 20;

    pub(crate) fn new(directory: &Path, reserve: Reserve) -> Self {
        Self {
            directory: directory.to_owned(),
            reserve,
            caller: Caller::default(),
            granted: 0,
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
        let reserve = match self.reserve {
            Reserve::Bytes(bytes) => bytes,
            Reserve::Percent(percent) => {
                let total = stat.f_blocks.saturating_mul(stat.f_frsize);
                total / 100 * u64::from(percent)
            }
        };
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        Ok(free.saturating_sub(reserve))
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
}

impl Observer for Room {
    /// Asks the file system more often the less room there is: others write, too.
    fn proceed(&mut self, count: u64) -> io::Result<()> {
        if count == 0 {
            return self.caller.check_strictly();
        }
        self.caller.check()?;
        if self.granted < count {
            let available = self.available()?;
            if available < count {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.granted = (available / 16).clamp(count, Self::MOST.max(count));
        }
        self.granted -= count;
        Ok(())
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
}
