//! Disks that can fail, and a folder beside them.

use std::path::{Path, PathBuf};
use std::process::Command;

use bchan_faultdisk::{FaultDisk, FileSystem};
use tempfile::TempDir;

use crate::rng::Rng;
use crate::support::skipped;

/// Unmounted before their folder is removed.
pub(crate) struct Disks {
    pub(crate) faulty: FaultDisk,
    home: TempDir,
}

impl Disks {
    /// File systems of these kinds; none where the machine or the user's rights do not allow it.
    /// A run that was asked for must not be skipped.
    pub(crate) fn start(kinds: &[FileSystem]) -> Option<Self> {
        let home = tempfile::Builder::new()
            .prefix("bchan-power-")
            .tempdir()
            .unwrap();
        match FaultDisk::start(crate::daemon(), home.path(), kinds) {
            Ok(faulty) => Some(Self { faulty, home }),
            Err(why) if std::env::var_os("BCHAN_POWER_CUTS").is_some() => panic!("{why}"),
            Err(why) => {
                skipped(&why);
                None
            }
        }
    }

    /// A folder on a disk that does not fail.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn path(&self, disk: usize) -> &Path {
        self.faulty.path(disk)
    }

    pub(crate) fn last(&self) -> &Path {
        self.path(self.faulty.count() - 1)
    }

    pub(crate) fn cut_power(&mut self) {
        self.faulty.cut_power();
    }

    pub(crate) fn fail_requests(&mut self) {
        self.faulty.fail_requests();
    }

    /// Loses a random part of what was not flushed, and mounts what is left.
    pub(crate) fn restore_power(&mut self, rng: &mut Rng) -> Result<(u64, u64), String> {
        let keep = *rng.pick(&crate::CHANCES);
        self.faulty.restore_power(rng.next(), keep)
    }

    /// Copies the content of the disks for inspection; returns where.
    pub(crate) fn keep(self) -> PathBuf {
        let kept = self.home.path().join("kept");
        std::fs::create_dir(&kept).unwrap();
        for disk in [0, 1] {
            let mut copy = Command::new("cp");
            // What is broken cannot be copied, and the rest may help.
            let _ = copy.arg("-a").args([self.path(disk), &kept]).status();
        }
        drop(self.faulty);
        self.home.keep()
    }
}
