//! Headers of tar entries, with PAX records for what the plain header cannot hold.

use std::io::{self, Write};

use tar::{EntryType, Header};

use super::metadata::Node;
use crate::owners::Name;

/// Bytes of a tar block.
pub(crate) const BLOCK: usize = 512;
/// Longest name that the plain header holds.
const LONGEST_NAME: usize = 100;
/// Longest name of an owner in there; a zero ends it.
const LONGEST_OWNER: usize = 31;
/// Largest number in the plain header's fields of twelve and of eight bytes.
const LARGEST_LONG: u64 = 0o777_7777_7777;
const LARGEST_SHORT: u32 = 0o777_7777;

/// An entry's head.
pub(super) struct Entry<'a> {
    pub(super) path: &'a [u8],
    pub(super) kind: EntryType,
    pub(super) node: &'a Node,
    /// Bytes that follow in the archive.
    pub(super) size: u64,
    /// Where a link leads.
    pub(super) target: &'a [u8],
    /// Size of a file of which only the parts that are not holes follow.
    pub(super) real_size: Option<u64>,
    /// Where an earlier backup has the content, if not at the same path.
    pub(super) referred: Option<Referred<'a>>,
    pub(super) part: Option<Part>,
}

/// A part of the operations on a file of an earlier backup.
pub(super) struct Part {
    pub(super) index: u64,
    /// Size and digest of the file that results, in the last part.
    pub(super) result: Option<(u64, [u8; 32])>,
}

/// A file of an earlier backup.
pub(super) struct Referred<'a> {
    pub(super) base: u8,
    pub(super) path: &'a [u8],
    pub(super) size: u64,
    pub(super) digest: [u8; 32],
}

impl Entry<'_> {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let stat = &self.node.stat;
        let records = self.records();
        if !records.is_empty() {
            let mut header = Header::new_ustar();
            set_name(&mut header, b"PaxHeaders/entry");
            header.set_entry_type(EntryType::XHeader);
            header.set_mode(0o644);
            header.set_size(records.len() as u64);
            header.set_cksum();
            out.write_all(header.as_bytes())?;
            out.write_all(&records)?;
            pad(out, records.len() as u64)?;
        }
        let mut header = Header::new_ustar();
        let sparse_name = self
            .real_size
            .map(|_| [b"GNUSparseFile.0/", self.path].concat());
        set_name(&mut header, sparse_name.as_deref().unwrap_or(self.path));
        header.set_entry_type(self.kind);
        header.set_mode(stat.st_mode & 0o7777);
        header.set_uid(u64::from(stat.st_uid.min(LARGEST_SHORT)));
        header.set_gid(u64::from(stat.st_gid.min(LARGEST_SHORT)));
        header.set_size(self.size.min(LARGEST_LONG));
        header.set_mtime(u64::try_from(stat.st_mtime).unwrap_or(0).min(LARGEST_LONG));
        if let Some(ustar) = header.as_ustar_mut() {
            put(&mut ustar.linkname, self.target);
            let (user, group) = &self.node.names;
            put(&mut ustar.uname, name_bytes(user.as_ref()));
            put(&mut ustar.gname, name_bytes(group.as_ref()));
            if matches!(self.kind, EntryType::Char | EntryType::Block) {
                ustar.set_device_major(rustix::fs::major(stat.st_rdev));
                ustar.set_device_minor(rustix::fs::minor(stat.st_rdev));
            }
        }
        header.set_cksum();
        out.write_all(header.as_bytes())
    }

    fn records(&self) -> Vec<u8> {
        let mut records = Vec::new();
        let stat = &self.node.stat;
        if let Some(size) = self.real_size {
            record(&mut records, "GNU.sparse.major", b"1");
            record(&mut records, "GNU.sparse.minor", b"0");
            record(&mut records, "GNU.sparse.name", self.path);
            record(
                &mut records,
                "GNU.sparse.realsize",
                size.to_string().as_bytes(),
            );
        } else if self.path.len() > LONGEST_NAME {
            record(&mut records, "path", self.path);
        }
        if let Some(Referred {
            base,
            path,
            size,
            digest,
        }) = &self.referred
        {
            record(&mut records, "BCHAN.base", base.to_string().as_bytes());
            record(&mut records, "BCHAN.path", path);
            record(&mut records, "BCHAN.size", size.to_string().as_bytes());
            record(&mut records, "BCHAN.sha256", hex::encode(digest).as_bytes());
        }
        if let Some(Part { index, result }) = &self.part {
            record(&mut records, "BCHAN.part", index.to_string().as_bytes());
            if let Some((size, digest)) = result {
                record(&mut records, "BCHAN.realsize", size.to_string().as_bytes());
                record(&mut records, "BCHAN.result", hex::encode(digest).as_bytes());
            }
        }
        if self.target.len() > LONGEST_NAME {
            record(&mut records, "linkpath", self.target);
        }
        if self.size > LARGEST_LONG {
            record(&mut records, "size", self.size.to_string().as_bytes());
        }
        if stat.st_uid > LARGEST_SHORT {
            record(&mut records, "uid", stat.st_uid.to_string().as_bytes());
        }
        if stat.st_gid > LARGEST_SHORT {
            record(&mut records, "gid", stat.st_gid.to_string().as_bytes());
        }
        let plain = u64::try_from(stat.st_mtime).is_ok_and(|seconds| seconds <= LARGEST_LONG);
        if !plain || stat.st_mtime_nsec != 0 {
            let time = decimal(
                stat.st_mtime,
                u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
            );
            record(&mut records, "mtime", time.as_bytes());
        }
        for (key, name) in [("uname", &self.node.names.0), ("gname", &self.node.names.1)] {
            let name = name_bytes(name.as_ref());
            if name.len() > LONGEST_OWNER {
                record(&mut records, key, name);
            }
        }
        // A second name has them already.
        if self.kind != EntryType::Link {
            for (name, value) in &self.node.attributes {
                let key = [b"SCHILY.xattr.", &*escape(name.to_bytes())].concat();
                record(&mut records, key, value);
            }
        }
        records
    }
}

/// A name of an attribute in a key of PAX, in the way of GNU tar.
fn escape(name: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(name.len());
    for byte in name {
        match byte {
            b'%' => escaped.extend_from_slice(b"%25"),
            b'=' => escaped.extend_from_slice(b"%3D"),
            byte => escaped.push(*byte),
        }
    }
    escaped
}

fn name_bytes(name: Option<&Name>) -> &[u8] {
    name.map(|name| &**name).unwrap_or_default().as_bytes()
}

/// Fills a block up.
pub(super) fn pad(out: &mut impl Write, length: u64) -> io::Result<()> {
    let over = usize::try_from(length % BLOCK as u64).unwrap_or(0);
    if over == 0 {
        Ok(())
    } else {
        out.write_all(&[0; BLOCK][over..])
    }
}

fn set_name(header: &mut Header, name: &[u8]) {
    if let Some(ustar) = header.as_ustar_mut() {
        put(&mut ustar.name, name);
    }
}

/// Copies as much as there is room for.
fn put(field: &mut [u8], text: &[u8]) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

/// `length name=value\n`, where the length counts its own digits.
fn record(records: &mut Vec<u8>, name: impl AsRef<[u8]>, value: &[u8]) {
    let name = name.as_ref();
    let rest = name.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length = rest + length.to_string().len();
    }
    records.extend_from_slice(format!("{length} ").as_bytes());
    records.extend_from_slice(name);
    records.push(b'=');
    records.extend_from_slice(value);
    records.push(b'\n');
}

/// Seconds with a fraction; below zero, the fraction counts away from it.
fn decimal(seconds: i64, nanoseconds: u32) -> String {
    let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    let (whole, fraction) = (total.abs() / 1_000_000_000, total.abs() % 1_000_000_000);
    let sign = if total < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{fraction:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_count_themselves() {
        let mut records = Vec::new();
        record(&mut records, "a", b"1");
        record(&mut records, "path", &[b'x'; 90]);
        let text = String::from_utf8(records).unwrap();
        assert!(text.starts_with("6 a=1\n"), "{text}");
        let second = text.split_once('\n').unwrap().1;
        assert_eq!(second.split(' ').next().unwrap().parse(), Ok(second.len()));
    }

    #[test]
    fn times_have_as_many_digits_as_they_need() {
        assert_eq!(decimal(5, 0), "5");
        assert_eq!(decimal(5, 120_000_000), "5.12");
        assert_eq!(decimal(-1, 500_000_000), "-0.5");
        assert_eq!(decimal(-2, 0), "-2");
    }
}
