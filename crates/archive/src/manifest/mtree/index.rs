//! Finding entries of a manifest file.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Mutex, PoisonError};

use super::cursor::Cursor;
use super::entry::{MtreeEntry, MtreeKind};
use super::error::MtreeError;
use super::frames::{FrameReader, FrameWriter};
use super::hard_links::HardLinks;
use super::header::MtreeHeader;
use super::marks::Marks;
use super::parse;
use super::read::MtreeReader;

/// Entries that are passed over one by one before one is looked for elsewhere.
const STEPS: usize = 64;

/// A manifest file whose entries can be found by path and by content. It takes 16 bytes of memory for
/// each file, about 18 for each size that files have, half a byte for each entry, and some hundred KiB; the entries are in a temporary file.
#[derive(Debug)]
pub struct ManifestIndex {
    header: MtreeHeader,
    /// The lines of each entry, in order.
    file: File,
    count: u64,
    marks: Marks,
    /// First bytes of the digests of files, and their offsets, sorted.
    digests: Vec<(u64, u64)>,
    /// Sizes of the files in there.
    sizes: HashSet<u64>,
    cursor: Mutex<Cursor>,
    /// Reads entries that are found by their content.
    apart: Mutex<FrameReader>,
}

impl ManifestIndex {
    /// Reads an uncompressed manifest file to its end and keeps its entries in `temp`, which must be
    /// empty and nobody else's. Fails if anything in the file is not valid, hard links included.
    pub fn open<R: Read>(reader: R, temp: File) -> Result<Self, MtreeError> {
        let reader = BufReader::with_capacity(64 * 1024, reader);
        Self::from_reader(MtreeReader::new(reader)?, temp)
    }

    /// The same for a file of which nothing but the beginning has been read, with the bounds of its
    /// reader.
    pub fn from_reader<R: BufRead>(
        mut reader: MtreeReader<R>,
        temp: File,
    ) -> Result<Self, MtreeError> {
        let mut out = FrameWriter::new(temp);
        let (mut marks, mut digests) = (Marks::default(), Vec::new());
        let (mut links, mut sizes) = (HardLinks::default(), HashSet::new());
        while let Some(entry) = reader.read()? {
            marks.put(out.at());
            if let MtreeKind::File { size, digest } = &entry.kind
                && entry.hard_link_of.is_none()
                && entry.problem.is_none()
            {
                digests.push((prefix(digest), out.at()));
                sizes.insert(*size);
            }
            links.put(&entry);
            out.push(&[reader.lines()])?;
        }
        marks.end(out.at());
        digests.sort_unstable();
        digests.dedup_by_key(|(prefix, _)| *prefix);
        digests.shrink_to_fit();
        let index = Self {
            header: reader.header().clone(),
            file: out.finish()?,
            count: reader.entries(),
            marks,
            digests,
            sizes,
            cursor: Mutex::default(),
            apart: Mutex::default(),
        };
        links.check(index.entries())?;
        Ok(index)
    }

    /// Statement about the whole file.
    pub fn header(&self) -> &MtreeHeader {
        &self.header
    }

    /// Number of entries.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The entry at a path. This is fast for paths that are asked for in the order of the file, also
    /// where some of its entries are left out or others asked for. Fails as reading the temporary
    /// file does.
    pub fn entry(&self, path: &[u8]) -> Result<Option<MtreeEntry>, MtreeError> {
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let mut looked = self.look_on(&mut cursor, path)?;
        if let Look::Elsewhere = looked {
            let Some(offset) = self.marks.find(&self.file, path)? else {
                return Ok(None);
            };
            cursor.put(offset);
            looked = self.look_on(&mut cursor, path)?;
        }
        Ok(match looked {
            Look::Found(entry) => Some(*entry),
            Look::Missing | Look::Elsewhere => None,
        })
    }

    /// Looks for an entry from the cursor on.
    fn look_on(&self, cursor: &mut Cursor, path: &[u8]) -> Result<Look, MtreeError> {
        if !cursor.is_before(path) {
            return Ok(Look::Elsewhere);
        }
        for _ in 0..STEPS {
            if cursor.next() == self.marks.length() {
                return Ok(Look::Missing);
            }
            match cursor.compare(&self.file, path)? {
                Ordering::Less => cursor.step(),
                Ordering::Equal => return Ok(Look::Found(Box::new(cursor.take(&self.file)?))),
                Ordering::Greater => return Ok(Look::Missing),
            }
        }
        Ok(Look::Elsewhere)
    }

    /// A file with this content, without hard links and files that have a problem. Fails as reading
    /// the temporary file does.
    pub fn with_digest(
        &self,
        size: u64,
        digest: &[u8; 32],
    ) -> Result<Option<MtreeEntry>, MtreeError> {
        let wanted = prefix(digest);
        let found = self.digests.binary_search_by_key(&wanted, |known| known.0);
        let Ok(found) = found else {
            return Ok(None);
        };
        let mut frames = self.apart.lock().unwrap_or_else(PoisonError::into_inner);
        let (lines, _) = frames.read(&self.file, self.digests[found].1)?;
        let entry = parse::entry(lines).map_err(MtreeError::Damaged)?;
        let kind = MtreeKind::File {
            size,
            digest: *digest,
        };
        Ok((entry.kind == kind).then_some(entry))
    }

    /// Returns true if a file without a problem has this size.
    pub fn has_size(&self, size: u64) -> bool {
        self.sizes.contains(&size)
    }

    /// All entries, in their order.
    pub fn entries(&self) -> MtreeEntries<'_> {
        MtreeEntries {
            index: self,
            frames: FrameReader::default(),
            next: 0,
        }
    }

    /// Bytes of memory that grow with the number of entries.
    #[cfg(test)]
    pub(super) fn footprint(&self) -> usize {
        self.digests.capacity() * size_of::<(u64, u64)>() + self.marks.footprint()
    }
}

/// Outcome of looking for an entry near the last one.
enum Look {
    Found(Box<MtreeEntry>),
    /// There is no such entry.
    Missing,
    /// There is none here.
    Elsewhere,
}

/// Entries of an index, in their order. After an error it ends.
#[derive(Debug)]
pub struct MtreeEntries<'a> {
    index: &'a ManifestIndex,
    frames: FrameReader,
    /// Offset of the next entry.
    next: u64,
}

impl Iterator for MtreeEntries<'_> {
    type Item = Result<MtreeEntry, MtreeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let length = self.index.marks.length();
        if self.next == length {
            return None;
        }
        let read = self.frames.read(&self.index.file, self.next);
        // The end, unless there is a next one.
        self.next = read.as_ref().map_or(length, |(_, next)| *next);
        Some(
            read.map_err(MtreeError::from)
                .and_then(|(lines, _)| parse::entry(lines).map_err(MtreeError::Damaged)),
        )
    }
}

/// The first bytes of a digest.
fn prefix(digest: &[u8; 32]) -> u64 {
    digest
        .first_chunk()
        .map_or(0, |first| u64::from_be_bytes(*first))
}
