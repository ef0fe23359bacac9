//! Extension records before an entry: GNU's long names, PAX records.

use std::ffi::CString;

use super::sparse::{MOST_PIECES, Map};
use super::text::{parse, until_nul};
use crate::attributes::{self, Attributes};
use crate::owners::Name;
use crate::unpack::{Limit, Result, UnpackError, corrupt};

/// Longest name of a user or a group, in bytes. Systems take 32.
const LONGEST_OWNER: usize = 256;

/// Overrides of an entry's header.
#[derive(Clone, Debug, Default)]
pub(super) struct Extensions {
    pub(super) path: Option<Vec<u8>>,
    pub(super) target: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) uid: Option<u32>,
    pub(super) gid: Option<u32>,
    pub(super) mtime: Option<(i64, u32)>,
    pub(super) user: Option<Name>,
    pub(super) group: Option<Name>,
    pub(super) attributes: Attributes,
    /// True if the map of a sparse file stands in front of its data.
    pub(super) sparse_in_data: bool,
    /// True if the path is that of a sparse file, which stands above any other.
    is_sparse_name: bool,
    real_size: Option<u64>,
    /// Pieces that a sparse file is said to have.
    pieces: Option<u64>,
    /// Offsets and lengths of a sparse file's pieces, by turns.
    numbers: Vec<u64>,
    /// Bytes of all attributes.
    attributes_size: usize,
}

impl Extensions {
    pub(super) fn set_path(&mut self, text: Vec<u8>) {
        self.path = Some(until_nul(text));
    }

    pub(super) fn set_target(&mut self, text: Vec<u8>) {
        self.target = Some(until_nul(text));
    }

    /// Reads PAX records, of which later ones override earlier ones.
    pub(super) fn read(&mut self, mut records: &[u8]) -> Result<()> {
        let malformed = || corrupt("a PAX record is malformed");
        while !records.is_empty() {
            let space = records
                .iter()
                .position(|byte| *byte == b' ')
                .ok_or_else(malformed)?;
            let length: usize = parse(&records[..space]).ok_or_else(malformed)?;
            let record = records.get(space + 1..length).ok_or_else(malformed)?;
            let record = record.strip_suffix(b"\n").ok_or_else(malformed)?;
            let equals = record
                .iter()
                .position(|byte| *byte == b'=')
                .ok_or_else(malformed)?;
            self.set(&record[..equals], &record[equals + 1..])
                .ok_or_else(malformed)?;
            records = &records[length..];
        }
        if self.numbers.len() > 2 * MOST_PIECES {
            return Err(corrupt("the map of a sparse file is too long"));
        }
        if self.attributes_size > attributes::MOST {
            return Err(UnpackError::Limit {
                limit: Limit::Attributes(attributes::MOST),
                entry: String::new(),
            });
        }
        Ok(())
    }

    /// Reads PAX records for all entries that follow. Other programs would give all of them one path
    /// or one size, so records that only make sense for one entry are refused.
    pub(super) fn read_global(&mut self, records: &[u8]) -> Result<()> {
        self.read(records)?;
        let is_of_one = self.path.is_some()
            || self.target.is_some()
            || self.size.is_some()
            || self.sparse_in_data
            || self.real_size.is_some()
            || self.pieces.is_some()
            || !self.numbers.is_empty()
            || !self.attributes.is_empty();
        if is_of_one {
            let what = "a PAX header for all entries has a record that belongs to one entry";
            return Err(corrupt(what));
        }
        Ok(())
    }

    fn set(&mut self, name: &[u8], value: &[u8]) -> Option<()> {
        match name {
            b"GNU.sparse.name" => {
                self.path = Some(value.to_vec());
                self.is_sparse_name = true;
            }
            b"path" if self.is_sparse_name => {}
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.target = Some(value.to_vec()),
            b"size" => self.size = Some(parse(value)?),
            // Numbers that are too large for this system are as good as none.
            b"uid" => self.uid = u32::try_from(parse::<u64>(value)?).ok(),
            b"gid" => self.gid = u32::try_from(parse::<u64>(value)?).ok(),
            b"mtime" => self.mtime = Some(time(value)?),
            b"uname" => self.user = owner_name(value),
            b"gname" => self.group = owner_name(value),
            b"GNU.sparse.major" => {
                let major: u64 = parse(value)?;
                self.sparse_in_data = major == 1;
                // The place of the map in later formats is not known.
                return (major <= 1).then_some(());
            }
            b"GNU.sparse.numblocks" => self.pieces = Some(parse(value)?),
            b"GNU.sparse.realsize" | b"GNU.sparse.size" => self.real_size = Some(parse(value)?),
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => self.numbers.push(parse(value)?),
            b"GNU.sparse.map" => {
                let numbers = value
                    .split(|byte| *byte == b',')
                    .filter(|text| !text.is_empty());
                self.numbers = numbers.map(parse).collect::<Option<_>>()?;
            }
            name => {
                if let Some(name) = name.strip_prefix(b"SCHILY.xattr.") {
                    self.attributes_size += name.len() + value.len();
                    self.attributes
                        .push((CString::new(unescape(name)).ok()?, value.to_vec()));
                }
            }
        }
        Some(())
    }

    /// These, and the defaults for what they do not say.
    pub(super) fn over(self, defaults: &Self) -> Self {
        Self {
            uid: self.uid.or(defaults.uid),
            gid: self.gid.or(defaults.gid),
            mtime: self.mtime.or(defaults.mtime),
            user: self.user.or_else(|| defaults.user.clone()),
            group: self.group.or_else(|| defaults.group.clone()),
            ..self
        }
    }

    /// The map of a sparse file as far as the records have it.
    pub(super) fn map(&self, stored: u64) -> Result<Option<Map>> {
        let Some(size) = self.real_size else {
            return if self.numbers.is_empty() && !self.sparse_in_data {
                Ok(None)
            } else {
                Err(corrupt("a sparse file has no size"))
            };
        };
        let (pairs, rest) = self.numbers.as_chunks::<2>();
        let is_as_said = |said| said == pairs.len() as u64;
        if !rest.is_empty() || !self.pieces.is_none_or(is_as_said) {
            return Err(corrupt("the map of a sparse file is malformed"));
        }
        let pieces = pairs
            .iter()
            .map(|&[offset, length]| (offset, length))
            .collect::<Vec<_>>();
        if pieces.is_empty() && !self.sparse_in_data && stored > 0 {
            return Err(corrupt("the map of a sparse file is missing"));
        }
        Ok(Some(Map { size, pieces }))
    }
}

/// A user's or a group's name, if it is text that can be one.
pub(super) fn owner_name(text: &[u8]) -> Option<Name> {
    if text.len() > LONGEST_OWNER {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    (!text.is_empty() && !text.contains('\0')).then(|| text.into())
}

/// The name of an attribute as it was before it became a key of PAX.
fn unescape(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&byte, after)) = rest.split_first() {
        let (byte, after) = match rest {
            [b'%', b'3', b'D' | b'd', after @ ..] => (b'=', after),
            [b'%', b'2', b'5', after @ ..] => (b'%', after),
            _ => (byte, after),
        };
        plain.push(byte);
        rest = after;
    }
    plain
}

/// Seconds, perhaps below zero, perhaps with a fraction that counts away from zero.
fn time(text: &[u8]) -> Option<(i64, u32)> {
    let (negative, text) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let point = text.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = point.map_or((text, &b""[..]), |at| (&text[..at], &text[at + 1..]));
    let whole: i64 = parse(whole)?;
    let mut nanoseconds = 0_u32;
    for place in 0..9 {
        let digit = fraction.get(place).copied().unwrap_or(b'0');
        if !digit.is_ascii_digit() {
            return None;
        }
        nanoseconds = nanoseconds * 10 + u32::from(digit - b'0');
    }
    Some(match (negative, nanoseconds) {
        (false, _) => (whole, nanoseconds),
        (true, 0) => (-whole, 0),
        (true, _) => (-whole - 1, 1_000_000_000 - nanoseconds),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_below_zero_have_fractions_above() {
        assert_eq!(time(b"5"), Some((5, 0)));
        assert_eq!(time(b"5.12"), Some((5, 120_000_000)));
        assert_eq!(time(b"5.1234567899"), Some((5, 123_456_789)));
        assert_eq!(time(b"-0.5"), Some((-1, 500_000_000)));
        assert_eq!(time(b"-2"), Some((-2, 0)));
        assert_eq!(time(b"x"), None);
        assert_eq!(time(b"1.x"), None);
    }

    #[test]
    fn malformed_records_are_refused() {
        let read = |text: &[u8]| Extensions::default().read(text);
        read(b"6 a=1\n").unwrap();
        for text in [
            &b"7 a=1\n"[..],
            b"a=1\n",
            b"5 a=1\n",
            b"6 a 1\n",
            b"99 a=1\n",
            b"0 a=1\n",
        ] {
            assert!(read(text).is_err(), "{}", text.escape_ascii());
        }
        assert!(read(b"11 size=-1\n").is_err());
    }
}
