//! Entries that refer to the content of a file of an earlier backup.
//!
//! An entry for all of a file has the type `R`, no content, and all metadata of a normal entry. These PAX records
//! say where its content is:
//!
//! | keyword | value |
//! | --- | --- |
//! | `BCHAN.base` | index of the backup, in decimal; absent if it is 0 |
//! | `BCHAN.path` | path of the file there; absent if it is that of the entry |
//! | `BCHAN.size` | bytes of the content, in decimal |
//! | `BCHAN.sha256` | SHA-256 of the content, in lower-case hex |
//!
//! Size and digest may be left out where the path is that of the entry: most of what is sent of an
//! unchanged file would be its digest. Then they are those of the base's manifest, and the receipt
//! shows whether the client meant the same.
//!
//! A file that has changed in part comes in one or more entries of the type `P` that follow each
//! other, all with the name and the metadata of the file. Their contents together are operations
//! (`crate::delta`). The first one may have `BCHAN.base` and `BCHAN.path`, and these records say the
//! rest:
//!
//! | keyword | value |
//! | --- | --- |
//! | `BCHAN.part` | index of the entry, from 0 |
//! | `BCHAN.realsize` | bytes of the file that results, in the last entry |
//! | `BCHAN.result` | its SHA-256, in the last entry |

use super::text::parse;

/// Type of an entry whose content is operations on a file of an earlier backup.
pub(super) const PATCH: u8 = b'P';

/// Type of an entry without content of its own.
pub(super) const REFERENCE: u8 = b'R';

/// Prefix of the keywords.
pub(super) const PREFIX: &[u8] = b"BCHAN.";

/// Most records of this kind that an entry may have, valid or not.
pub(super) const MOST_RECORDS: usize = 8;

/// Records of this kind, without the prefix.
pub(super) type Records = Vec<(Vec<u8>, Vec<u8>)>;

/// Where the content of an entry is.
pub(super) struct Reference {
    pub(super) base: u8,
    pub(super) path: Option<Vec<u8>>,
    pub(super) content: Option<(u64, [u8; 32])>,
}

impl Reference {
    pub(super) fn read(records: Records) -> Option<Self> {
        let (mut base, mut path, mut size, mut digest) = (None, None, None, None);
        for (keyword, value) in records {
            let is_first = match &*keyword {
                b"base" => base.replace(parse(&value)?).is_none(),
                b"path" => path.replace(value).is_none(),
                b"size" => size.replace(parse(&value)?).is_none(),
                b"sha256" => digest.replace(read_digest(&value)?).is_none(),
                _ => false,
            };
            if !is_first {
                return None;
            }
        }
        let content = size.zip(digest);
        let is_whole = content.is_some() || (size.is_none() && digest.is_none() && path.is_none());
        is_whole.then_some(Self {
            base: base.unwrap_or(0),
            path,
            content,
        })
    }
}

/// A part of the operations for a file.
pub(super) struct Patch {
    pub(super) base: Option<u8>,
    pub(super) path: Option<Vec<u8>>,
    pub(super) part: u64,
    /// Size and digest of the file, in the last part.
    pub(super) result: Option<(u64, [u8; 32])>,
}

impl Patch {
    pub(super) fn read(records: Records) -> Option<Self> {
        let (mut base, mut path, mut part) = (None, None, None);
        let (mut size, mut digest) = (None, None);
        for (keyword, value) in records {
            let is_first = match &*keyword {
                b"base" => base.replace(parse(&value)?).is_none(),
                b"path" => path.replace(value).is_none(),
                b"part" => part.replace(parse(&value)?).is_none(),
                b"realsize" => size.replace(parse(&value)?).is_none(),
                b"result" => digest.replace(read_digest(&value)?).is_none(),
                _ => false,
            };
            if !is_first {
                return None;
            }
        }
        let part = part?;
        let is_whole =
            size.is_some() == digest.is_some() && (part == 0 || (base.is_none() && path.is_none()));
        is_whole.then(|| Self {
            base,
            path,
            part,
            result: size.zip(digest),
        })
    }
}

fn read_digest(text: &[u8]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).ok()?;
    (hex::encode(digest).as_bytes() == text).then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(list: &[(&str, &str)]) -> Records {
        let bytes = |text: &str| text.as_bytes().to_vec();
        list.iter()
            .map(|(keyword, value)| (bytes(keyword), bytes(value)))
            .collect()
    }

    #[test]
    fn records_are_there_at_most_once_and_valid() {
        let digest = "ab".repeat(32);
        let good = [("base", "1"), ("size", "7"), ("sha256", &*digest)];
        let read = Reference::read(records(&good)).unwrap();
        assert_eq!(read.base, 1);
        assert_eq!(read.content, Some((7, [0xab; 32])));
        assert_eq!(read.path, None);
        let with_path = [&good[..], &[("path", "a/b")]].concat();
        let read = Reference::read(records(&with_path)).unwrap();
        assert_eq!(read.path.as_deref(), Some(&b"a/b"[..]));
        let nothing = Reference::read(Records::new()).unwrap();
        assert_eq!((nothing.base, nothing.content), (0, None));
        assert!(Reference::read(records(&[("path", "a")])).is_none());
        for left_out in 0..good.len() {
            let mut less = good.to_vec();
            less.remove(left_out);
            assert_eq!(Reference::read(records(&less)).is_some(), left_out == 0);
            let twice = [&good[..], &good[left_out..=left_out]].concat();
            assert!(Reference::read(records(&twice)).is_none());
        }
        let upper = "AB".repeat(32);
        for bad in [
            ("base", "256"),
            ("base", "-1"),
            ("base", ""),
            ("size", "x"),
            ("size", "99999999999999999999"),
            ("sha256", &upper),
            ("sha256", &digest[2..]),
            ("other", "1"),
        ] {
            let mut changed = good.to_vec();
            changed.retain(|record| record.0 != bad.0);
            changed.push(bad);
            assert!(Reference::read(records(&changed)).is_none(), "{bad:?}");
        }
    }
}
