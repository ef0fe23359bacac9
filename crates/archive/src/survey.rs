//! Looking at what would be packed, without reading it.

use std::collections::HashSet;
use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::fs::{FileType, Stat};

use crate::Source;
use crate::observer::{EntryKind, Observer, Problem};
use crate::pack::{PackError, PackSummary};
use crate::select::{Reason, Rules};
use crate::tour::{At, Place, SourceVisitor, open_file, tour};
use crate::walk::{FileKey, file_type};

/// How to look.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// Rules of what is left out.
    pub rules: Rules,
    /// True if to open every file, to see whether it can be read.
    pub probe: bool,
    /// True if named pipes and devices are packed.
    pub special: bool,
}

/// Goes through sources as packing would, and says what it would have packed. Every entry is shown
/// to the observer, which is asked before whether to go on.
pub fn survey(
    sources: &[Source],
    options: &Survey,
    observer: &mut dyn Observer,
) -> Result<PackSummary, PackError> {
    let mut surveyor = Surveyor {
        probe: options.probe,
        special: options.special,
        observer,
        summary: PackSummary::default(),
        seen: HashSet::new(),
    };
    tour(sources, &options.rules, false, &mut surveyor)?;
    Ok(surveyor.summary)
}

struct Surveyor<'a> {
    probe: bool,
    special: bool,
    observer: &'a mut dyn Observer,
    summary: PackSummary,
    /// Files with several names, of which only the first has content.
    seen: HashSet<FileKey>,
}

impl Surveyor<'_> {
    fn found(&mut self, path: &Path, kind: EntryKind, size: u64) -> Result<(), PackError> {
        let go_on = self.observer.proceed(0);
        go_on.map_err(|source| PackError::Walk {
            path: path.to_owned(),
            source,
        })?;
        self.observer.found(path, kind, size);
        Ok(())
    }
}

impl SourceVisitor for Surveyor<'_> {
    type PreservedMetadata = ();

    fn keep(&mut self, _place: Place<'_>, _fd: BorrowedFd<'_>, _stat: &Stat) {}

    fn directory(&mut self, place: Place<'_>, (): &()) -> Result<(), PackError> {
        self.summary.directories += 1;
        self.found(place.path, EntryKind::Directory, 0)
    }

    fn leaf(&mut self, place: Place<'_>, at: At<'_>, stat: &Stat) -> Result<(), PackError> {
        let kind = EntryKind::from(file_type(stat));
        match file_type(stat) {
            FileType::RegularFile => {
                if self.probe
                    && let Err(problem) = open_file(at, false)
                {
                    self.problem(place.path, &problem);
                    return Ok(());
                }
                let mut size = u64::try_from(stat.st_size).unwrap_or(0);
                if stat.st_nlink > 1 && !self.seen.insert(FileKey::of(stat)) {
                    size = 0;
                }
                self.summary.files += 1;
                self.summary.bytes += size;
                self.found(place.path, kind, size)
            }
            FileType::Symlink => {
                self.summary.links += 1;
                self.found(place.path, kind, 0)
            }
            FileType::Fifo | FileType::BlockDevice | FileType::CharacterDevice if self.special => {
                self.summary.special += 1;
                self.found(place.path, kind, 0)
            }
            _ => {
                let kind = kind.name();
                self.problem(place.path, &Problem::Skipped { kind });
                Ok(())
            }
        }
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
