//! Zip archives; nothing is checked.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// An archive under construction.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    bytes: Vec<u8>,
    central: Vec<u8>,
    count: u16,
}

/// What is said of an entry, true or not.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Bytes of content.
    pub size: u32,
    /// Checksum of the content.
    pub crc: u32,
    /// Mode with the type of the file, as Unix has it.
    pub mode: u32,
    /// Where its data begins.
    pub offset: u32,
    /// Bytes of its data.
    pub stored: u32,
}

impl Zip {
    /// An entry of which the truth is told.
    #[must_use]
    pub fn entry(self, name: &str, mode: u32, content: &[u8]) -> Self {
        self.lie(name, mode, content, |_| ())
    }

    /// A file with a little content.
    #[must_use]
    pub fn file(self, name: &str) -> Self {
        self.entry(name, 0o100_644, b"evil")
    }

    /// A symbolic link.
    #[must_use]
    pub fn symlink(self, name: &str, target: &str) -> Self {
        self.entry(name, 0o120_777, target.as_bytes())
    }

    /// An entry of which the directory says something else than the truth.
    #[must_use]
    pub fn lie(
        mut self,
        name: &str,
        mode: u32,
        content: &[u8],
        lie: impl FnOnce(&mut Claim),
    ) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        let data = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let length = |bytes: usize| u32::try_from(bytes).unwrap();
        let mut claim = Claim {
            size: length(content.len()),
            crc: crc.sum(),
            mode,
            offset: length(self.bytes.len()),
            stored: length(data.len()),
        };
        lie(&mut claim);
        let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut shared = Vec::new();
        // Version, flags, method, time and date.
        for field in [20_u16, 0, 8, 0, 0x21] {
            shared.extend_from_slice(&field.to_le_bytes());
        }
        for field in [claim.crc, claim.stored, claim.size] {
            shared.extend_from_slice(&field.to_le_bytes());
        }
        shared.extend_from_slice(&name_length);
        shared.extend_from_slice(&[0; 2]);

        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&shared);
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(&data);

        self.central.extend_from_slice(b"PK\x01\x02");
        // Made on Unix.
        self.central.extend_from_slice(&[20, 3]);
        self.central.extend_from_slice(&shared);
        self.central.extend_from_slice(&[0; 6]);
        self.central
            .extend_from_slice(&(claim.mode << 16).to_le_bytes());
        self.central.extend_from_slice(&claim.offset.to_le_bytes());
        self.central.extend_from_slice(name.as_bytes());
        self.count += 1;
        self
    }

    /// The archive with its directory.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let count = self.count;
        self.finish_with(count)
    }

    /// The archive with a directory that says to have so many entries.
    #[must_use]
    pub fn finish_with(mut self, count: u16) -> Vec<u8> {
        let length = |bytes: usize| u32::try_from(bytes).unwrap().to_le_bytes();
        let (offset, size) = (length(self.bytes.len()), length(self.central.len()));
        self.bytes.append(&mut self.central);
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&count.to_le_bytes());
        self.bytes.extend_from_slice(&count.to_le_bytes());
        self.bytes.extend_from_slice(&size);
        self.bytes.extend_from_slice(&offset);
        self.bytes.extend_from_slice(&[0; 2]);
        self.bytes
    }
}
