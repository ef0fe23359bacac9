//! The free space that uploads leave.

use std::str::FromStr;

/// Free space that uploads never use, so that what is there can still be recycled, deleted and
/// accounted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// So many bytes.
    Bytes(u64),
    /// So many hundredths of the file system.
    Percent(u8),
}

impl Default for Reserve {
    fn default() -> Self {
        Self::Bytes(256 << 20)
    }
}

impl Reserve {
    /// In bytes, of a file system that has so many.
    pub(super) fn bytes(self, total: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => total / 100 * u64::from(percent),
        }
    }

    /// In inodes, of a file system that has so many: none if no bytes are kept either.
    pub(super) fn inodes(self, total: u64) -> u64 {
        match self {
            Self::Bytes(0) | Self::Percent(0) => 0,
            _ => (total / 100).min(1000),
        }
    }
}

impl FromStr for Reserve {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is neither a size such as 512MiB nor a share such as 5%");
        if let Some(percent) = text.strip_suffix('%') {
            let percent = percent.trim().parse().map_err(|_| wrong())?;
            return match percent {
                0..=99 => Ok(Self::Percent(percent)),
                _ => Err("the reserve must be less than 100%".to_owned()),
            };
        }
        let size: bytesize::ByteSize = text.parse().map_err(|_| wrong())?;
        Ok(Self::Bytes(size.as_u64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserves_are_sizes_or_shares() {
        for (text, reserve) in [
            ("0", Reserve::Bytes(0)),
            ("512MiB", Reserve::Bytes(512 << 20)),
            ("1 GB", Reserve::Bytes(1_000_000_000)),
            ("5%", Reserve::Percent(5)),
        ] {
            assert_eq!(text.parse(), Ok(reserve), "{text}");
        }
        for text in ["", "100%", "-1", "x", "5 %%", "300%"] {
            text.parse::<Reserve>().unwrap_err();
        }
    }

    #[test]
    fn some_inodes_are_kept_unless_nothing_is() {
        let reserve = Reserve::default();
        for (total, kept) in [(0, 0), (500, 5), (50_000, 500), (10_000_000, 1000)] {
            assert_eq!(reserve.inodes(total), kept);
            assert_eq!(Reserve::Percent(0).inodes(total), 0);
        }
    }
}
