//! Packing trees into a tar archive.
//!
//! Every entry has exactly the size that its header says, whatever happens to the file meanwhile:
//! what is missing becomes zeros, what is too much is left out, and both are reported. So the
//! archive is valid in any case.

mod content;
mod entry;

use std::collections::HashMap;
use std::ffi::{CStr, CString, OsStr};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Mode, Stat};
use rustix::io::Errno;
use tar::EntryType;

use self::entry::{BLOCK, Entry};
use crate::observer::{Observer, Problem};
use crate::open;
use crate::walk::{Step, Walker, file_type, identity};
use crate::{Manifest, Source};

/// How to pack.
#[derive(Clone, Copy, Debug, Default)]
pub struct PackOptions {
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
    /// The hashes, if they were asked for.
    pub manifest: Option<Manifest>,
}

impl PackSummary {
    /// Whether everything that was there is in the archive as it was.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable == 0 && self.changed == 0
    }

    fn count(&mut self, problem: &Problem) {
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
        opened: Vec::new(),
    };
    for source in sources {
        packer.source(source)?;
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
    /// Directories that were opened by force, and their modes.
    opened: Vec<(Vec<u8>, Mode)>,
}

/// What an entry is called, in the archive and by the user.
struct Place<'a> {
    name: &'a [u8],
    path: &'a Path,
}

impl<W: Write> Packer<'_, W> {
    fn source(&mut self, source: &Source) -> Result<(), PackError> {
        let root = source.path();
        let fail = |error: io::Error| PackError::Source {
            path: root.to_owned(),
            source: error,
        };
        let (prefix, name): (Vec<u8>, _) = match source {
            Source::Entry { name, .. } => (name.as_bytes().to_vec(), Some(name)),
            Source::Contents { .. } => (Vec::new(), None),
        };
        let fd = open::root(root).map_err(fail)?;
        let stat = fs::fstat(&fd).map_err(|error| fail(error.into()))?;
        match (file_type(&stat), name) {
            (FileType::Directory, _) => {
                if name.is_some() {
                    self.directory(
                        &Place {
                            name: &prefix,
                            path: root,
                        },
                        &stat,
                    )?;
                }
                let walker = Walker::new(fd).map_err(fail)?;
                self.walk(walker, prefix, root)
            }
            (FileType::RegularFile, Some(_)) => self.file(
                &Place {
                    name: &prefix,
                    path: root,
                },
                &fd,
                &stat,
            ),
            _ => Err(fail(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is neither a file nor a directory",
            ))),
        }
    }

    fn walk(&mut self, mut walker: Walker, prefix: Vec<u8>, root: &Path) -> Result<(), PackError> {
        let mut name = prefix;
        if !name.is_empty() {
            name.push(b'/');
        }
        let base = name.len();
        let mut path = root.to_owned();
        loop {
            let step = walker.step();
            let step = step.map_err(|source| PackError::Walk {
                path: path.clone(),
                source,
            })?;
            let entry = match step {
                Some(Step::Entry(entry)) => entry,
                Some(Step::Leave(left)) => {
                    self.close(&walker, &left);
                    continue;
                }
                None => return Ok(()),
            };
            name.truncate(base);
            name.extend_from_slice(walker.path());
            path = root.join(OsStr::from_bytes(walker.path()));
            self.entry(
                &mut walker,
                entry,
                &Place {
                    name: &name,
                    path: &path,
                },
            )?;
        }
    }

    fn entry(
        &mut self,
        walker: &mut Walker,
        entry: CString,
        place: &Place<'_>,
    ) -> Result<(), PackError> {
        let dir = walker.dir().map_err(|source| PackError::Walk {
            path: place.path.to_owned(),
            source,
        })?;
        let stat = match fs::statat(dir, &entry, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(error) => {
                self.lost(place, error);
                return Ok(());
            }
        };
        let kind = match file_type(&stat) {
            FileType::RegularFile => {
                match open::file(dir, &entry, self.options.force_readable) {
                    Ok((fd, stat)) if file_type(&stat) == FileType::RegularFile => {
                        return self.file(place, &fd, &stat);
                    }
                    // It was replaced by something else a moment ago.
                    Ok(_) => self.lost(place, Errno::NOENT),
                    Err(error) => self.lost(place, error),
                }
                return Ok(());
            }
            FileType::Directory => {
                match open::directory(dir, &entry, self.options.force_readable) {
                    Ok((fd, stat, mode)) => {
                        if let Some(mode) = mode {
                            self.opened.push((walker.path().to_vec(), mode));
                        }
                        self.directory(place, &stat)?;
                        if let Err(source) = walker.enter(entry, fd) {
                            self.problem(place, &Problem::Unreadable { source });
                        }
                    }
                    Err(error) => self.lost(place, error),
                }
                return Ok(());
            }
            FileType::Symlink => {
                match fs::readlinkat(dir, &entry, Vec::new()) {
                    Ok(target) => return self.link(place, &stat, target.as_bytes()),
                    Err(error) => self.lost(place, error),
                }
                return Ok(());
            }
            FileType::Socket => "socket",
            FileType::Fifo => "named pipe",
            FileType::BlockDevice | FileType::CharacterDevice => "device",
            FileType::Unknown => "special file",
        };
        self.problem(place, &Problem::Skipped { kind });
        Ok(())
    }

    /// Gives a directory back the mode that it had before it was opened by force.
    fn close(&mut self, walker: &Walker, name: &CStr) {
        if self
            .opened
            .last()
            .is_some_and(|(path, _)| path == walker.path())
            && let Some((_, mode)) = self.opened.pop()
            && let Ok(dir) = walker.dir()
        {
            // It is where it was a moment ago, and ours; there is nobody to tell of a failure.
            let _ = fs::chmodat(dir, name, mode, AtFlags::empty());
        }
    }

    /// An entry that cannot be opened.
    fn lost(&mut self, place: &Place<'_>, error: Errno) {
        // A name that leads to something else now has vanished, too.
        let problem = match error {
            Errno::NOENT | Errno::LOOP | Errno::NOTDIR | Errno::STALE => Problem::Vanished,
            error => Problem::Unreadable {
                source: error.into(),
            },
        };
        self.problem(place, &problem);
    }

    fn problem(&mut self, place: &Place<'_>, problem: &Problem) {
        self.summary.count(problem);
        self.observer.problem(place.path, problem);
    }

    fn directory(&mut self, place: &Place<'_>, stat: &Stat) -> Result<(), PackError> {
        self.observer.entry(place.path, 0);
        let name = [place.name, b"/"].concat();
        self.head(&name, EntryType::Directory, stat, b"")?;
        self.summary.directories += 1;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.add_directory(place.name);
        }
        Ok(())
    }

    fn link(&mut self, place: &Place<'_>, stat: &Stat, target: &[u8]) -> Result<(), PackError> {
        self.observer.entry(place.path, 0);
        self.head(place.name, EntryType::Symlink, stat, target)?;
        self.summary.links += 1;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.add_link(place.name, target);
        }
        Ok(())
    }

    fn file(
        &mut self,
        place: &Place<'_>,
        fd: &std::os::fd::OwnedFd,
        stat: &Stat,
    ) -> Result<(), PackError> {
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
