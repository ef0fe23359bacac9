//! Going through sources: what there is, minus what the rules leave out.

use std::collections::HashSet;
use std::ffi::{CStr, CString, OsStr};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{self, Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Mode, Stat};
use rustix::io::Errno;

use crate::Source;
use crate::observer::Problem;
use crate::open;
use crate::own_data::is_own_data;
use crate::pack_error::PackError;
use crate::select::{Mount, Reason, Rules, Subject, Verdict};
use crate::walk::{Step, Walker, file_type};

/// Name of an entry in the archive, and its path for the user.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) path: &'a Path,
}

/// Where something that is no directory can be got at.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    /// A root, which is open already.
    Open(&'a OwnedFd),
    /// By its name in a directory.
    In(BorrowedFd<'a>, &'a CStr),
}

/// Is shown every entry that belongs to the selection.
pub(crate) trait SourceVisitor {
    /// State kept for a directory until its entries are visited.
    type PreservedMetadata;

    /// Looks at a directory that is open.
    fn keep(
        &mut self,
        place: Place<'_>,
        fd: BorrowedFd<'_>,
        stat: &Stat,
    ) -> Self::PreservedMetadata;
    /// A directory; what is in it comes later.
    fn directory(
        &mut self,
        place: Place<'_>,
        kept: &Self::PreservedMetadata,
    ) -> Result<(), PackError>;
    /// Something that is no directory.
    fn leaf(&mut self, place: Place<'_>, at: At<'_>, stat: &Stat) -> Result<(), PackError>;
    /// Something is left out because the rules say so.
    fn excluded(&mut self, path: &Path, stat: &Stat, reason: &Reason);
    /// Something is left out although the rules want it.
    fn problem(&mut self, path: &Path, problem: &Problem);
}

/// Shows sources to a visitor. With `force`, directories are entered that their owner has locked
/// himself out of.
pub(crate) fn tour<V: SourceVisitor>(
    sources: &[Source],
    rules: &Rules,
    force: bool,
    visitor: &mut V,
) -> Result<(), PackError> {
    let mut tour = Tour {
        rules: rules.clone(),
        force,
        visitor,
        frames: Vec::new(),
        opened: Vec::new(),
        parents: HashSet::new(),
        nested: HashSet::new(),
        above_nested: HashSet::new(),
    };
    for (at, source) in sources.iter().enumerate() {
        tour.expect(source, &sources[at + 1..]);
        // The patterns are those that were read, so none is invalid below one source alone.
        tour.rules = rules.at(source.path()).unwrap_or_else(|_| rules.clone());
        tour.source(source)?;
    }
    Ok(())
}

struct Tour<'a, V: SourceVisitor> {
    /// Those for the current source.
    rules: Rules,
    force: bool,
    visitor: &'a mut V,
    /// The directories that lead to where the tour is.
    frames: Vec<Frame<V::PreservedMetadata>>,
    /// Directories that were opened by force, and their modes.
    opened: Vec<(Vec<u8>, Mode)>,
    /// Names of directories above sources that have been shown.
    parents: HashSet<Vec<u8>>,
    /// Names of later sources that lie in the current one. They are passed over in its walk, as
    /// its rules are not about them.
    nested: HashSet<Vec<u8>>,
    /// Names of the directories above those.
    above_nested: HashSet<Vec<u8>>,
}

struct Frame<K> {
    /// True if what is in it is included because it is.
    included: bool,
    /// A directory that has not been shown: nothing below it was taken so far.
    waiting: Option<(Vec<u8>, PathBuf, K)>,
}

impl<V: SourceVisitor> Tour<'_, V> {
    /// Notes which later sources lie in one. They follow it directly.
    fn expect(&mut self, source: &Source, later: &[Source]) {
        self.nested.clear();
        self.above_nested.clear();
        for other in later {
            if !other.name().starts_with(source.name()) {
                break;
            }
            for above in other.name().ancestors().skip(1) {
                if !self
                    .above_nested
                    .insert(above.as_os_str().as_bytes().to_owned())
                {
                    break;
                }
            }
            self.nested
                .insert(other.name().as_os_str().as_bytes().to_owned());
        }
    }

    fn source(&mut self, source: &Source) -> Result<(), PackError> {
        let (root, name) = match source {
            Source::Entry { path, name } => {
                let whole = path::absolute(path).unwrap_or_else(|_| path.clone());
                self.parents_of(&whole, name)?;
                (path, Some(name.as_os_str().as_bytes()))
            }
            Source::Contents { path } | Source::Opened { path, .. } => (path, None),
            Source::Listed { path, name } => return self.listed(path, name),
        };
        let fail = |error: io::Error| PackError::Source {
            path: root.clone(),
            source: error,
        };
        let fd = match source {
            Source::Opened { directory, .. } => open::again(directory.as_fd()),
            _ => open::root(root),
        };
        let fd = fd.map_err(fail)?;
        let stat = fs::fstat(&fd).map_err(|error| fail(error.into()))?;
        match (file_type(&stat), name) {
            (FileType::Directory, name) => self.root(name, root, fd, &stat, fail),
            (FileType::RegularFile, Some(name)) => {
                self.visitor
                    .leaf(Place { name, path: root }, At::Open(&fd), &stat)
            }
            _ => Err(fail(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is neither a file nor a directory",
            ))),
        }
    }

    /// A directory that was named. It is there whatever the rules say; what is in it may not be.
    fn root(
        &mut self,
        name: Option<&[u8]>,
        path: &Path,
        fd: OwnedFd,
        stat: &Stat,
        fail: impl Fn(io::Error) -> PackError,
    ) -> Result<(), PackError> {
        if let Some(name) = name {
            let place = Place { name, path };
            let kept = self.visitor.keep(place, fd.as_fd(), stat);
            self.show_directory(place, &kept)?;
        }
        if let Some(reason) = self.rules.inside(fd.as_fd()) {
            self.visitor.excluded(path, stat, &reason);
            return Ok(());
        }
        let mount = self.rules.mount(fd.as_fd(), stat);
        let walker = Walker::new(fd).map_err(fail)?;
        self.walk(walker, name.unwrap_or_default(), path, mount)
    }

    /// A path of a list. That it is not there any more is no reason to give up.
    fn listed(&mut self, path: &Path, name: &Path) -> Result<(), PackError> {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let opened = crate::open_dir(parent).and_then(|dir| {
            let entry = CString::new(path.file_name().unwrap_or_default().as_bytes())?;
            let stat = fs::statat(&dir, &entry, AtFlags::SYMLINK_NOFOLLOW)?;
            Ok((dir, entry, stat))
        });
        let (dir, entry, stat) = match opened {
            Ok(found) => found,
            Err(source) => {
                self.visitor.problem(path, &Problem::Unreadable { source });
                return Ok(());
            }
        };
        self.parents_of(path, name)?;
        let place = Place {
            name: name.as_os_str().as_bytes(),
            path,
        };
        if file_type(&stat) != FileType::Directory {
            return self.visitor.leaf(place, At::In(dir.as_fd(), &entry), &stat);
        }
        match open::directory(dir.as_fd(), &entry, false) {
            Ok((fd, stat, _)) => {
                let fail = |source| PackError::Walk {
                    path: path.to_owned(),
                    source,
                };
                self.root(Some(place.name), path, fd, &stat, fail)
            }
            Err(error) => {
                let problem = lost(At::In(dir.as_fd(), &entry), error);
                self.visitor.problem(path, &problem);
                Ok(())
            }
        }
    }

    /// Shows the directories above a source, so that they come back with their modes.
    fn parents_of(&mut self, path: &Path, name: &Path) -> Result<(), PackError> {
        let mut above = Vec::new();
        let (mut path, mut name) = (path, name);
        while let (Some(up), Some(higher)) = (path.parent(), name.parent())
            && !higher.as_os_str().is_empty()
            && self
                .parents
                .insert(higher.as_os_str().as_bytes().to_owned())
        {
            above.push((up, higher));
            (path, name) = (up, higher);
        }
        for (path, name) in above.into_iter().rev() {
            // That it was reached a moment ago is all that matters; it is no content.
            let Ok(fd) = crate::open_dir(path) else {
                continue;
            };
            let Ok(stat) = fs::fstat(&fd) else { continue };
            let name = name.as_os_str().as_bytes();
            let kept = self.visitor.keep(Place { name, path }, fd.as_fd(), &stat);
            self.visitor.directory(Place { name, path }, &kept)?;
        }
        Ok(())
    }

    fn walk(
        &mut self,
        mut walker: Walker,
        prefix: &[u8],
        root: &Path,
        mount: Option<Mount>,
    ) -> Result<(), PackError> {
        let mut name = prefix.to_vec();
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
                    self.frames.pop();
                    self.close(&walker, &left);
                    continue;
                }
                None => return Ok(()),
            };
            name.truncate(base);
            name.extend_from_slice(walker.path());
            path = root.join(OsStr::from_bytes(walker.path()));
            let place = Place {
                name: &name,
                path: &path,
            };
            if !self.nested.contains(&name) {
                self.entry(&mut walker, &entry, place, mount)?;
            }
        }
    }

    fn entry(
        &mut self,
        walker: &mut Walker,
        entry: &CStr,
        place: Place<'_>,
        mount: Option<Mount>,
    ) -> Result<(), PackError> {
        let dir = dir_of(walker, place)?;
        let stat = match fs::statat(dir, entry, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(error) => {
                self.visitor
                    .problem(place.path, &lost(At::In(dir, entry), error));
                return Ok(());
            }
        };
        let verdict = self.rules.verdict(&Subject {
            path: walker.path(),
            stat: &stat,
            included: self.frames.last().is_some_and(|frame| frame.included),
        });
        match verdict {
            Verdict::Leave(reason) => self.visitor.excluded(place.path, &stat, &reason),
            _ if file_type(&stat) != FileType::Directory => {
                let at = At::In(dir, entry);
                self.show()?;
                self.visitor.leaf(place, at, &stat)?;
            }
            verdict => {
                let taken = matches!(verdict, Verdict::Take);
                self.directory(walker, entry, place, taken, mount)?;
            }
        }
        Ok(())
    }

    fn directory(
        &mut self,
        walker: &mut Walker,
        entry: &CStr,
        place: Place<'_>,
        taken: bool,
        mount: Option<Mount>,
    ) -> Result<(), PackError> {
        let dir = dir_of(walker, place)?;
        let (fd, stat, mode) = match open::directory(dir, entry, self.force) {
            Ok(opened) => opened,
            Err(error) => {
                self.visitor
                    .problem(place.path, &lost(At::In(dir, entry), error));
                return Ok(());
            }
        };
        if let Some(mode) = mode {
            self.opened.push((walker.path().to_vec(), mode));
        }
        if self.rules.avoid_own() && is_own_data(fd.as_fd()) {
            self.visitor.problem(place.path, &Problem::OwnData);
            self.close(walker, entry);
            return Ok(());
        }
        let here = self.rules.mount(fd.as_fd(), &stat);
        let crossing = (here != mount).then_some(Reason::OtherFileSystem);
        if crossing.is_none()
            && let Some(reason) = self.rules.inside(fd.as_fd())
        {
            self.visitor.excluded(place.path, &stat, &reason);
            self.close(walker, entry);
            return Ok(());
        }
        let kept = self.visitor.keep(place, fd.as_fd(), &stat);
        let mut frame = Frame {
            included: taken,
            waiting: None,
        };
        if taken {
            self.show()?;
            self.show_directory(place, &kept)?;
        } else {
            frame.waiting = Some((place.name.to_vec(), place.path.to_owned(), kept));
        }
        if let Some(reason) = crossing {
            self.visitor.excluded(place.path, &stat, &reason);
            self.close(walker, entry);
            return Ok(());
        }
        match walker.enter(entry.to_owned(), fd) {
            Ok(()) => self.frames.push(frame),
            Err(source) => {
                self.visitor
                    .problem(place.path, &Problem::Unreadable { source });
                self.close(walker, entry);
            }
        }
        Ok(())
    }

    /// Gives a directory back the mode that it had before it was opened by force.
    fn close(&mut self, walker: &Walker, name: &CStr) {
        let is_it = |(path, _): &mut (Vec<u8>, Mode)| path == walker.path();
        if let Some((_, mode)) = self.opened.pop_if(is_it)
            && let Ok(dir) = walker.dir()
        {
            // It was there a moment ago and is ours; an error here has no consequence.
            let _ = fs::chmodat(dir, name, mode, AtFlags::empty());
        }
    }

    /// Shows the directories that lead here and have not been shown.
    fn show(&mut self) -> Result<(), PackError> {
        // Above one that was shown, all were.
        let shown = self
            .frames
            .iter()
            .rposition(|frame| frame.waiting.is_none());
        for at in shown.map_or(0, |at| at + 1)..self.frames.len() {
            if let Some((name, path, kept)) = self.frames[at].waiting.take() {
                let place = Place {
                    name: &name,
                    path: &path,
                };
                self.show_directory(place, &kept)?;
            }
        }
        Ok(())
    }

    fn show_directory(
        &mut self,
        place: Place<'_>,
        kept: &V::PreservedMetadata,
    ) -> Result<(), PackError> {
        if self.above_nested.contains(place.name) {
            self.parents.insert(place.name.to_owned());
        }
        self.visitor.directory(place, kept)
    }
}

/// The directory that an entry of a walk lies in.
fn dir_of<'a>(walker: &'a Walker, place: Place<'_>) -> Result<BorrowedFd<'a>, PackError> {
    walker.dir().map_err(|source| PackError::Walk {
        path: place.path.to_owned(),
        source,
    })
}

/// Maps an error of opening or reading an entry to a problem. An entry has vanished only if a
/// second look by its name does not find it either; a dead mount, say, is no reason to leave out
/// what lies in it without a failure.
pub(crate) fn lost(at: At<'_>, error: Errno) -> Problem {
    let is_gone =
        |dir, name| fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).err() == Some(Errno::NOENT);
    match (error, at) {
        (Errno::NOENT, At::In(dir, name)) if is_gone(dir, name) => Problem::Vanished,
        // The name leads to something of another kind by now.
        (Errno::LOOP | Errno::NOTDIR, At::In(..)) => Problem::Modified,
        (error, _) => Problem::Unreadable {
            source: error.into(),
        },
    }
}

/// Opens a file that may have been replaced by something else a moment ago.
pub(crate) fn open_file(at: At<'_>, force: bool) -> Result<(OwnedFd, Stat), Problem> {
    let opened = match at {
        At::Open(fd) => rustix::io::fcntl_dupfd_cloexec(fd, 0)
            .and_then(|copy| fs::fstat(fd).map(|stat| (copy, stat))),
        At::In(dir, name) => open::file(dir, name, force),
    };
    match opened {
        Ok((fd, stat)) if file_type(&stat) == FileType::RegularFile => Ok((fd, stat)),
        Ok(_) => Err(Problem::Modified),
        Err(error) => Err(lost(at, error)),
    }
}

/// Reads where a symbolic link leads.
pub(crate) fn read_link(at: At<'_>) -> Result<CString, Problem> {
    match at {
        At::Open(_) => Err(Problem::Modified),
        At::In(dir, name) => match fs::readlinkat(dir, name, Vec::new()) {
            Err(Errno::INVAL) => Err(Problem::Modified),
            target => target.map_err(|error| lost(at, error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_is_gone_has_vanished() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("there"), "").unwrap();
        let dir = crate::open_dir(temp.path()).unwrap();
        let problem = |name, error| lost(At::In(dir.as_fd(), name), error);
        assert!(matches!(problem(c"gone", Errno::NOENT), Problem::Vanished));
        // A second look finds it.
        let there = problem(c"there", Errno::NOENT);
        assert!(matches!(there, Problem::Unreadable { .. }), "{there}");
        // A dead mount or disk.
        for error in [
            Errno::STALE,
            Errno::IO,
            Errno::NOTCONN,
            Errno::HOSTDOWN,
            Errno::TIMEDOUT,
        ] {
            let dead = problem(c"gone", error);
            assert!(matches!(dead, Problem::Unreadable { .. }), "{dead}");
        }
        for error in [Errno::LOOP, Errno::NOTDIR] {
            assert!(matches!(problem(c"there", error), Problem::Modified));
        }
    }
}
