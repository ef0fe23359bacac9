//! The error of a source that has shrunk.

/// How much there is, where there was more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct Shrunk {
    pub files: u64,
    pub bytes: u64,
    pub floor: ShrinkLimit,
}

impl Shrunk {
    fn text(&self) -> String {
        let before = match self.floor.files {
            Some(files) => amount(files, self.floor.bytes),
            None => format!("{} bytes", self.floor.bytes),
        };
        format!(
            "the source has shrunk to less than {} % of the last backup ({}; the last one has {before})",
            self.floor.percent,
            amount(self.files, self.bytes)
        )
    }
}

fn amount(files: u64, bytes: u64) -> String {
    let noun = if files == 1 { "entry" } else { "entries" };
    format!("{files} {noun} with {bytes} bytes")
}

/// The size of the last backup, and the part of it that must still be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShrinkLimit {
    /// Files, links and folders; unknown where only the server tells.
    pub files: Option<u64>,
    /// Bytes of their content.
    pub bytes: u64,
    pub percent: u8,
}
