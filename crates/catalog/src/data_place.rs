//! The place of a data folder, so that a copy of one does not start as if it were the original.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// File of the database in a data folder.
pub(crate) const DATABASE: &str = "bchan.db";

/// Path of a data folder, and the number of its database's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataPlace {
    /// Absolute, without links.
    pub path: PathBuf,
    /// Inode of the database; none where the file system does not keep such numbers.
    inode: Option<u64>,
}

/// File systems that give a file the same inode number after a remount, by the magic number that
/// `statfs(2)` reports: ext2 to ext4, XFS, btrfs, F2FS, ZFS, tmpfs, NFS.
const STABLE: [u64; 7] = [
    0xEF53,
    0x5846_5342,
    0x9123_683E,
    0xF2F5_2010,
    0x2FC1_2FC1,
    0x0102_1994,
    0x6969,
];

impl DataPlace {
    /// The place of a data folder that has a database.
    pub fn of(data: &Path) -> io::Result<Self> {
        let kind = rustix::fs::statfs(data)?.f_type;
        // The type of the field differs between systems, its 32 bits do not.
        let stable = STABLE
            .iter()
            .any(|magic| i128::from(kind) & 0xFFFF_FFFF == i128::from(*magic));
        let inode = fs::metadata(data.join(DATABASE))?.ino();
        Ok(Self {
            path: data.to_owned(),
            inode: stable.then_some(inode),
        })
    }

    /// Returns true if a data folder that was at this place is the one at `now`.
    pub fn is(&self, now: &Self) -> bool {
        let same_file = match (self.inode, now.inode) {
            (Some(before), Some(now)) => before == now,
            _ => true,
        };
        self.path == now.path && same_file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_another_place_and_a_rewritten_database_is_not() {
        let temp = tempfile::tempdir().unwrap();
        let data = temp.path().join("data");
        fs::create_dir(&data).unwrap();
        fs::write(data.join(DATABASE), "1").unwrap();
        let place = DataPlace::of(&data).unwrap();
        fs::write(data.join(DATABASE), "22").unwrap();
        assert!(place.is(&DataPlace::of(&data).unwrap()));

        let copy = temp.path().join("copy");
        fs::create_dir(&copy).unwrap();
        fs::copy(data.join(DATABASE), copy.join(DATABASE)).unwrap();
        assert!(!place.is(&DataPlace::of(&copy).unwrap()));

        fs::copy(data.join(DATABASE), data.join("new")).unwrap();
        fs::rename(data.join("new"), data.join(DATABASE)).unwrap();
        let replaced = DataPlace::of(&data).unwrap();
        assert_eq!(place.is(&replaced), replaced.inode.is_none());
    }
}
