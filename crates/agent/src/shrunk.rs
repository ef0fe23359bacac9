//! The error of a source that has shrunk.

/// How much there is, where there was more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct Shrunk {
    pub entries: u64,
    pub bytes: u64,
    pub floor: ShrinkLimit,
}

impl Shrunk {
    fn text(&self) -> String {
        let before = match self.floor.entries {
            Some(entries) => amount(entries, self.floor.bytes),
            None => format!("{} bytes", self.floor.bytes),
        };
        format!(
            "the source has shrunk to less than {} % of the last backup ({}; the last one has {before})",
            self.floor.percent,
            amount(self.entries, self.bytes)
        )
    }
}

fn amount(entries: u64, bytes: u64) -> String {
    let noun = if entries == 1 { "entry" } else { "entries" };
    format!("{entries} {noun} with {bytes} bytes")
}

/// The size of the last backup, and the part of it that must still be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShrinkLimit {
    /// Unknown where only the server tells.
    pub entries: Option<u64>,
    /// Bytes of their content.
    pub bytes: u64,
    pub percent: u8,
}
