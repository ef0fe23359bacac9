//! Packing trees into a tar archive.
//!
//! Every entry has exactly the size that its header says, whatever happens to the file meanwhile:
//! what is missing becomes zeros, what is too much is left out, and both are reported. So the
//! archive is valid in any case.

mod content;
mod earlier;
mod entry;
mod increment;
mod metadata;
mod node;
mod options;
mod out;
mod packer;
mod patch;
mod readahead;

use std::collections::HashMap;
use std::io::Write;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Stat, major, minor};
use tar::EntryType;

use self::earlier::Earlier;
pub use self::earlier::{Increment, Look};
use self::entry::{BLOCK, Entry};
use self::metadata::Node;
pub use self::options::{Amount, KeepAttributes, PackOptions, PackSummary};
use self::out::Out;
use self::packer::Packer;
use self::readahead::Clock;
use crate::manifest::Kind;
use crate::observer::{EntryKind, Observer, Problem};
use crate::owners::Names;
pub use crate::pack_error::PackError;
use crate::select::Reason;
use crate::tour::{At, Place, SourceVisitor, open_file, read_link, tour};
use crate::walk::{FileKey, file_type};
use crate::{Manifest, Source};

/// Writes sources as one tar archive, to its end, on a thread of its own. Problems of single entries
/// go to the observer, with the paths that the caller knows them by; those of roots are errors.
pub fn pack<W: Write + Send>(
    sources: &[Source],
    out: W,
    options: &PackOptions,
    observer: &mut dyn Observer,
) -> Result<(PackSummary, W), PackError> {
    pack_increment(sources, out, options, None, observer)
}

/// The same; the archive refers to an earlier backup for what that has, and the manifest of the
/// summary can be written as a file.
pub fn pack_increment<W: Write + Send>(
    sources: &[Source],
    out: W,
    options: &PackOptions,
    increment: Option<Increment>,
    observer: &mut dyn Observer,
) -> Result<(PackSummary, W), PackError> {
    let fail = |source| PackError::Write { source };
    let made = Out::before(out, |out| {
        readahead::with(sources, &options.rules, |clock| {
            make(sources, out, clock, (options, increment), observer)
        })
    });
    match made.map_err(fail)? {
        (Ok(out), Ok(summary)) => Ok((summary, out)),
        // What it could not be written to knows better why.
        (Err(source), Ok(_) | Err(PackError::Write { .. })) => Err(fail(source)),
        (_, Err(error)) => Err(error),
    }
}

fn make(
    sources: &[Source],
    out: Out,
    clock: Clock<'_>,
    (options, increment): (&PackOptions, Option<Increment>),
    observer: &mut dyn Observer,
) -> Result<PackSummary, PackError> {
    let mut summary = PackSummary {
        manifest: options.manifest.then(Manifest::default),
        ..PackSummary::default()
    };
    let earlier = increment.map(|increment| {
        summary.manifest = Some(Manifest::with_texts(increment.texts));
        let known = (increment.previous, increment.partial);
        Earlier::new(known, increment.look, increment.begun)
    });
    let mut packer = Packer {
        out,
        clock,
        options,
        observer,
        summary,
        earlier,
        seen: HashMap::new(),
        names: Names::default(),
    };
    tour(sources, &options.rules, options.force_readable, &mut packer)?;
    if options.refuse_empty && packer.summary.is_empty() {
        return Err(PackError::Empty);
    }
    // The end of the archive: two empty blocks, filled up as tar does.
    let mut out = packer.out;
    let wrote = out.write_all(&[0; 2 * BLOCK]).and_then(|()| out.finish());
    wrote.map_err(|source| PackError::Write { source })?;
    Ok(packer.summary)
}

impl SourceVisitor for Packer<'_> {
    type PreservedMetadata = Node;

    fn keep(&mut self, place: Place<'_>, fd: BorrowedFd<'_>, stat: &Stat) -> Node {
        self.open_node(place, fd, stat)
    }

    fn directory(&mut self, place: Place<'_>, node: &Node) -> Result<(), PackError> {
        self.observer.entry(place.path, 0);
        let name = [place.name, b"/"].concat();
        self.head(&name, EntryType::Directory, node, b"")?;
        self.summary.directories += 1;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.record(place.name, Kind::Directory, &node.properties());
        }
        Ok(())
    }

    fn leaf(&mut self, place: Place<'_>, at: At<'_>, stat: &Stat) -> Result<(), PackError> {
        if file_type(stat) != FileType::RegularFile {
            self.clock.pass(0, Duration::ZERO);
        } else if self.reuse(place, at, stat)? {
            self.clock.pass(0, Duration::ZERO);
            return Ok(());
        }
        let begun = Instant::now();
        match file_type(stat) {
            FileType::RegularFile => match open_file(at, self.options.force_readable) {
                Ok((fd, stat)) => {
                    let problems = self.summary.problems();
                    let node = self.open_node(place, fd.as_fd(), &stat);
                    let opened = begun.elapsed();
                    let done = self.file(&place, &fd, &node, problems);
                    let size = u64::try_from(stat.st_size).unwrap_or(0);
                    self.clock.pass(size, opened + self.out.time_of_reading());
                    return done;
                }
                Err(problem) => {
                    self.problem(place.path, &problem);
                    self.clock.pass(0, Duration::ZERO);
                }
            },
            FileType::Symlink => match read_link(at) {
                Ok(target) => {
                    let node = self.closed_node(place, at, stat);
                    return self.link(&place, &node, target.as_bytes());
                }
                Err(problem) => self.problem(place.path, &problem),
            },
            FileType::Fifo | FileType::BlockDevice | FileType::CharacterDevice
                if self.options.special =>
            {
                let node = self.closed_node(place, at, stat);
                return self.special(&place, &node);
            }
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

impl Packer<'_> {
    fn link(&mut self, place: &Place<'_>, node: &Node, target: &[u8]) -> Result<(), PackError> {
        self.observer.entry(place.path, 0);
        self.head(place.name, EntryType::Symlink, node, target)?;
        self.summary.links += 1;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.record(place.name, Kind::Link(target), &node.properties());
        }
        Ok(())
    }

    /// A pipe or a device. It hashes as the empty file that it becomes where it must not be one.
    fn special(&mut self, place: &Place<'_>, node: &Node) -> Result<(), PackError> {
        self.observer.entry(place.path, 0);
        let number = (major(node.stat.st_rdev), minor(node.stat.st_rdev));
        let (kind, recorded) = match file_type(&node.stat) {
            FileType::BlockDevice => (EntryType::Block, Kind::Block(number)),
            FileType::CharacterDevice => (EntryType::Char, Kind::Character(number)),
            _ => (EntryType::Fifo, Kind::Fifo),
        };
        self.head(place.name, kind, node, b"")?;
        self.summary.special += 1;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.record(place.name, recorded, &node.properties());
        }
        Ok(())
    }

    /// A file, with the number of problems before it was opened.
    fn file(
        &mut self,
        place: &Place<'_>,
        fd: &OwnedFd,
        node: &Node,
        problems: u64,
    ) -> Result<(), PackError> {
        // What stands for something that could not be on this disk.
        if file_type(&node.stat) != FileType::RegularFile {
            return self.special(place, node);
        }
        if self.second_name(place, node)? {
            return Ok(());
        }
        let size = u64::try_from(node.stat.st_size).unwrap_or(0);
        self.observer.entry(place.path, size);
        let content = if let Some(changed) = self.patch(place, fd, node)? {
            changed
        } else if let Some(known) = self.refer_by_content(place, fd, node)? {
            known
        } else {
            let content = self.content(place, fd, node)?;
            self.summary.new.add(content.size);
            content
        };
        let after = self.state_after(fd, &node.stat, problems);
        self.record(place, node, &content, after.as_ref());
        Ok(())
    }

    /// Packs another name of a file that was packed before, and returns true, if it is one.
    fn second_name(&mut self, place: &Place<'_>, node: &Node) -> Result<bool, PackError> {
        let Some(first) = self.seen.get(&FileKey::of(&node.stat)) else {
            return Ok(false);
        };
        let first = first.clone();
        let size = u64::try_from(node.stat.st_size).unwrap_or(0);
        self.observer.entry(place.path, 0);
        self.head(place.name, EntryType::Link, node, &first)?;
        if let Some(manifest) = &mut self.summary.manifest {
            manifest.add_hard_link(place.name, &first, size);
        }
        self.summary.files += 1;
        Ok(true)
    }

    /// Writes the head of an entry without content.
    fn head(
        &mut self,
        path: &[u8],
        kind: EntryType,
        node: &Node,
        target: &[u8],
    ) -> Result<(), PackError> {
        let entry = Entry {
            path,
            kind,
            node,
            size: 0,
            target,
            real_size: None,
            referred: None,
            part: None,
        };
        entry
            .write(&mut self.out)
            .map_err(|source| PackError::Write { source })
    }
}
