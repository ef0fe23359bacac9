//! Limits that can change while the server runs.

use bchan_archive::Share;
use bchan_storage::space::Reserve;

/// Bounds of what uploads may use, and what becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub preserve_owner: bool,
    /// How files are made that an earlier backup has.
    pub share: Share,
    pub unpack: UnpackLimits,
    pub reserve: Reserve,
}

/// Limits for unpacking archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpackLimits {
    /// Most bytes of content of one backup, with those of holes; the size of the file system when
    /// absent.
    pub max_bytes: Option<u64>,
    /// Most entries of one archive.
    pub max_entries: u64,
    /// Most bytes that may become of one that has arrived; holes count from 64 GiB on.
    pub max_ratio: u64,
}

impl Default for UnpackLimits {
    fn default() -> Self {
        Self {
            max_bytes: None,
            max_entries: 10_000_000,
            // zstd makes 32,768 zeros of a byte, and those may be a disk image.
            max_ratio: 40_000,
        }
    }
}
