//! Tar archives; nothing is checked.

/// Bytes of a block.
const BLOCK: usize = 512;

/// Kinds of entries, as their headers have them.
pub mod kind {
    /// A file.
    pub const FILE: u8 = b'0';
    /// A hard link.
    pub const HARD_LINK: u8 = b'1';
    /// A symbolic link.
    pub const SYMLINK: u8 = b'2';
    /// A character device.
    pub const CHAR: u8 = b'3';
    /// A block device.
    pub const BLOCK: u8 = b'4';
    /// A directory.
    pub const DIRECTORY: u8 = b'5';
    /// A named pipe.
    pub const FIFO: u8 = b'6';
    /// The path of the next entry, as GNU tar writes it.
    pub const LONG_NAME: u8 = b'L';
    /// The target of the next entry.
    pub const LONG_LINK: u8 = b'K';
    /// A sparse file of the old GNU format.
    pub const SPARSE: u8 = b'S';
    /// PAX records for the next entry.
    pub const PAX: u8 = b'x';
    /// PAX records for all entries that follow.
    pub const GLOBAL_PAX: u8 = b'g';
}

/// An archive under construction.
#[derive(Clone, Debug, Default)]
pub struct Tar(Vec<u8>);

impl Tar {
    /// An entry whose size is said to be what it is.
    #[must_use]
    pub fn entry(self, kind: u8, name: &str, target: &str, content: &[u8]) -> Self {
        let size = octal(content.len() as u64);
        self.raw(kind, name, target, &size, content, |_| ())
    }

    /// An entry with whatever its header says.
    #[must_use]
    pub fn raw(
        mut self,
        kind: u8,
        name: &str,
        target: &str,
        size: &[u8; 12],
        content: &[u8],
        change: impl FnOnce(&mut [u8; BLOCK]),
    ) -> Self {
        let mut header = [0; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0006777\0");
        header[108..116].copy_from_slice(b"0000000\0");
        header[116..124].copy_from_slice(b"0000000\0");
        header[124..136].copy_from_slice(size);
        header[136..148].copy_from_slice(&octal(1));
        header[156] = kind;
        header[157..157 + target.len()].copy_from_slice(target.as_bytes());
        header[257..265].copy_from_slice(b"ustar  \0");
        change(&mut header);
        header[148..156].copy_from_slice(b"        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend_from_slice(&header);
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(BLOCK), 0);
        self
    }

    /// A file with a little content.
    #[must_use]
    pub fn file(self, name: &str) -> Self {
        self.entry(kind::FILE, name, "", b"evil")
    }

    /// A symbolic link.
    #[must_use]
    pub fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(kind::SYMLINK, name, target, b"")
    }

    /// A hard link.
    #[must_use]
    pub fn hard_link(self, name: &str, target: &str) -> Self {
        self.entry(kind::HARD_LINK, name, target, b"")
    }

    /// A directory.
    #[must_use]
    pub fn directory(self, name: &str) -> Self {
        self.entry(kind::DIRECTORY, name, "", b"")
    }

    /// PAX records, one for each line of `records`.
    #[must_use]
    pub fn pax(self, kind: u8, records: &str) -> Self {
        let records: String = records.lines().map(record).collect();
        self.entry(kind, "pax", "", records.as_bytes())
    }

    /// The archive with its end mark.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 2 * BLOCK, 0);
        self.0
    }

    /// The archive without one.
    #[must_use]
    pub fn cut(self) -> Vec<u8> {
        self.0
    }
}

/// A number as headers have it.
#[must_use]
pub fn octal(number: u64) -> [u8; 12] {
    let text = format!("{number:011o}\0");
    text.as_bytes().try_into().expect("a number of 33 bits")
}

/// A record with its length, which counts its own digits.
fn record(text: &str) -> String {
    let rest = text.len() + 2;
    let mut length = rest;
    while length.to_string().len() + rest != length {
        length = length.to_string().len() + rest;
    }
    format!("{length} {text}\n")
}
