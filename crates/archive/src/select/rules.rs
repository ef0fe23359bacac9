//! The rules of a selection, ready to be asked.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{self, Path};
use std::sync::Arc;

#[cfg(target_os = "linux")]
use rustix::fs::StatxFlags;
use rustix::fs::{self, AtFlags, FileType, Stat};

use super::fnmatch::Glob;
use super::patterns::{Patterns, Said};
use super::seen::Seen;
use super::{Reason, Selection, SelectionError};
use crate::manifest::code_points;
use crate::open;
use crate::size::Size;
use crate::walk::file_type;

/// How the file that marks a cache begins.
const SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// Rules that can be asked about entries. The default lets everything pass.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    inner: Option<Arc<Inner>>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    exclude: Option<Patterns>,
    include: Option<Patterns>,
    exclude_fnmatch: Vec<Glob>,
    include_fnmatch: Vec<Glob>,
    caches: bool,
    markers: Vec<(CString, String)>,
    one_file_system: bool,
    larger_than: Option<Size>,
    seen: Seen,
}

/// An entry that the rules are asked about.
pub(crate) struct Subject<'a> {
    /// Its path below the path that was named.
    pub(crate) path: &'a [u8],
    pub(crate) stat: &'a Stat,
    /// True if a directory that it lies in is one of those that are included.
    pub(crate) included: bool,
}

/// A mounted file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mount {
    /// By the number of the mount. Subvolumes of btrfs have it in common, though each says that it
    /// is a device of its own; bind mounts of one device do not.
    Number(u64),
    /// By the device, where the system does not tell the other.
    Device(u64),
}

impl Mount {
    fn of(dir: BorrowedFd<'_>, stat: &Stat) -> Self {
        #[cfg(target_os = "linux")]
        if let Ok(found) = fs::statx(dir, c"", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID)
            && StatxFlags::from_bits_retain(found.stx_mask).contains(StatxFlags::MNT_ID)
        {
            return Self::Number(found.stx_mnt_id);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = dir;
        Self::Device(stat.st_dev)
    }
}

/// The verdict of the rules on an entry.
pub(crate) enum Verdict {
    /// It goes in, and so does what lies below it.
    Take,
    /// A directory that goes in if something below it does.
    Enter,
    /// It stays out.
    Leave(Reason),
}

impl Rules {
    pub(super) fn new(selection: &Selection) -> Result<Self, SelectionError> {
        let globs = |patterns: &[String]| patterns.iter().map(|text| Glob::new(text)).collect();
        let mut markers = Vec::new();
        for name in &selection.exclude_if_present {
            let is_name = !name.is_empty() && !name.contains('/') && name != "." && name != "..";
            let text = CString::new(name.as_bytes()).ok().filter(|_| is_name);
            let text = text.ok_or_else(|| SelectionError::Pattern {
                pattern: name.clone(),
                message: "it is not the name of a file".into(),
            })?;
            markers.push((text, name.clone()));
        }
        Ok(Self {
            inner: Some(Arc::new(Inner {
                exclude: Patterns::new(&selection.exclude_from, &selection.exclude)?,
                include: Patterns::new(&[] as &[&Path], &selection.include)?,
                exclude_fnmatch: globs(&selection.exclude_fnmatch),
                include_fnmatch: globs(&selection.include_fnmatch),
                caches: selection.exclude_caches,
                markers,
                one_file_system: selection.one_file_system,
                larger_than: selection.exclude_larger_than,
                seen: Seen::default(),
            })),
        })
    }

    /// Returns the rules for what lies below one named path: patterns that begin with that path are
    /// about what follows it.
    pub(crate) fn at(&self, named: &Path) -> Result<Self, SelectionError> {
        let Some(inner) = &self.inner else {
            return Ok(self.clone());
        };
        let named = path::absolute(named).unwrap_or_else(|_| named.to_owned());
        let at = |patterns: &Option<Patterns>| match patterns {
            Some(patterns) => patterns.at(&named),
            None => Ok(None),
        };
        let (exclude, include) = (at(&inner.exclude)?, at(&inner.include)?);
        if exclude.is_none() && include.is_none() {
            return Ok(self.clone());
        }
        let mut inner = Inner::clone(inner);
        inner.exclude = exclude.or(inner.exclude);
        inner.include = include.or(inner.include);
        Ok(Self {
            inner: Some(Arc::new(inner)),
        })
    }

    /// Returns the excluding patterns that have matched nothing so far, as they were given. Those of
    /// files are not among them, as files are often for several sources.
    #[must_use]
    pub fn unmatched(&self) -> Vec<String> {
        let Some(rules) = &self.inner else {
            return Vec::new();
        };
        let patterns = rules.exclude.iter().flat_map(Patterns::alone);
        let excluding = patterns.filter(|pattern| !pattern.starts_with('!'));
        let all = excluding.chain(rules.exclude_fnmatch.iter().map(Glob::original));
        let unmatched = all.filter(|pattern| !rules.seen.has(pattern));
        unmatched.map(str::to_owned).collect()
    }

    /// Returns the verdict on an entry. For directories, [`inside`](Self::inside) decides as well.
    pub(crate) fn verdict(&self, subject: &Subject<'_>) -> Verdict {
        let Some(rules) = &self.inner else {
            return Verdict::Take;
        };
        let path = Path::new(OsStr::from_bytes(subject.path));
        let is_directory = file_type(subject.stat) == FileType::Directory;
        if let Some(patterns) = &rules.exclude
            && let Said::Yes(reason) = patterns.say(path, is_directory)
        {
            if let Reason::Pattern { pattern, .. } = &reason {
                rules.seen.note(pattern);
            }
            return Verdict::Leave(reason);
        }
        let included = match &rules.include {
            Some(patterns) => match patterns.say(path, is_directory) {
                Said::Yes(_) => true,
                Said::No => false,
                Said::Nothing => subject.included,
            },
            None => true,
        };
        if is_directory {
            return if included && rules.include_fnmatch.is_empty() {
                Verdict::Take
            } else {
                Verdict::Enter
            };
        }
        if !included {
            return Verdict::Leave(Reason::NotIncluded);
        }
        rules.leaf(subject).map_or(Verdict::Take, Verdict::Leave)
    }

    /// Returns the mount that a directory belongs to, if the rules ask to stay on one.
    pub(crate) fn mount(&self, dir: BorrowedFd<'_>, stat: &Stat) -> Option<Mount> {
        let rules = self.inner.as_ref()?;
        rules.one_file_system.then(|| Mount::of(dir, stat))
    }

    /// Returns true if the data of servers and spools is left out.
    pub(crate) fn avoid_own(&self) -> bool {
        self.inner.is_some()
    }

    /// Returns the reason for which the content of a directory excludes it.
    pub(crate) fn inside(&self, dir: BorrowedFd<'_>) -> Option<Reason> {
        let rules = self.inner.as_ref()?;
        if rules.caches && is_cache(dir) {
            return Some(Reason::Cache);
        }
        let present = |name: &CString| fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
        let (_, name) = rules.markers.iter().find(|(name, _)| present(name))?;
        Some(Reason::Marked { name: name.clone() })
    }
}

impl Inner {
    /// The rules for what is no directory.
    fn leaf(&self, subject: &Subject<'_>) -> Option<Reason> {
        if !self.exclude_fnmatch.is_empty() || !self.include_fnmatch.is_empty() {
            let text: Vec<u32> = std::iter::once(u32::from('/'))
                .chain(code_points(subject.path))
                .collect();
            let matches = |glob: &&Glob| glob.matches(&text);
            if let Some(glob) = self.exclude_fnmatch.iter().find(matches) {
                self.seen.note(glob.original());
                return Some(Reason::Pattern {
                    pattern: glob.original().to_owned(),
                    file: None,
                });
            }
            if !self.include_fnmatch.is_empty() && !self.include_fnmatch.iter().any(|g| matches(&g))
            {
                return Some(Reason::NotIncluded);
            }
        }
        let limit = self.larger_than?;
        let size = u64::try_from(subject.stat.st_size).unwrap_or(0);
        let is_file = file_type(subject.stat) == FileType::RegularFile;
        (is_file && size > limit.0).then_some(Reason::Larger { limit })
    }
}

/// Returns true if a directory has a tag, and the tag begins as it must.
fn is_cache(dir: BorrowedFd<'_>) -> bool {
    let Ok((fd, stat)) = open::file(dir, c"CACHEDIR.TAG", false) else {
        return false;
    };
    let mut start = [0; SIGNATURE.len()];
    file_type(&stat) == FileType::RegularFile
        && File::from(fd).read_exact(&mut start).is_ok()
        && start == SIGNATURE
}
