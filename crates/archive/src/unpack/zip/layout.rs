//! Where the data of a zip archive's entries lies.

use std::fs::File;

use super::content::check_method;
use super::directory::{Directory, Listed, MARKS, read_at};
use super::fields::{Fields, zip64};
use crate::observer::Observer;
use crate::unpack::place::to_path;
use crate::unpack::{Limit, Limits, Result, UnpackError, corrupt, show, unsupported};

const HEADER: &[u8] = b"PK\x03\x04";
const HEADER_LENGTH: u64 = 30;
/// Sizes and checksum come after the data.
const DESCRIPTOR: u16 = 1 << 3;
/// Encryption of either kind, or of the directory.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

/// The part of the header in front of an entry's data that the directory may not have.
pub(super) struct Local {
    /// Offset of the data.
    pub(super) data: u64,
    /// Extra fields. Some are only here, others only in the directory.
    pub(super) extra: Vec<u8>,
}

/// Checks that the header in front of an entry's data says what the directory says, and that the data can
/// be unpacked.
pub(super) fn local(file: &File, directory: Directory, listed: &Listed) -> Result<Local> {
    let differs = || corrupt("it is not in the archive as the directory says");
    let last = directory.start.saturating_sub(HEADER_LENGTH);
    if listed.header > last {
        return Err(differs());
    }
    let mut head = [0; 30];
    read_at(file, &mut head, listed.header)?;
    let mut fields = Fields(head.strip_prefix(HEADER).ok_or_else(differs)?);
    let mut read = || {
        fields.short()?;
        let (flags, method) = (fields.short()?, fields.short()?);
        fields.long()?;
        let numbers = [fields.long()?, fields.long()?, fields.long()?];
        Some((flags, method, numbers, fields.short()?, fields.short()?))
    };
    let (flags, method, [crc, stored, size], name_length, extra_length) =
        read().ok_or_else(differs)?;
    let mut text = vec![0; usize::from(name_length) + usize::from(extra_length)];
    let data = listed.header + HEADER_LENGTH + text.len() as u64;
    let end = data.checked_add(listed.stored);
    if end.is_none_or(|end| end > directory.start) {
        return Err(differs());
    }
    read_at(file, &mut text, listed.header + HEADER_LENGTH)?;
    let (name, fields) = text.split_at(name_length.into());
    if (flags | listed.flags) & ENCRYPTED != 0 {
        return Err(unsupported("encrypted data"));
    }
    check_method(listed.method)?;
    let (mut stored, mut size) = (u64::from(stored), u64::from(size));
    let is_streamed = flags & DESCRIPTOR != 0;
    let is_whole = zip64(fields, [&mut size, &mut stored]).is_some() || is_streamed;
    let is = |said: u64, is: u64| said == is || (is_streamed && matches!(said, 0 | 0xffff_ffff));
    let is_same = is_whole
        && name == listed.raw_name
        && method == listed.method
        && is(crc.into(), listed.crc.into())
        && is(stored, listed.stored)
        && is(size, listed.size);
    if !is_same {
        return Err(differs());
    }
    let extra = fields.to_vec();
    Ok(Local { data, extra })
}

/// Checks all entries before anything is unpacked: there are no more than allowed, none lie over each
/// other, and nothing between them looks like an entry that the directory does not list. Returns
/// how many there are.
pub(super) fn check(
    file: &File,
    directory: Directory,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<u64> {
    // 16 bytes for each entry, of which the archive has 76 at least.
    let mut spans = Vec::new();
    let mut walk = directory.walk(file);
    while let Some(listed) = walk.next()? {
        if spans.len() as u64 >= limits.max_entries {
            return Err(UnpackError::Limit {
                limit: Limit::Entries(limits.max_entries),
                entry: show(&listed.raw_name),
            });
        }
        go_on(observer)?;
        let local = local(file, directory, &listed).map_err(|error| error.at(&listed.raw_name))?;
        spans.push((listed.header, local.data + listed.stored));
    }
    spans.sort_unstable();
    let mut end = 0;
    for &(start, next) in &spans {
        if start < end {
            return Err(corrupt("its entries overlap"));
        }
        check_gap(file, end, start, observer)?;
        end = next;
    }
    check_gap(file, end, directory.start, observer)?;
    Ok(spans.len() as u64)
}

/// Fails if there is an entry between two entries that no directory lists.
fn check_gap(file: &File, start: u64, end: u64, observer: &mut dyn Observer) -> Result<()> {
    /// Bytes that are read at a time; each time the last ones once more.
    const PIECE: u64 = 64 * 1024;
    if start == 0 && end > 0 {
        let mut begin = [0; 4];
        if end == begin.len() as u64 {
            read_at(file, &mut begin, 0)?;
        }
        if !MARKS.contains(&begin) {
            return Err(corrupt("something is in front of its first entry"));
        }
    }
    let mut at = start;
    let mut buffer = Vec::new();
    while end - at >= HEADER.len() as u64 {
        let length = (end - at).min(PIECE);
        buffer.resize(usize::try_from(length).unwrap_or(0), 0);
        go_on(observer)?;
        read_at(file, &mut buffer, at)?;
        if buffer.windows(HEADER.len()).any(|bytes| bytes == HEADER) {
            let what = "it has an entry that its directory does not list";
            return Err(corrupt(what));
        }
        at += length - (HEADER.len() as u64 - 1);
    }
    Ok(())
}

fn go_on(observer: &mut dyn Observer) -> Result<()> {
    observer.proceed(0).map_err(|source| UnpackError::Write {
        path: to_path(b".").to_owned(),
        source,
    })
}
