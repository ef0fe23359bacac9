//! Bounds on what an archive may ask for.

use std::fmt;

/// Bounds, of which none is set by default but those that only nonsense reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of content without holes, which take no space.
    pub max_bytes: u64,
    /// Most entries.
    pub max_entries: u64,
    /// Longest path, in bytes.
    pub max_path: usize,
    /// Most bytes that may become of one that has arrived. Holes count as far as they are more than
    /// [`Limits::free_holes`].
    pub max_ratio: u64,
    /// Bytes of holes that any archive may have: a large file of nothing else is nothing unusual,
    /// but its hash takes as long as that of so many zeros.
    pub free_holes: u64,
    /// Most bytes of memory that names and attributes may take: what an archive has is remembered by
    /// name until all of it is unpacked. An archive that has arrived with few bytes may take less.
    pub max_held: u64,
}

impl Limits {
    /// Bytes below which the ratio does not matter.
    pub const RATIO_FROM: u64 = 64 << 20;

    /// Bytes of memory that names and attributes of any archive may take.
    const FREE_HELD: u64 = 64 << 20;

    /// Bytes of memory beyond that for each byte that has arrived. A directory takes about 400 bytes
    /// and its path twice; compressed it is several bytes long even if only its name differs
    /// from that of the one before.
    const HELD_RATIO: u64 = 256;

    /// Most bytes of memory that names and attributes may take when so many bytes have arrived.
    pub(super) fn held(&self, arrived: u64) -> u64 {
        let most = Self::FREE_HELD.saturating_add(arrived.saturating_mul(Self::HELD_RATIO));
        most.min(self.max_held)
    }

    /// Returns true if so many bytes of holes are too many for so few bytes that have arrived.
    pub(super) fn has_large_holes(&self, arrived: u64, holes: u64) -> bool {
        holes.saturating_sub(self.free_holes) / self.max_ratio.max(1) > arrived
    }

    /// Returns true if `unpacked` bytes are too many for so few that have arrived.
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
            free_holes: u64::MAX,
            max_held: u64::MAX,
        }
    }
}

/// The limit that an archive exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// More than [`Limits::max_bytes`].
    Bytes(u64),
    /// More than [`Limits::max_entries`].
    Entries(u64),
    /// More than [`Limits::max_ratio`].
    Ratio(u64),
    /// More holes than [`Limits::free_holes`] and [`Limits::max_ratio`] allow.
    Holes(u64),
    /// A name, or text that belongs to one, that no program writes.
    Name,
    /// An entry with more bytes of attributes than so many.
    Attributes(usize),
    /// Names and attributes that take too much memory for so few bytes that have arrived.
    Memory,
    /// Content that takes more than so many bytes of memory to decompress.
    Decoder(u64),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(most) => write!(f, "has more than {most} bytes of content"),
            Self::Entries(most) => write!(f, "has more than {most} entries"),
            Self::Ratio(most) => write!(f, "becomes more than {most} times as large as it came"),
            Self::Name => f.write_str("has a header that is too long"),
            Self::Holes(free) => write!(
                f,
                "has more holes than {free} bytes and its size account for"
            ),
            Self::Attributes(most) => write!(f, "has more than {most} bytes of attributes"),
            Self::Decoder(most) => write!(
                f,
                "needs more than {most} bytes of memory to be decompressed"
            ),
            Self::Memory => {
                f.write_str("has names and attributes that take too much memory for its size")
            }
        }
    }
}
