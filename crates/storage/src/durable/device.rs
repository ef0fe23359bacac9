//! Telling file systems apart.

use std::io;
use std::os::fd::AsFd;

/// A file system, the same whatever path leads to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The number that the system gives it.
    Number(u64),
    /// A part of the identifier of a btrfs. Its subvolumes have numbers of their own, but share
    /// space and errors.
    #[cfg(target_os = "linux")]
    Btrfs(u32),
}

/// The magic numbers of file systems that matter here.
#[cfg(target_os = "linux")]
mod magic {
    pub(super) const BTRFS: i128 = 0x9123_683E;
    pub(super) const EXT: i128 = 0xEF53;
    pub(super) const TMPFS: i128 = 0x0102_1994;
    pub(super) const XFS: i128 = 0x5846_5342;
}

impl Device {
    /// The one that an open file or directory lies on.
    pub fn of(file: impl AsFd) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if kind(&file)? == magic::BTRFS {
            // The number of the subvolume is mixed into the other half.
            let id = rustix::fs::fstatvfs(&file)?.f_fsid & u64::from(u32::MAX);
            return Ok(Self::Btrfs(u32::try_from(id).unwrap_or_default()));
        }
        Ok(Self::Number(rustix::fs::fstat(&file)?.st_dev))
    }
}

/// Says whether the free space of a file system is less as soon as a write returns. Where that is
/// not known, it may be less only when the system has written the data to the disk.
pub fn counts_at_once(file: impl AsFd) -> bool {
    #[cfg(target_os = "linux")]
    {
        kind(file).is_ok_and(|kind| [magic::EXT, magic::TMPFS, magic::XFS].contains(&kind))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        false
    }
}

#[cfg(target_os = "linux")]
fn kind(file: impl AsFd) -> io::Result<i128> {
    // Its type depends on the machine.
    Ok(i128::from(rustix::fs::fstatfs(file)?.f_type))
}
