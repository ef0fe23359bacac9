//! Bounds on what a manifest file may hold, for memory that does not depend on what a stranger sends.

/// Most bytes of a path, as it is on disk. Archives with longer ones are refused.
pub(super) const LONGEST_PATH: usize = 64 * 1024;

/// Most bytes of a line. An entry may have 512 KiB of attributes, each byte of which takes up to four
/// here, and a list of blocks of 2 MiB, which takes a third more.
pub(super) const LONGEST_LINE: usize = 4 << 20;

/// Most bytes of all lines of an entry. A reader may hold three times as many in memory.
pub(super) const LONGEST_ENTRY: usize = 16 << 20;

/// Most bytes that two paths take on a line, with what stands in front of them.
pub(super) const PATHS: usize = 2 * (4 * LONGEST_PATH + 8);

/// Bounds on the whole of a manifest file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MtreeLimits {
    /// Most entries. An index takes about 17 bytes of memory for each.
    pub max_entries: u64,
    /// Most bytes of text.
    pub max_bytes: u64,
}

/// Bounds that no tree reaches.
impl Default for MtreeLimits {
    fn default() -> Self {
        Self {
            max_entries: 1 << 28,
            max_bytes: 1 << 38,
        }
    }
}
