//! Named pipes and devices.

use std::os::fd::AsFd as _;

use rustix::fs::{self, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::place::{Meta, Placer};
use super::properties::{Faults, set_time};
use super::{Result, StoreAttributes, UnpackError, show};
use crate::attributes;

impl Placer<'_> {
    /// Makes a pipe or a device, or an empty file that says what it was, or refuses to.
    pub(super) fn special(
        &mut self,
        path: &[u8],
        kind: FileType,
        device: (u32, u32),
        meta: &Meta,
    ) -> Result<()> {
        if self.is_dry() {
            self.done.special += 1;
            return Ok(());
        }
        let is_pipe = kind == FileType::Fifo;
        match self.options.attributes {
            StoreAttributes::Ignore
            | StoreAttributes::Keep { special: false }
            | StoreAttributes::Restore { special: false, .. } => Err(UnpackError::Refused {
                entry: show(path),
                reason: if is_pipe {
                    "it is a named pipe"
                } else {
                    "it is a device"
                },
            }),
            StoreAttributes::Keep { special: true } => self.placeholder(path, kind, device, meta),
            StoreAttributes::Restore { privileged, .. } => {
                if !is_pipe && !privileged {
                    self.not_restored(path, vec![("device", Errno::PERM)]);
                    return Ok(());
                }
                let (number, mode) = (fs::makedev(device.0, device.1), Mode::RUSR | Mode::WUSR);
                let made = self.make(path, |dir, name| {
                    match fs::mknodat(dir, name, kind, mode, number) {
                        // Only with the right to do so; everything else goes on.
                        Err(Errno::PERM) => Ok(Some(Errno::PERM)),
                        Err(error) => Err(error),
                        Ok(()) => Ok(None),
                    }
                })?;
                if let Some(error) = made {
                    self.not_restored(path, vec![("device", error)]);
                    return Ok(());
                }
                self.done.special += 1;
                self.set_entry(path, meta, true)
            }
        }
    }

    /// An empty file in the place of what must not be here. It is there only if it says so.
    fn placeholder(
        &mut self,
        path: &[u8],
        kind: FileType,
        device: (u32, u32),
        meta: &Meta,
    ) -> Result<()> {
        const FLAGS: OFlags = OFlags::WRONLY
            .union(OFlags::CREATE)
            .union(OFlags::EXCL)
            .union(OFlags::NOFOLLOW)
            .union(OFlags::CLOEXEC);
        let fd = self.make(path, |dir, name| {
            fs::openat(dir, name, FLAGS, Mode::RUSR | Mode::WUSR)
        })?;
        let owned = Meta {
            // Without an owner it is the one that reads and writes everything.
            owner: meta.owner.or(Some((0, 0))),
            ..meta.clone()
        };
        let mut faults = Faults::new();
        let mut set =
            |name: &std::ffi::CStr, value: &[u8]| attributes::set_open(fd.as_fd(), name, value);
        if !Self::keep(&owned, kind, device, &mut faults, &mut set) {
            faults.push(("kind, a pipe or a device,", Errno::NOTSUP));
        }
        let mode = meta.mode & 0o777;
        let set_mode = fs::fchmod(&fd, Mode::from_raw_mode(mode));
        faults.extend(set_mode.err().map(|error| ("mode", error)));
        set_time(
            meta,
            &mut faults,
            |times| fs::futimens(&fd, times),
            || fs::fstat(&fd),
        );
        self.check_kept(meta, Some(mode), || fs::fstat(&fd));
        self.done.special += 1;
        self.not_restored(path, faults);
        Ok(())
    }
}
