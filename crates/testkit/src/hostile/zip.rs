//! Zip archives; nothing is checked.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// An archive under construction.
#[derive(Clone, Debug, Default)]
pub struct Zip {
    bytes: Vec<u8>,
    central: Vec<u8>,
    count: u64,
}

/// Fields of an entry, true or not.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name.
    pub name: Vec<u8>,
    /// Flags, such as that sizes come after the data.
    pub flags: u16,
    /// How it is compressed: 8 for deflate.
    pub method: u16,
    /// Bytes of content.
    pub size: u32,
    /// Checksum of the content.
    pub crc: u32,
    /// Number of the system that it was made on: 3 for Unix.
    pub host: u8,
    /// Mode with the type of the file, as Unix has it.
    pub mode: u32,
    /// Attributes of MS-DOS.
    pub dos: u16,
    /// Date and time of MS-DOS.
    pub modified: (u16, u16),
    /// Extra fields.
    pub extra: Vec<u8>,
    /// Where its data begins.
    pub offset: u32,
    /// Bytes of its data.
    pub stored: u32,
}

/// Fields of the directory, true or not.
#[derive(Clone, Debug)]
pub struct End {
    /// Entries.
    pub count: u16,
    /// Bytes of the directory.
    pub size: u32,
    /// Where the directory begins.
    pub offset: u32,
    /// Comment at the very end.
    pub comment: Vec<u8>,
    /// Entries, bytes and beginning of the directory in 64 bits, where there is a record of that.
    pub zip64: Option<[u64; 3]>,
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

    /// An entry of which something else than the truth is said, in both places.
    #[must_use]
    pub fn lie(self, name: &str, mode: u32, content: &[u8], lie: impl FnOnce(&mut Claim)) -> Self {
        let (truth, data) = self.truth(name, mode, content);
        let mut claim = truth;
        lie(&mut claim);
        self.local(&claim, &data).list(&claim)
    }

    /// An entry of which the header in front of its data says something else than the truth.
    #[must_use]
    pub fn differ(self, name: &str, content: &[u8], lie: impl FnOnce(&mut Claim)) -> Self {
        let (truth, data) = self.truth(name, 0o100_644, content);
        let mut claim = truth.clone();
        lie(&mut claim);
        self.local(&claim, &data).list(&truth)
    }

    /// An entry that the directory does not list.
    #[must_use]
    pub fn unlisted(self, name: &str, content: &[u8]) -> Self {
        let (truth, data) = self.truth(name, 0o100_644, content);
        self.local(&truth, &data)
    }

    /// Bytes that belong to nothing.
    #[must_use]
    pub fn junk(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// An entry with data that was compressed in another way than by deflate.
    #[must_use]
    pub fn compressed(
        self,
        name: &str,
        (method, data): (u16, &[u8]),
        content: &[u8],
        lie: impl FnOnce(&mut Claim),
    ) -> Self {
        let (mut claim, _) = self.truth(name, 0o100_644, content);
        claim.method = method;
        claim.stored = u32::try_from(data.len()).unwrap();
        lie(&mut claim);
        self.local(&claim, data).list(&claim)
    }

    /// Once more the directory's last entry, of the same data.
    #[must_use]
    pub fn again(self, name: &str, mode: u32, content: &[u8]) -> Self {
        let (mut claim, data) = self.truth(name, mode, content);
        claim.offset -= u32::try_from(30 + name.len() + data.len()).unwrap();
        self.list(&claim)
    }

    fn truth(&self, name: &str, mode: u32, content: &[u8]) -> (Claim, Vec<u8>) {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        let data = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let length = |bytes: usize| u32::try_from(bytes).unwrap();
        let claim = Claim {
            name: name.into(),
            flags: 0,
            method: 8,
            size: length(content.len()),
            crc: crc.sum(),
            host: 3,
            mode,
            dos: 0,
            modified: (0x21, 0),
            extra: Vec::new(),
            offset: length(self.bytes.len()),
            stored: length(data.len()),
        };
        (claim, data)
    }

    fn local(mut self, claim: &Claim, data: &[u8]) -> Self {
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&shared(claim));
        self.bytes.extend_from_slice(&claim.name);
        self.bytes.extend_from_slice(&claim.extra);
        self.bytes.extend_from_slice(data);
        self
    }

    fn list(mut self, claim: &Claim) -> Self {
        self.central.extend_from_slice(b"PK\x01\x02");
        self.central.extend_from_slice(&[20, claim.host]);
        self.central.extend_from_slice(&shared(claim));
        self.central.extend_from_slice(&[0; 6]);
        let attributes = claim.mode << 16 | u32::from(claim.dos);
        self.central.extend_from_slice(&attributes.to_le_bytes());
        self.central.extend_from_slice(&claim.offset.to_le_bytes());
        self.central.extend_from_slice(&claim.name);
        self.central.extend_from_slice(&claim.extra);
        self.count += 1;
        self
    }

    /// The archive with its directory. Of the number of entries there are only the lowest 16 bits.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.finish_with(|_| ())
    }

    /// The archive with a directory of which something else than the truth is said.
    #[must_use]
    pub fn finish_with(mut self, lie: impl FnOnce(&mut End)) -> Vec<u8> {
        let mut end = End {
            count: u16::try_from(self.count % 0x1_0000).unwrap(),
            size: u32::try_from(self.central.len()).unwrap(),
            offset: u32::try_from(self.bytes.len()).unwrap(),
            comment: Vec::new(),
            zip64: None,
        };
        lie(&mut end);
        let mut bytes = self.bytes;
        bytes.append(&mut self.central);
        if let Some([count, size, offset]) = end.zip64 {
            let at = bytes.len() as u64;
            bytes.extend_from_slice(b"PK\x06\x06");
            bytes.extend_from_slice(&44_u64.to_le_bytes());
            bytes.extend_from_slice(&[45, 3, 45, 0]);
            bytes.extend_from_slice(&[0; 8]);
            for number in [count, count, size, offset] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            bytes.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            bytes.extend_from_slice(&at.to_le_bytes());
            bytes.extend_from_slice(&1_u32.to_le_bytes());
        }
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        bytes.extend_from_slice(&end.count.to_le_bytes());
        bytes.extend_from_slice(&end.count.to_le_bytes());
        bytes.extend_from_slice(&end.size.to_le_bytes());
        bytes.extend_from_slice(&end.offset.to_le_bytes());
        let length = u16::try_from(end.comment.len()).unwrap();
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&end.comment);
        bytes
    }
}

/// An extra field.
#[must_use]
pub fn extra(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), content].concat()
}

/// Returns the fields that both the local header and the directory have.
fn shared(claim: &Claim) -> Vec<u8> {
    let mut shared = Vec::new();
    let (date, time) = claim.modified;
    // The first one is the version.
    for field in [20, claim.flags, claim.method, time, date] {
        shared.extend_from_slice(&field.to_le_bytes());
    }
    for field in [claim.crc, claim.stored, claim.size] {
        shared.extend_from_slice(&field.to_le_bytes());
    }
    let length = u16::try_from(claim.name.len()).unwrap();
    shared.extend_from_slice(&length.to_le_bytes());
    let length = u16::try_from(claim.extra.len()).unwrap();
    shared.extend_from_slice(&length.to_le_bytes());
    shared
}
