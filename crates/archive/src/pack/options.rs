//! Options and outcome of packing.

use crate::Manifest;
use crate::observer::Problem;
use crate::select::Rules;

/// Which extended attributes are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepAttributes {
    /// None.
    #[default]
    None,
    /// Those of the namespace `user`, as they are.
    User,
    /// All but labels of `SELinux`, which the system gives to files itself.
    All,
    /// Those that unpacking has kept with [`Keep`](crate::StoreAttributes::Keep),
    /// as they were; and so are modes, owners, devices and pipes.
    Stored {
        /// True if the owners on disk count where no others were kept.
        own_owners: bool,
    },
}

/// How to pack.
#[derive(Clone, Debug, Default)]
pub struct PackOptions {
    /// Rules of what is left out.
    pub rules: Rules,
    /// True if an archive without a file or a link is an error.
    pub refuse_empty: bool,
    /// Gives oneself the right to read what one owns and may not read, for as long as it takes.
    pub force_readable: bool,
    /// True if to hash what is packed.
    pub manifest: bool,
    /// Which extended attributes are packed.
    pub attributes: KeepAttributes,
    /// True if owners are named, too.
    pub owner_names: bool,
    /// True if named pipes and devices are packed, as such.
    pub special: bool,
    /// Uses the modes on disk if they differ from the recorded ones: on a disk that stores modes,
    /// they were changed on purpose.
    pub own_modes: bool,
}

/// A number of files, and the bytes of their contents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    pub files: u64,
    pub bytes: u64,
}

impl Amount {
    pub(super) fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// Summary of what was packed.
#[derive(Clone, Debug, Default)]
pub struct PackSummary {
    /// Files, hard links among them.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// Symbolic links.
    pub links: u64,
    /// Named pipes and devices.
    pub special: u64,
    /// Entries with extended attributes.
    pub attributed: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Files of which an earlier backup has the content, without hard links.
    pub reused: Amount,
    /// Files whose content is in the archive.
    pub new: Amount,
    /// Entries that were gone when their turn came.
    pub vanished: u64,
    /// Entries that could not be read, or not to their end, or not with all that belongs to them.
    pub unreadable: u64,
    /// Files that changed while they were read.
    pub changed: u64,
    /// Entries of kinds that are not stored.
    pub skipped: u64,
    /// Entries that the rules leave out; of a directory, what is below it does not count.
    pub excluded: u64,
    /// The hashes, if they were asked for.
    pub manifest: Option<Manifest>,
}

impl PackSummary {
    /// Entries that are stored.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.files + self.links + self.directories + self.special
    }

    /// Returns true if everything that was there is in the archive as it was.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable == 0 && self.changed == 0
    }

    /// Returns true if nothing but directories was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files == 0 && self.links == 0 && self.special == 0
    }

    /// Problems with files that were read all the same.
    pub(super) fn problems(&self) -> u64 {
        self.unreadable + self.changed
    }

    pub(crate) fn count(&mut self, problem: &Problem) {
        match problem {
            Problem::Vanished => self.vanished += 1,
            Problem::Unreadable { .. } | Problem::AttributesLost { .. } => self.unreadable += 1,
            Problem::Shrunk | Problem::Grown | Problem::Modified | Problem::Longer { .. } => {
                self.changed += 1;
            }
            Problem::Skipped { .. } | Problem::OwnData => self.skipped += 1,
            // What only unpacking has.
            Problem::UnknownRecord { .. }
            | Problem::MalformedRecord { .. }
            | Problem::ListOfNames
            | Problem::BytesAfterEnd
            | Problem::NoEntries
            | Problem::NotUnpacked { .. }
            | Problem::NotRestored { .. } => {}
        }
    }
}
