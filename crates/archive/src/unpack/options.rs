//! Options and outcome of unpacking.

use super::limits::Limits;

/// Treatment of extended attributes, pipes and devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreAttributes {
    /// Attributes are dropped; pipes and devices are refused.
    #[default]
    Ignore,
    /// Everything is kept for later, but nothing that means something to the system is made true:
    /// of attributes only those of the namespace `user` are set, pipes and devices are empty files.
    Keep {
        /// True if pipes and devices are; if not, they are refused.
        special: bool,
    },
    /// Everything is made what it was.
    Restore {
        /// Attributes other than `user` ones and access control lists, and devices. Use it only for
        /// trusted archives. Without it they are reported.
        privileged: bool,
        /// True if pipes and devices belong in there at all; if not, they are refused.
        special: bool,
    },
}

/// How files that an earlier backup has are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// As a hard link where all metadata is the same, or else as a reflink where the file system
    /// knows them, or else as a copy.
    #[default]
    Auto,
    /// As a reflink or a copy.
    Reflink,
    /// As a hard link or a copy.
    Hardlink,
    /// As a copy.
    Copy,
}

/// How to unpack.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnpackOptions {
    /// Treatment of extended attributes, pipes and devices.
    pub attributes: StoreAttributes,
    /// True if files get the owners that the archive names. Names that are known here count before
    /// numbers.
    pub preserve_owner: bool,
    /// True if set-user-id, set-group-id and sticky bits are kept.
    pub keep_setid: bool,
    /// How files that an earlier backup has are made.
    pub share: Share,
    /// Bounds.
    pub limits: Limits,
}

impl UnpackOptions {
    /// Names the settings of a server that decide what of an archive is on its disk: files that were
    /// stored under the same name from the same metadata are the same. Empty for settings that no
    /// server has; nothing follows from that.
    #[must_use]
    pub fn stored_as(&self) -> &'static str {
        match (self.attributes, self.preserve_owner, self.keep_setid) {
            (StoreAttributes::Keep { .. }, false, false) => "keep-1",
            (StoreAttributes::Keep { .. }, true, false) => "keep-owner-1",
            _ => "",
        }
    }
}

/// Summary of what was unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Files, hard links among them.
    pub files: u64,
    /// Directories that the archive lists.
    pub directories: u64,
    /// Symbolic links.
    pub links: u64,
    /// Named pipes and devices.
    pub special: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Files that were made from those of an earlier backup.
    pub reused_files: u64,
    /// Their bytes.
    pub reused_bytes: u64,
    /// Modes, times, owners, attributes and devices that could not be set.
    pub not_restored: u64,
    /// Entries of other users or groups, which only root can restore as such.
    pub foreign: u64,
    /// Entries that [`StoreAttributes::Keep`] has not kept as they were, although nothing has
    /// failed: the disk rounds times or ignores modes, or the archive does not say all.
    pub altered: u64,
}
