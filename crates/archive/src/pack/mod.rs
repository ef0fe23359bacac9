//! Packing trees into a tar archive.
//!
//! Every entry has exactly the size that its header says, whatever happens to the file meanwhile:
//! what is missing becomes zeros, what is too much is left out, and both are reported. So the
//! archive is valid in any case.

mod content;
mod entry;

use std::collections::HashMap;
use std::io::{self, Write};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat};
use tar::EntryType;

use self::entry::{BLOCK, Entry};
use crate::observer::{EntryKind, Observer, Problem};
use crate::select::{Reason, Rules};
use crate::tour::{At, Place, Visitor, open_file, read_link, tour};
use crate::walk::{file_type, identity};
use crate::{Manifest, Source};

/// How to pack.
#[derive(Clone, Debug, Default)]
pub struct PackOptions {
    /// What is left out.
    pub rules: Rules,
    /// Whether an archive without a file or a link is an error.
    pub refuse_empty: bool,
    /// Gives oneself the right to read what one owns and may not read, for as long as it takes.
    pub force_readable: bool,
    /// Whether to hash what is packed.
    pub manifest: bool,
}

/// What was packed.
#[derive(Clone, Debug, Default)]
pub struct PackSummary {
    /// Files, hard links among them.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// Symbolic links.
    pub links: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Entries that were gone when their turn came.
    pub vanished: u64,
    /// Entries that could not be read, or not to their end.
    pub unreadable: u64,
    /// Files that changed while they were read.
    pub changed: u64,
    /// Entries of kinds that are not stored.
    pub skipped: u64,
    /// Entries that the rules leave out; of a directory, what is below it does not count.
    pub excluded: u64,
    /// The hashes, if they were asked for.
    pub manifest: Option<Manifest>,
}

impl PackSummary {
    /// Whether everything that was there is in the archive as it was.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable == 0 && self.changed == 0
    }

    /// Whether nothing but directories was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files == 0 && self.links == 0
    }

    pub(crate) fn count(&mut self, problem: &Problem) {
        match problem {
            Problem::Vanished => self.vanished += 1,
            Problem::Unreadable { .. } => self.unreadable += 1,
            Problem::Shrunk | Problem::Grown | Problem::Modified => self.changed += 1,
            Problem::Skipped { .. } => self.skipped += 1,
            Problem::NotRestored { .. } => {}
        }
    }
}

/// Why an archive was not finished.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A root cannot be read.
    #[error("{} cannot be read", path.display())]
    Source {
        /// The root.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A tree cannot be walked any further.
    #[error("walking {} failed", path.display())]
    Walk {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing to pack, and [`PackOptions::refuse_empty`] is set.
    #[error("there is nothing to pack")]
    Empty,
    /// Whoever takes the archive takes no more.
    #[error("writing the archive failed")]
    Write {
        /// Why.
        source: io::Error,
    },
}

/// Writes sources as one tar archive, to its end. Problems of single entries go to the observer,
/// with the paths that the caller knows them by; those of roots are errors.
pub fn pack<W: Write>(
    sources: &[Source],
    out: W,
    options: &PackOptions,
    observer: &mut dyn Observer,
) -> Result<(PackSummary, W), PackError> {
    let summary = PackSummary {
        manifest: options.manifest.then(Manifest::default),
        ..PackSummary::default()
    };
    let mut packer = Packer {
        out,
        options,
        observer,
        summary,
        seen: HashMap::new(),
        buffer: vec![0; content::BUFFER],
    };
    tour(sources, &options.rules, options.force_readable, &mut packer)?;
    if options.refuse_empty && packer.summary.is_empty() {
        return Err(PackError::Empty);
    }
    // The end of the archive: two empty blocks, filled up as tar does.
    let wrote = packer
        .out
        .write_all(&[0; 2 * BLOCK])
        .and_then(|()| packer.out.flush());
    wrote.map_err(|source| PackError::Write { source })?;
    Ok((packer.summary, packer.out))
}

struct Packer<'a, W> {
    out: W,
    options: &'a PackOptions,
    observer: &'a mut dyn Observer,
    summary: PackSummary,
    /// Files with several names, and what the first is called.
    seen: HashMap<(u64, u64), Vec<u8>>,
    buffer: Vec<u8>,
}

impl<W: Write> Visitor for Packer<'_, W> {
    type Kept = Stat;

    fn keep(&mut self, _place: Place<'_>, _fd: BorrowedFd<'_>, stat: &Stat) -> Stat {
        *stat
    }

    fn directory(&mut self, place: Place<'_>, stat: &Stat) -> Result<(), PackError> {
        self.observer.entry(place.path, 0);
        let name = [place.name, b"/"].concat();
        self.head(&name, EntryType::Directory, stat, b"")?;
        self.summary.directories += 1;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.add_directory(place.name);
        }
        Ok(())
    }

    fn leaf(&mut self, place: Place<'_>, at: At<'_>, stat: &Stat) -> Result<(), PackError> {
        match file_type(stat) {
            FileType::RegularFile => match open_file(at, self.options.force_readable) {
                Ok((fd, stat)) => return self.file(&place, &fd, &stat),
                Err(problem) => self.problem(place.path, &problem),
            },
            FileType::Symlink => match read_link(at) {
                Ok(target) => return self.link(&place, stat, target.as_bytes()),
                Err(problem) => self.problem(place.path, &problem),
            },
            other => {
                let kind = EntryKind::from(other).name();
                self.problem(place.path, &Problem::Skipped { kind });
            }
        }
        Ok(())
    }

    fn excluded(&mut self, path: &Path, _stat: &Stat, reason: &Reason) {
        self.summary.excluded += 1;
        self.observer.excluded(path, reason);
    }

    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.summary.count(problem);
        self.observer.problem(path, problem);
    }
}

impl<W: Write> Packer<'_, W> {
    fn link(&mut self, place: &Place<'_>, stat: &Stat, target: &[u8]) -> Result<(), PackError> {
        self.observer.entry(place.path, 0);
        self.head(place.name, EntryType::Symlink, stat, target)?;
        self.summary.links += 1;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.add_link(place.name, target);
        }
        Ok(())
    }

    fn file(&mut self, place: &Place<'_>, fd: &OwnedFd, stat: &Stat) -> Result<(), PackError> {
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        if let Some(first) = self.seen.get(&identity(stat)) {
            let first = first.clone();
            self.observer.entry(place.path, 0);
            self.head(place.name, EntryType::Link, stat, &first)?;
            if let Some(manifest) = &mut self.summary.manifest {
                manifest.add_hard_link(place.name, &first, size);
            }
            self.summary.files += 1;
            return Ok(());
        }
        self.observer.entry(place.path, size);
        let digest = self.content(place, fd, stat)?;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.add_file(place.name, size, digest);
        }
        if stat.st_nlink > 1 {
            self.seen.insert(identity(stat), place.name.to_owned());
        }
        self.summary.files += 1;
        self.summary.bytes += size;
        Ok(())
    }

    /// Writes the head of an entry without content.
    fn head(
        &mut self,
        path: &[u8],
        kind: EntryType,
        stat: &Stat,
        target: &[u8],
    ) -> Result<(), PackError> {
        let entry = Entry {
            path,
            kind,
            stat,
            size: 0,
            target,
            real_size: None,
        };
        entry
            .write(&mut self.out)
            .map_err(|source| PackError::Write { source })
    }
}
