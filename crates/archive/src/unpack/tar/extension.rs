//! Extension records before an entry: GNU's long names, PAX records.

use std::ffi::CString;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode;

use super::keyword;
use super::reference_records::{MOST_RECORDS, PREFIX, Records};
use super::sparse::{MOST_PIECES, Map};
use super::text::{parse, until_nul};
use crate::attributes::{self, Attributes};
use crate::owners::Name;
use crate::unpack::{Limit, Result, UnpackError, corrupt, unsupported};

/// Longest name of a user or a group, in bytes. Systems take 32.
const LONGEST_OWNER: usize = 256;

/// Most unknown keywords of a header that are remembered.
const MOST_UNKNOWN: usize = 64;

/// Base64 as libarchive writes it, which leaves out the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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
    /// Major and minor number of a device.
    pub(super) device: (Option<u32>, Option<u32>),
    /// Access control lists as texts: of the entry, and of what is made in it.
    pub(super) lists: [Option<Vec<u8>>; 2],
    /// Names of metadata of the entry in a form that is not known here.
    pub(super) lost: Vec<&'static str>,
    /// Keywords of records that have no usable value.
    pub(super) malformed: Vec<&'static str>,
    /// Keywords that are not known.
    pub(super) unknown: Vec<Vec<u8>>,
    attributes: Attributes,
    /// Records of an entry that refers to another backup.
    reference: Records,
    /// True if the map of a sparse file stands in front of its data.
    pub(super) sparse_in_data: bool,
    /// True if the path is that of a sparse file, which stands above any other.
    is_sparse_name: bool,
    /// True if a sparse file has its map in a place that is not known.
    has_later_map: bool,
    real_size: Option<u64>,
    /// Pieces that a sparse file is said to have.
    pieces: Option<u64>,
    /// Offsets and lengths of a sparse file's pieces, by turns.
    numbers: Vec<u64>,
    /// Bytes of all attributes and lists.
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
            let (keyword, value) = (&record[..equals], &record[equals + 1..]);
            if let Some(what) = keyword::not_supported(keyword) {
                return Err(unsupported(what));
            }
            self.set(keyword, value).ok_or_else(malformed)?;
            records = &records[length..];
        }
        if self.numbers.len() > 2 * MOST_PIECES {
            return Err(unsupported("a sparse file of more than a million pieces"));
        }
        if self.has_later_map {
            return Err(unsupported("a sparse file of a format later than 1.0"));
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
            || !self.attributes.is_empty()
            || self.lists != [None, None]
            || !self.lost.is_empty()
            || !self.reference.is_empty();
        if is_of_one {
            let what = "a PAX header for all entries with a record that belongs to one entry";
            return Err(unsupported(what));
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
            b"uid" => self.uid = narrow(self.usable("uid", parse::<u64>(value))),
            b"gid" => self.gid = narrow(self.usable("gid", parse::<u64>(value))),
            b"mtime" => self.mtime = self.usable("mtime", time(value)),
            b"SCHILY.devmajor" | b"SUN.devmajor" => {
                self.device.0 = narrow(self.usable("devmajor", parse(value)));
            }
            b"SCHILY.devminor" | b"SUN.devminor" => {
                self.device.1 = narrow(self.usable("devminor", parse(value)));
            }
            b"uname" => self.user = owner_name(value),
            b"gname" => self.group = owner_name(value),
            b"GNU.sparse.major" => {
                let major: u64 = parse(value)?;
                self.sparse_in_data = major == 1;
                self.has_later_map = major > 1;
            }
            b"GNU.sparse.numblocks" => self.pieces = Some(parse(value)?),
            b"GNU.sparse.realsize" | b"GNU.sparse.size" => self.real_size = Some(parse(value)?),
            b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => self.numbers.push(parse(value)?),
            b"GNU.sparse.map" => {
                let numbers = value
                    .split(|byte| *byte == b',')
                    .filter(|text| !text.is_empty());
                let numbers = numbers.take(2 * MOST_PIECES + 1);
                self.numbers = numbers.map(parse).collect::<Option<_>>()?;
            }
            b"SCHILY.acl.access" => self.set_list(0, value),
            b"SCHILY.acl.default" => self.set_list(1, value),
            b"SCHILY.acl.ace" => self.set_lost("NFSv4 access control list"),
            // The system ends labels with a NUL, and the archive has them as text.
            b"RHT.security.selinux" => {
                self.add_attribute(c"security.selinux".to_owned(), [value, b"\0"].concat());
            }
            name => {
                if let Some(name) = name.strip_prefix(b"SCHILY.xattr.") {
                    self.add_attribute(CString::new(unescape(name)).ok()?, value.to_vec());
                } else if let Some(name) = name.strip_prefix(b"LIBARCHIVE.xattr.") {
                    let name = CString::new(percent_decode(name).collect::<Vec<_>>()).ok();
                    let both = name.zip(BASE64.decode(value).ok());
                    if let Some((name, value)) = self.usable("LIBARCHIVE.xattr", both) {
                        self.add_attribute(name, value);
                    }
                } else if let Some(keyword) = name.strip_prefix(PREFIX) {
                    if self.reference.len() == MOST_RECORDS {
                        return None;
                    }
                    self.reference.push((keyword.to_vec(), value.to_vec()));
                } else if !keyword::is_harmless(name) {
                    self.add_unknown(name);
                }
            }
        }
        Some(())
    }

    /// Notes where a record has no usable value.
    fn usable<T>(&mut self, keyword: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.malformed.contains(&keyword) {
            self.malformed.push(keyword);
        }
        value
    }

    fn set_list(&mut self, which: usize, value: &[u8]) {
        self.attributes_size += value.len();
        self.lists[which] = Some(value.to_vec());
    }

    /// Notes something that belongs to the entry and cannot be read.
    pub(super) fn set_lost(&mut self, what: &'static str) {
        if !self.lost.contains(&what) {
            self.lost.push(what);
        }
    }

    fn add_attribute(&mut self, name: CString, value: Vec<u8>) {
        self.attributes_size += name.count_bytes() + value.len();
        self.attributes.push((name, value));
    }

    /// The records of a reference. They mean nothing to other entries.
    pub(super) fn take_reference(&mut self, is_reference: bool) -> Records {
        let records = std::mem::take(&mut self.reference);
        if is_reference {
            return records;
        }
        for (keyword, _) in records {
            self.add_unknown(&[PREFIX, &keyword].concat());
        }
        Records::new()
    }

    fn add_unknown(&mut self, keyword: &[u8]) {
        if self.unknown.len() < MOST_UNKNOWN && !self.unknown.iter().any(|known| known == keyword) {
            self.unknown.push(keyword.to_vec());
        }
    }

    /// The attributes, by name. Some programs write each in two forms; the last one counts.
    pub(super) fn take_attributes(&mut self) -> Attributes {
        let mut attributes = std::mem::take(&mut self.attributes);
        attributes.sort_by(|a, b| a.0.cmp(&b.0));
        attributes.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        attributes
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

/// A number that fits into 32 bits.
fn narrow(number: Option<u64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
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
