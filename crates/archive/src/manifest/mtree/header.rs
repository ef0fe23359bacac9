//! The first lines of a manifest file.

use std::io::{self, Write};

use super::super::escape::{escape, push_hex, unescape};
use super::error::MtreeError;

/// The first line, by which programs know the format.
pub(super) const SIGNATURE: &[u8] = b"#mtree\n";
/// The line after the header, without which NetBSD's program finds no root.
pub(super) const ROOT: &[u8] = b". type=dir\n";
/// Version of the format.
const VERSION: u64 = 1;

/// Statement of a manifest file about all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MtreeHeader {
    /// True if the manifest was made from the files of an older backup, and not while it was
    /// received.
    pub is_rebuilt: bool,
    /// Text that names the settings that decided what of an archive is on the server's disk.
    pub stored_as: String,
    /// The [receipt](super::super::Receipt) of the entries; none if it is not known.
    pub receipt: Option<[u8; 32]>,
}

impl MtreeHeader {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut text = SIGNATURE.to_vec();
        let rebuilt = u8::from(self.is_rebuilt);
        write!(text, "#:h v={VERSION} rebuilt={rebuilt} stored-as=")?;
        escape(&mut text, self.stored_as.as_bytes());
        if let Some(receipt) = &self.receipt {
            text.extend_from_slice(b" receipt=");
            push_hex(&mut text, receipt);
        }
        text.push(b'\n');
        text.extend_from_slice(ROOT);
        out.write_all(&text)
    }

    /// Reads the second line of a file.
    pub(super) fn parse(line: &[u8]) -> Result<Self, MtreeError> {
        let malformed = || MtreeError::Malformed {
            line: 2,
            fault: "it is not the header",
        };
        let rest = line.strip_prefix(b"#:h v=").ok_or_else(malformed)?;
        let rest = rest.strip_suffix(b"\n").ok_or_else(malformed)?;
        let mut words = rest.split(|byte| *byte == b' ');
        let version = words.next().and_then(|word| std::str::from_utf8(word).ok());
        match version.and_then(|version| version.parse().ok()) {
            Some(VERSION) => Self::parse_words(words)
                .filter(|header| {
                    let mut again = Vec::new();
                    let is_written = header.write(&mut again).is_ok();
                    let again = again.strip_prefix(SIGNATURE);
                    let again = again.and_then(|again| again.strip_suffix(ROOT));
                    is_written && again == Some(line)
                })
                .ok_or_else(malformed),
            Some(version) => Err(MtreeError::Version(version)),
            None => Err(malformed()),
        }
    }

    fn parse_words<'a>(mut words: impl Iterator<Item = &'a [u8]>) -> Option<Self> {
        let is_rebuilt = match words.next()? {
            b"rebuilt=0" => false,
            b"rebuilt=1" => true,
            _ => return None,
        };
        let stored_as = unescape(words.next()?.strip_prefix(b"stored-as=")?)?;
        let receipt = match words.next() {
            Some(word) => {
                let mut receipt = [0; 32];
                hex::decode_to_slice(word.strip_prefix(b"receipt=")?, &mut receipt).ok()?;
                Some(receipt)
            }
            None => None,
        };
        Some(Self {
            is_rebuilt,
            stored_as: String::from_utf8(stored_as).ok()?,
            receipt,
        })
    }
}
