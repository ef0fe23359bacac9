//! Free space, and how much of it uploads must leave.
//!
//! All writers of backups ask for space: uploads, their parts, spooled zip archives, and copies to
//! another file system. Records, the database and the log may use the reserve. However many uploads
//! run at the same time, the free space falls below the reserve only by those, and by what a file
//! system needs for itself beyond the 4 KiB that count for each entry: blocks of large folders,
//! lists of the extents of files.

mod account;
mod reserve;
mod size;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bchan_archive::{ENTRY, Observer, Problem};

use self::account::{Resource, Share};
pub use self::reserve::Reserve;
use crate::durable::FileSystemSync;

/// A client that waits for what is written.
pub trait Waiting: fmt::Debug + Send + Sync {
    /// Fails if the client has gone.
    fn check(&self) -> io::Result<()>;
    /// Fails if the client has gone or takes no more answers.
    fn check_strictly(&self) -> io::Result<()>;
}

/// Watches the free space of one file system while something is written to it.
#[derive(Debug)]
pub struct SpaceGuard {
    directory: PathBuf,
    reserve: Reserve,
    /// The client that waits for the result, if one does.
    client: Option<Arc<dyn Waiting>>,
    /// Space promised by the file system, once some was asked for.
    share: Option<Share<FileSystemSync>>,
    /// The first problems with metadata.
    problems: Vec<String>,
    problem_count: usize,
}

impl SpaceGuard {
    pub fn new(directory: &Path, reserve: Reserve) -> Self {
        Self {
            directory: directory.to_owned(),
            reserve,
            client: None,
            share: None,
            problems: Vec::new(),
            problem_count: 0,
        }
    }

    /// Fails writing as soon as this client has gone.
    pub fn for_client(self, client: Arc<dyn Waiting>) -> Self {
        Self {
            client: Some(client),
            ..self
        }
    }

    /// Returns messages about metadata that could not be stored; of many, the first ones and a
    /// number.
    pub fn warnings(&mut self) -> Vec<String> {
        let mut warnings = std::mem::take(&mut self.problems);
        let more = self.problem_count - warnings.len();
        if more > 0 {
            warnings.push(format!("and {more} more"));
        }
        warnings
    }

    /// Bytes that are free, the reserve included.
    pub fn free(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.directory)?;
        Ok(size::usable(&stat, Reserve::Bytes(0)))
    }

    /// Bytes that may be used.
    pub fn available(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.directory)?;
        Ok(size::usable(&stat, self.reserve))
    }

    /// Size of the file system in bytes; of one that does not say it, the largest.
    pub fn total(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.directory)?;
        Ok(size::total(&stat).unwrap_or(u64::MAX))
    }

    /// Fails if so many bytes would not fit.
    pub fn require(&self, wanted: u64) -> io::Result<()> {
        if wanted > self.available()? {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    /// Asks for so many files or directories, before they are made.
    pub fn entries(&mut self, count: u64) -> io::Result<()> {
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

impl Observer for SpaceGuard {
    fn proceed(&mut self, count: u64) -> io::Result<()> {
        if let Some(client) = &self.client {
            if count == 0 {
                return client.check_strictly();
            }
            client.check()?;
        }
        if count == 0 {
            return Ok(());
        }
        self.take(Resource::Bytes, count)
    }

    fn create(&mut self) -> io::Result<()> {
        if let Some(client) = &self.client {
            client.check()?;
        }
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
    fn nothing_fits_into_the_reserve() {
        let here = std::env::temp_dir();
        let mut room = SpaceGuard::new(&here, Reserve::Bytes(u64::MAX));
        assert!(room.require(1).is_err());
        let error = room.proceed(1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let mut room = SpaceGuard::new(&here, Reserve::Bytes(0));
        room.require(1).unwrap();
        room.proceed(1).unwrap();
    }
}
