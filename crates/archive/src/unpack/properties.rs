//! Giving entries what belongs to them beside their content.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::fs::{self, AtFlags, FileType, Gid, Mode, Stat, Timespec, Timestamps, UTIME_OMIT, Uid};
use rustix::io::Errno;
use rustix::process::{getegid, geteuid};

use super::place::{Meta, Placer, blocked, split, write_error};
use super::{Result, StoreAttributes};
use crate::attributes;
use crate::preserved_metadata::{self, PreservedMetadata};

/// Bits of a mode that make programs run as another user.
const SET_ID: u32 = 0o6000;

/// Properties that could not be set, with the errors.
pub(super) type Faults = Vec<(&'static str, Errno)>;

/// Sets an attribute.
type Set<'a> = dyn FnMut(&CStr, &[u8]) -> std::result::Result<(), Errno> + 'a;

impl Placer<'_> {
    /// Sets what the archive says of an open file or directory.
    pub(super) fn set_open(
        &mut self,
        path: &[u8],
        fd: BorrowedFd<'_>,
        meta: &Meta,
        kind: FileType,
    ) {
        let mut faults = Faults::new();
        // The owner first: changing it takes the set-id bits away.
        self.owner(meta, &mut faults, |uid, gid| fs::fchown(fd, uid, gid));
        let mut set = |name: &CStr, value: &[u8]| attributes::set_open(fd, name, value);
        // Attributes before the mode, which may forbid to write; lists after it, which they refine.
        match self.options.attributes {
            StoreAttributes::Ignore => {}
            StoreAttributes::Keep { .. } => {
                Self::keep(meta, kind, (0, 0), &mut faults, &mut set);
            }
            StoreAttributes::Restore { .. } => self.restore(meta, false, &mut faults, &mut set),
        }
        let mode = self.mode(meta, kind, &mut faults);
        let set_mode = fs::fchmod(fd, Mode::from_raw_mode(mode));
        faults.extend(set_mode.err().map(|error| ("mode", error)));
        if let StoreAttributes::Restore { .. } = self.options.attributes {
            self.restore(meta, true, &mut faults, &mut set);
        }
        set_time(
            meta,
            &mut faults,
            |times| fs::futimens(fd, times),
            || fs::fstat(fd),
        );
        self.check_kept(meta, Some(mode), || fs::fstat(fd));
        self.not_restored(path, faults);
    }

    /// Counts an entry that is not as the archive says, now that everything was set.
    pub(super) fn check_kept(
        &mut self,
        meta: &Meta,
        mode: Option<u32>,
        stat: impl FnOnce() -> std::result::Result<Stat, Errno>,
    ) {
        let StoreAttributes::Keep { .. } = self.options.attributes else {
            return;
        };
        let is_as_said = |stat: Stat| {
            let time = u32::try_from(stat.st_mtime_nsec).map(|nanos| (stat.st_mtime, nanos));
            // Of a link, neither owner nor mode is kept.
            let with_mode = |mode| meta.owner.is_some() && stat.st_mode & 0o777 == mode & 0o777;
            meta.mtime == time.ok() && mode.is_none_or(with_mode)
        };
        self.done.altered += u64::from(!stat().is_ok_and(is_as_said));
    }

    /// Gives a new directory those of its attributes that change nothing about what can be put into it,
    /// and takes them out of `meta`: all attributes of many directories would be much to remember.
    pub(super) fn set_early(&mut self, path: &[u8], fd: BorrowedFd<'_>, meta: &mut Meta) {
        let mut faults = Faults::new();
        let mut set = |name: &CStr, value: &[u8]| attributes::set_open(fd, name, value);
        for (name, value) in std::mem::take(&mut meta.attributes) {
            let bytes = name.to_bytes();
            let done = match self.options.attributes {
                StoreAttributes::Ignore => Ok(()),
                StoreAttributes::Keep { .. } => {
                    keep_attribute(&name, &value, &mut faults, &mut set);
                    Ok(())
                }
                StoreAttributes::Restore { .. } if bytes.starts_with(b"user.") => {
                    set(&name, &value)
                }
                StoreAttributes::Restore { privileged, .. } if privileged || is_list(&name) => {
                    meta.attributes.push((name, value));
                    Ok(())
                }
                StoreAttributes::Restore { .. } => Err(Errno::PERM),
            };
            faults.extend(done.err().map(|error| ("extended attribute", error)));
        }
        self.not_restored(path, faults);
    }

    /// Sets what the archive says of what cannot be opened; of a link, the mode means nothing.
    pub(super) fn set_entry(&mut self, path: &[u8], meta: &Meta, with_mode: bool) -> Result<()> {
        let (parent, name) = split(path);
        let name = CString::new(name).map_err(|_| write_error(path, Errno::INVAL))?;
        let dir = self
            .parents
            .open(&parent, None)
            .and_then(|dir| Ok(rustix::io::fcntl_dupfd_cloexec(dir, 0)?))
            .map_err(|error| blocked(path, error))?;
        let mut faults = Faults::new();
        self.owner(meta, &mut faults, |uid, gid| {
            fs::chownat(&dir, &name, uid, gid, AtFlags::SYMLINK_NOFOLLOW)
        });
        let mut set =
            |key: &CStr, value: &[u8]| attributes::set_entry(dir.as_fd(), &name, key, value);
        match self.options.attributes {
            StoreAttributes::Ignore => {}
            // Nothing can be kept with a link.
            StoreAttributes::Keep { .. } => {
                let lost = meta.attributes.iter();
                faults.extend(lost.map(|_| ("extended attribute", Errno::NOTSUP)));
            }
            StoreAttributes::Restore { .. } => self.restore(meta, false, &mut faults, &mut set),
        }
        if with_mode {
            let mode = Mode::from_raw_mode(self.mode(meta, FileType::Unknown, &mut faults));
            let set_mode = fs::chmodat(&dir, &name, mode, AtFlags::empty());
            faults.extend(set_mode.err().map(|error| ("mode", error)));
            if let StoreAttributes::Restore { .. } = self.options.attributes {
                self.restore(meta, true, &mut faults, &mut set);
            }
        }
        let stat = || fs::statat(&dir, &name, AtFlags::SYMLINK_NOFOLLOW);
        set_time(
            meta,
            &mut faults,
            |times| fs::utimensat(&dir, &name, times, AtFlags::SYMLINK_NOFOLLOW),
            stat,
        );
        self.check_kept(meta, None, stat);
        self.not_restored(path, faults);
        Ok(())
    }

    /// The mode that an entry gets, and a fault if that is not the one that it had.
    fn mode(&self, meta: &Meta, kind: FileType, faults: &mut Faults) -> u32 {
        let restores = matches!(self.options.attributes, StoreAttributes::Restore { .. });
        // On a directory they grant no additional rights.
        if self.options.keep_setid || (restores && kind == FileType::Directory) {
            return meta.mode & 0o7777;
        }
        if restores && meta.mode & SET_ID != 0 {
            faults.push(("set-id bit", Errno::PERM));
        }
        meta.mode & 0o777
    }

    /// Changes the owner as far as the archive has one and it differs, and rights allow it.
    fn owner(
        &mut self,
        meta: &Meta,
        faults: &mut Faults,
        set: impl Fn(Option<Uid>, Option<Gid>) -> std::result::Result<(), Errno>,
    ) {
        let (true, Some((uid, gid))) = (self.options.preserve_owner, meta.owner) else {
            return;
        };
        let uid = meta
            .user
            .as_ref()
            .and_then(|name| self.numbers.user(name))
            .unwrap_or(uid);
        let gid = meta
            .group
            .as_ref()
            .and_then(|name| self.numbers.group(name))
            .unwrap_or(gid);
        let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
        if geteuid().is_root() {
            faults.extend(
                set(Some(uid), Some(gid))
                    .err()
                    .map(|error| ("owner", error)),
            );
            return;
        }
        // Only root can give files away, except to the user's own groups.
        let mut foreign = uid != geteuid();
        if gid != getegid() {
            match set(None, Some(gid)) {
                Err(Errno::PERM) => foreign = true,
                outcome => faults.extend(outcome.err().map(|error| ("group", error))),
            }
        }
        self.done.foreign += u64::from(foreign);
    }

    /// Keeps what must not be true here, and says whether that has worked.
    pub(super) fn keep(
        meta: &Meta,
        kind: FileType,
        device: (u32, u32),
        faults: &mut Faults,
        set: &mut Set<'_>,
    ) -> bool {
        for (name, value) in &meta.attributes {
            keep_attribute(name, value, faults, set);
        }
        let Some(owner) = meta.owner else {
            return false;
        };
        let kept = PreservedMetadata {
            kind,
            mode: meta.mode,
            owner,
            names: (meta.user.clone(), meta.group.clone()),
            device,
        };
        match set(preserved_metadata::STAT, &kept.encode()) {
            Ok(()) => true,
            Err(error) => {
                faults.push(("owner", error));
                false
            }
        }
    }

    /// Sets recorded attributes: access control lists, or all others.
    fn restore(&self, meta: &Meta, lists: bool, faults: &mut Faults, set: &mut Set<'_>) {
        let privileged = matches!(
            self.options.attributes,
            StoreAttributes::Restore {
                privileged: true,
                ..
            }
        );
        for (name, value) in &meta.attributes {
            let is_list = is_list(name);
            if is_list != lists {
                continue;
            }
            let what = if is_list {
                "access control list"
            } else {
                "extended attribute"
            };
            let done = if is_list || privileged || name.to_bytes().starts_with(b"user.") {
                set(name, value)
            } else {
                Err(Errno::PERM)
            };
            faults.extend(done.err().map(|error| (what, error)));
        }
    }
}

/// Returns true if an attribute is an access control list.
fn is_list(name: &CStr) -> bool {
    name.to_bytes().starts_with(b"system.posix_acl_")
}

/// Keeps an attribute under a name that means nothing to the system.
fn keep_attribute(name: &CStr, value: &[u8], faults: &mut Faults, set: &mut Set<'_>) {
    let done = match preserved_metadata::name_of(name) {
        Some(name) => set(&name, value),
        None => Err(Errno::NAMETOOLONG),
    };
    faults.extend(done.err().map(|error| ("extended attribute", error)));
}

/// Sets the time of modification. A file system cuts what it cannot keep without a word, such as times
/// before 1901 and after 2446 on ext4, so that is looked at.
pub(super) fn set_time(
    meta: &Meta,
    faults: &mut Faults,
    set: impl FnOnce(&Timestamps) -> std::result::Result<(), Errno>,
    stat: impl FnOnce() -> std::result::Result<Stat, Errno>,
) {
    let Some((seconds, nanoseconds)) = meta.mtime else {
        return;
    };
    let is_kept = || {
        // Every file system keeps these.
        (0..=i64::from(i32::MAX)).contains(&seconds)
            || stat().is_ok_and(|stat| stat.st_mtime == seconds)
    };
    match set(&times(seconds, nanoseconds)) {
        Err(error) => faults.push(("time", error)),
        Ok(()) if is_kept() => {}
        Ok(()) => faults.push(("time", Errno::RANGE)),
    }
}

fn times(seconds: i64, nanoseconds: u32) -> Timestamps {
    Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        },
        last_modification: Timespec {
            tv_sec: seconds,
            tv_nsec: nanoseconds.into(),
        },
    }
}
