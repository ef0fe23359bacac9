//! The directory at the end of a zip archive: where it is, and what it lists.
//!
//! Every number that says how much there is may be wrong, by malice or because it has too few bits:
//! the number of entries has 16. So the directory is walked to its end, and everything that says the
//! same in two places must say it twice.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt as _;

use super::fields::{Fields, extra, zip64};
use crate::unpack::{Result, UnpackError, corrupt, unsupported};

const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_LENGTH: u64 = 20;
const END64: &[u8] = b"PK\x06\x06";
const END64_LENGTH: usize = 56;
/// The beginning of an archive that has several parts, or that could have had several.
pub(super) const MARKS: [[u8; 4]; 2] = [*b"PK\x07\x08", *b"PK00"];
/// Most zeros after the end. bsdtar, for one, fills its last block where it writes to a pipe.
const PADDING: usize = 64 * 1024;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;
/// Extra field with the name in UTF-8, where the name itself is in something else.
const UNICODE_PATH: u16 = 0x7075;

/// Where the directory is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directory {
    /// Offset of its first byte, which follows the last entry.
    pub(super) start: u64,
    /// Offset of the byte after its last one.
    end: u64,
    /// Entries that it is said to have.
    count: Count,
}

#[derive(Clone, Copy, Debug)]
enum Count {
    Exact(u64),
    /// The lowest 16 bits, which is all that the format without zip64 has room for. Some programs
    /// write archives with more entries that way, and all readers take all that are listed.
    Low(u16),
}

/// An entry of the central directory.
#[derive(Debug)]
pub(super) struct Listed {
    /// As it is stored before the entry.
    pub(super) raw_name: Vec<u8>,
    /// The one of an extra field, in UTF-8.
    pub(super) unicode_name: Option<Vec<u8>>,
    /// Extra fields.
    pub(super) extra: Vec<u8>,
    /// Number of the system that it was made on.
    pub(super) host: u8,
    pub(super) flags: u16,
    pub(super) method: u16,
    /// Date and time in the form of MS-DOS.
    pub(super) modified: (u16, u16),
    pub(super) crc: u32,
    /// Bytes of its data in the archive.
    pub(super) stored: u64,
    /// Bytes of its content.
    pub(super) size: u64,
    /// The mode in the upper half and attributes of MS-DOS in the lower one, as far as the system has them.
    pub(super) attributes: u32,
    /// Offset of the header in front of its data.
    pub(super) header: u64,
}

impl Directory {
    /// Finds the directory of an archive of so many bytes.
    pub(super) fn find(file: &File, length: u64) -> Result<Self> {
        const MOST: usize = END_LENGTH + u16::MAX as usize + PADDING;
        let at = length.saturating_sub(MOST as u64);
        let mut tail = vec![0; usize::try_from(length - at).unwrap_or(0)];
        read_at(file, &mut tail, at)?;
        match ends(&tail)[..] {
            [found] => Self::read(file, at + found as u64, &tail[found..found + END_LENGTH])
                .ok_or_else(|| corrupt("the end of its directory is malformed"))?,
            [] => Err(without_end(file, length)),
            _ => Err(corrupt("its directory has two ends")),
        }
    }

    fn read(file: &File, at: u64, end: &[u8]) -> Option<Result<Self>> {
        let mut fields = Fields(end.get(4..)?);
        let (disk, first_disk) = (fields.short()?, fields.short()?);
        let (here, count) = (fields.short()?, fields.short()?);
        let (size, start) = (fields.long()?, fields.long()?);
        let locator = match at.checked_sub(LOCATOR_LENGTH) {
            Some(place) => {
                let mut locator = [0; 20];
                if let Err(error) = read_at(file, &mut locator, place) {
                    return Some(Err(error));
                }
                locator.starts_with(LOCATOR).then_some((place, locator))
            }
            None => None,
        };
        let (directory, size) = if let Some((place, locator)) = locator {
            let mut fields = Fields(&locator[4..]);
            let (_, end64) = (fields.long()?, fields.double()?);
            if fields.long()? > 1 {
                return Some(Err(several_parts()));
            }
            let mut record = [0; END64_LENGTH];
            if end64 >= place {
                return None;
            }
            if let Err(error) = read_at(file, &mut record, end64) {
                return Some(Err(error));
            }
            let mut fields = Fields(record.strip_prefix(END64)?);
            let length = fields.double()?;
            fields.long()?;
            let disks = (fields.long()?, fields.long()?);
            let (here64, count64) = (fields.double()?, fields.double()?);
            let (size64, start64) = (fields.double()?, fields.double()?);
            // What fits into the older fields is in them, too.
            let is_same = is_short(count, count64)
                && is_short(here, here64)
                && is_long(size, size64)
                && is_long(start, start64)
                && end64.checked_add(12)?.checked_add(length)? == place
                && here64 == count64
                && disks == (0, 0);
            if !is_same {
                return None;
            }
            let directory = Self {
                start: start64,
                end: end64,
                count: Count::Exact(count64),
            };
            (directory, size64)
        } else {
            let directory = Self {
                start: start.into(),
                end: at,
                count: Count::Low(count),
            };
            if (disk, first_disk) != (0, 0) {
                return Some(Err(several_parts()));
            }
            if here != count {
                return None;
            }
            (directory, size.into())
        };
        // Of an archive that something was put in front of, offsets are too small by its length.
        if directory.start.checked_add(size) != Some(directory.end) {
            let what = "its directory is not where it should be, or has another size";
            return Some(Err(corrupt(what)));
        }
        Some(Ok(directory))
    }

    /// Walks it from its beginning.
    pub(super) fn walk(self, file: &File) -> Walk<'_> {
        Walk {
            directory: self,
            reader: BufReader::with_capacity(
                64 * 1024,
                Section {
                    file,
                    at: self.start,
                    end: self.end,
                },
            ),
            left: self.end - self.start,
            found: 0,
        }
    }
}

/// The entries that a directory lists.
pub(super) struct Walk<'a> {
    directory: Directory,
    reader: BufReader<Section<'a>>,
    /// Bytes to its end.
    left: u64,
    found: u64,
}

impl Walk<'_> {
    /// The next one; `None` at the end, where there must have been as many as was said.
    pub(super) fn next(&mut self) -> Result<Option<Listed>> {
        if self.left == 0 {
            let is_as_said = match self.directory.count {
                Count::Exact(count) => self.found == count,
                Count::Low(low) => self.found % 0x1_0000 == u64::from(low),
            };
            return if is_as_said {
                Ok(None)
            } else {
                Err(corrupt(format!(
                    "it has {} entries, which is not what it says",
                    self.found
                )))
            };
        }
        self.found += 1;
        let mut head = [0; ENTRY_LENGTH];
        self.take(&mut head)?;
        let (listed, lengths) =
            parse(&head).ok_or_else(|| corrupt("an entry of its directory is malformed"))?;
        let mut texts = lengths.map(|length| vec![0; length.into()]);
        for text in &mut texts {
            self.take(text)?;
        }
        let [name, fields, _comment] = texts;
        listed.with(name, fields).map(Some)
    }

    fn take(&mut self, out: &mut [u8]) -> Result<()> {
        let left = self.left.checked_sub(out.len() as u64);
        self.left = left.ok_or_else(|| corrupt("its directory is cut off"))?;
        self.reader.read_exact(out).map_err(from_io)
    }
}

/// An entry without its name and extra fields, and the lengths of these and of its comment.
fn parse(head: &[u8; ENTRY_LENGTH]) -> Option<(Listed, [u16; 3])> {
    let mut fields = Fields(head.strip_prefix(ENTRY)?);
    let [_, host] = fields.short()?.to_le_bytes();
    fields.short()?;
    let (flags, method) = (fields.short()?, fields.short()?);
    let time = fields.short()?;
    let modified = (fields.short()?, time);
    let crc = fields.long()?;
    let (stored, size) = (fields.long()?.into(), fields.long()?.into());
    let lengths = [fields.short()?, fields.short()?, fields.short()?];
    // Of files in several parts only, and with zip64 also all ones.
    if !matches!(fields.short()?, 0 | u16::MAX) {
        return None;
    }
    fields.short()?;
    let attributes = fields.long()?;
    let header = fields.long()?.into();
    let listed = Listed {
        raw_name: Vec::new(),
        unicode_name: None,
        extra: Vec::new(),
        host,
        flags,
        method,
        modified,
        crc,
        stored,
        size,
        attributes,
        header,
    };
    Some((listed, lengths))
}

impl Listed {
    fn with(mut self, name: Vec<u8>, fields: Vec<u8>) -> Result<Self> {
        let large = [&mut self.size, &mut self.stored, &mut self.header];
        zip64(&fields, large).ok_or_else(|| corrupt("a size or an offset is missing"))?;
        self.unicode_name = extra(&fields, UNICODE_PATH).and_then(|field| {
            let (version, mut rest) = field.split_first().map(|(v, rest)| (*v, Fields(rest)))?;
            let of = rest.long()?;
            let mut crc = flate2::Crc::new();
            crc.update(&name);
            (version == 1 && of == crc.sum()).then(|| rest.0.to_vec())
        });
        self.raw_name = name;
        self.extra = fields;
        Ok(self)
    }
}

/// Places in the last bytes of an archive where its directory may end: a comment follows, and then
/// nothing but zeros.
fn ends(tail: &[u8]) -> Vec<usize> {
    let last = tail.iter().rposition(|byte| *byte != 0);
    let used = last.map_or(0, |last| last + 1);
    let is_end = |at: &usize| {
        let end = &tail[*at..];
        let comment = Fields(&end[END_LENGTH - 2..]).short().map(usize::from);
        let after = comment.map(|comment| at + END_LENGTH + comment);
        end.starts_with(END) && after.is_some_and(|after| used <= after && after <= tail.len())
    };
    let places = 0..(tail.len() + 1).saturating_sub(END_LENGTH);
    places.filter(is_end).collect()
}

/// The error of an archive without an end.
fn without_end(file: &File, length: u64) -> UnpackError {
    let mut begin = [0; 4];
    if length > begin.len() as u64 && read_at(file, &mut begin, 0).is_ok() && MARKS.contains(&begin)
    {
        return unsupported("several parts, of which this is not the last one");
    }
    corrupt("its directory has no end, or something follows it")
}

fn several_parts() -> UnpackError {
    unsupported("several parts, of which this is only the last one")
}

fn is_short(field: u16, value: u64) -> bool {
    field == u16::MAX || u64::from(field) == value
}

fn is_long(field: u32, value: u64) -> bool {
    field == u32::MAX || u64::from(field) == value
}

/// A part of a file.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) file: &'a File,
    pub(super) at: u64,
    pub(super) end: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = out.len().min(left);
        let count = self.file.read_at(&mut out[..most], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// Fills `out` with what is at this offset.
pub(super) fn read_at(file: &File, out: &mut [u8], at: u64) -> Result<()> {
    file.read_exact_at(out, at).map_err(from_io)
}

pub(super) fn from_io(source: io::Error) -> UnpackError {
    if source.kind() == io::ErrorKind::UnexpectedEof {
        return corrupt("it is cut off");
    }
    UnpackError::Read { source }
}
