//! Bounds on what an archive may ask for.

use std::fmt;

/// Bounds, of which none is set by default but those that only nonsense reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of content, those of holes among them: they take no space but are read like
    /// others.
    pub max_bytes: u64,
    /// Most entries.
    pub max_entries: u64,
    /// Longest path, in bytes.
    pub max_path: usize,
    /// Most bytes that may become of one that has arrived. Holes do not count: a file of nothing
    /// else is nothing unusual.
    pub max_ratio: u64,
}

impl Limits {
    /// Bytes below which the ratio does not matter.
    pub const RATIO_FROM: u64 = 64 << 20;

    /// Most bytes of all names together; what an archive holds is remembered by name until it has
    /// been unpacked.
    pub(super) const MAX_NAMES: u64 = 2 << 30;

    /// Whether `unpacked` bytes are too many for so few that have arrived.
    pub(super) fn is_bomb(&self, arrived: u64, unpacked: u64) -> bool {
        unpacked > Self::RATIO_FROM && unpacked / self.max_ratio.max(1) > arrived
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: u64::MAX,
            max_entries: u64::MAX,
            max_path: 64 * 1024,
            max_ratio: u64::MAX,
        }
    }
}

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// More than [`Limits::max_bytes`].
    Bytes(u64),
    /// More than [`Limits::max_entries`].
    Entries(u64),
    /// More than [`Limits::max_ratio`].
    Ratio(u64),
    /// A name, or text that belongs to one, that no program writes.
    Name,
    /// Names that are too long all together.
    Names,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(most) => write!(f, "has more than {most} bytes of content"),
            Self::Entries(most) => write!(f, "has more than {most} entries"),
            Self::Ratio(most) => write!(f, "becomes more than {most} times as large as it came"),
            Self::Name => f.write_str("has a header that is too long"),
            Self::Names => f.write_str("has names that are too long all together"),
        }
    }
}
