//! State of sharing files with earlier backups.

use std::collections::HashSet;

/// State that is the same for all files of an archive.
#[derive(Default)]
pub(super) struct Sharing {
    /// Inodes of bases that have a hard link from this backup: two files of one backup never become
    /// one because their contents are the same. All are on the file system of the new backup.
    pub(super) linked: HashSet<u64>,
    /// True if the file system has refused reflinks.
    pub(super) no_clones: bool,
    /// True if the base and the new backup are on different file systems.
    pub(super) no_links: bool,
}
