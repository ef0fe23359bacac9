//! Unpacking tar archives: ustar, GNU and PAX, as all programs write them.

mod acl;
mod end;
mod entry;
mod extension;
mod keyword;
mod meta;
mod number;
mod patch;
mod reference;
mod reference_records;
mod sparse;
mod text;

use std::collections::HashSet;
use std::io::Read;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::Path;

use tar::Header;

use self::extension::Extensions;
use self::number::BLOCK;
use super::base::Bases;
use super::place::{Placer, Reading};
use super::read::Stream;
use super::{Limit, Result, UnpackError, UnpackOptions, Unpacked, corrupt};
use crate::observer::Observer;
use crate::tar_header::is_header;
use crate::{Codec, Manifest};

/// Longest name or list, in bytes.
const LONGEST_TEXT: u64 = 1 << 20;
/// Most bytes of the PAX records of an entry: maps of sparse files and lists of directories are long.
const LONGEST_RECORDS: u64 = 16 << 20;

/// The name of the whole archive.
const VOLUME_LABEL: u8 = b'V';
/// An access control list of Solaris.
const SOLARIS_LIST: u8 = b'A';
/// PAX records, as Solaris calls them.
const SOLARIS_RECORDS: u8 = b'X';

/// Unpacks a tar archive into a directory and adds its entries to an empty manifest. The archive
/// must have its end mark, followed by nothing but zeros or the rest of the last record, and
/// `reader` is read to its end, on a thread of its own.
///
/// Everything that the archive has is unpacked, or this fails. Only files have content:
/// directories, symbolic links, pipes and devices have none, whatever size their headers say. A
/// hard link has content if its header says so and neither another header nor the end follows. Of
/// several entries of one name the last one counts, as for all readers of tar.
pub fn unpack_tar<R: Read + Send>(
    codec: Codec,
    reader: R,
    into: BorrowedFd<'_>,
    options: &UnpackOptions,
    manifest: &mut Manifest,
    observer: &mut dyn Observer,
) -> Result<Unpacked> {
    let bases = &mut Bases::default();
    unpack_increment(codec, reader, bases, into, options, manifest, observer)
}

/// The same for an archive whose entries may refer to files of these backups.
pub fn unpack_increment<R: Read + Send>(
    codec: Codec,
    reader: R,
    bases: &mut Bases<'_>,
    into: BorrowedFd<'_>,
    options: &UnpackOptions,
    manifest: &mut Manifest,
    observer: &mut dyn Observer,
) -> Result<Unpacked> {
    let placer = Placer::new(into, options, observer);
    let (done, replaced) = run(codec, reader, bases, placer, manifest)?;
    // Hard links and replaced entries are simpler to look up on disk than to keep account of.
    if replaced {
        *manifest = crate::hash_tree(into.as_fd(), &mut Reading(observer)).map_err(|source| {
            UnpackError::Write {
                path: Path::new(".").to_owned(),
                source,
            }
        })?;
    }
    Ok(done)
}

/// Reads a tar archive to its end as [`unpack_tar`] does, with all its checks and bounds, but makes
/// nothing of it: it only adds what it holds to a manifest that is empty before. What an archive
/// would put in the place of its own earlier entries counts twice there.
pub fn examine_tar<R: Read + Send>(
    codec: Codec,
    reader: R,
    options: &UnpackOptions,
    manifest: &mut Manifest,
    observer: &mut dyn Observer,
) -> Result<Unpacked> {
    let placer = Placer::nowhere(options, observer);
    Ok(run(codec, reader, &mut Bases::default(), placer, manifest)?.0)
}

/// Says, too, whether something was put in the place of something else.
fn run<R: Read + Send>(
    codec: Codec,
    reader: R,
    bases: &mut Bases<'_>,
    placer: Placer<'_>,
    manifest: &mut Manifest,
) -> Result<(Unpacked, bool)> {
    Stream::of(codec, reader, placer.limits(), |stream| {
        let mut unpacker = Unpacker {
            stream,
            bases,
            placer,
            manifest,
            defaults: Extensions::default(),
            unknown: HashSet::new(),
            said_names: false,
        };
        unpacker.run()?;
        let done = unpacker.placer.finish()?;
        Ok((done, unpacker.placer.replaced))
    })
}

struct Unpacker<'a, 'b, 'm> {
    stream: Stream,
    /// Backups that entries may refer to.
    bases: &'m mut Bases<'b>,
    placer: Placer<'a>,
    manifest: &'m mut Manifest,
    /// Global PAX headers, which apply to all entries that follow.
    defaults: Extensions,
    /// Keywords of records that were reported.
    unknown: HashSet<Vec<u8>>,
    /// True if lists of names without numbers were reported.
    said_names: bool,
}

impl Unpacker<'_, '_, '_> {
    fn run(&mut self) -> Result<()> {
        while let Some((header, name, extensions)) = self.next_entry()? {
            self.placer.arrived = self.stream.arrived();
            self.entry(&header, &name, extensions)
                .map_err(|error| error.at(&name))?;
        }
        self.tail()
    }

    /// Reads the header of the next entry, and the records before it; none at the end mark.
    fn next_entry(&mut self) -> Result<Option<(Header, Vec<u8>, Extensions)>> {
        let mut extensions = Extensions::default();
        let mut pending = false;
        while let Some(header) = self.header()? {
            let size = size(&header).map_err(|error| error.at(&header.path_bytes()))?;
            match header.entry_type().as_byte() {
                b'L' => extensions.set_path(self.text(size, LONGEST_TEXT)?),
                b'K' => extensions.set_target(self.text(size, LONGEST_TEXT)?),
                b'x' | SOLARIS_RECORDS => extensions.read(&self.text(size, LONGEST_RECORDS)?)?,
                SOLARIS_LIST => {
                    self.text(size, LONGEST_TEXT)?;
                    extensions.set_lost("access control list of Solaris");
                }
                b'g' => {
                    let text = self.text(size, LONGEST_RECORDS)?;
                    self.read_global(&text)?;
                    continue;
                }
                VOLUME_LABEL => {
                    self.skip(size)?;
                    continue;
                }
                _ => {
                    let mut extensions = extensions.over(&self.defaults);
                    let name = extensions.path.take();
                    let name = name.unwrap_or_else(|| header.path_bytes().into_owned());
                    return Ok(Some((header, name, extensions)));
                }
            }
            pending = true;
        }
        if pending {
            return Err(corrupt("it ends with a header that belongs to no entry"));
        }
        Ok(None)
    }

    fn read_global(&mut self, records: &[u8]) -> Result<()> {
        let mut defaults = std::mem::take(&mut self.defaults);
        let read = defaults.read_global(records);
        self.report(b"", &defaults);
        defaults.unknown.clear();
        defaults.malformed.clear();
        self.defaults = defaults;
        read
    }

    /// The next header; `None` at the end mark, which some programs cut short.
    fn header(&mut self) -> Result<Option<Header>> {
        let mut header = Header::new_old();
        if !self.stream.fill(header.as_mut_bytes())? {
            return Err(corrupt("it is cut off"));
        }
        if is_zero(header.as_bytes()) {
            let mut second = [0; BLOCK];
            if !self.stream.fill(&mut second)? || is_zero(&second) {
                return Ok(None);
            }
            return Err(corrupt("its end mark is not whole"));
        }
        if !is_header(header.as_bytes()) {
            return Err(corrupt("a header has a wrong checksum"));
        }
        Ok(Some(header))
    }

    /// Reads content that is text of the archive's own.
    fn text(&mut self, size: u64, longest: u64) -> Result<Vec<u8>> {
        if size > longest {
            return Err(UnpackError::Limit {
                limit: Limit::Name,
                entry: String::new(),
            });
        }
        let mut text = vec![0; usize::try_from(size).unwrap_or(0)];
        if !text.is_empty() && !self.stream.fill(&mut text)? {
            return Err(corrupt("it is cut off"));
        }
        self.skip_padding(size)?;
        Ok(text)
    }

    /// Passes over content, which is nothing that is unpacked.
    fn skip(&mut self, size: u64) -> Result<()> {
        self.stream.skip(size)?;
        self.skip_padding(size)
    }

    fn skip_padding(&mut self, size: u64) -> Result<()> {
        let over = size % BLOCK as u64;
        self.stream.skip((BLOCK as u64 - over) % BLOCK as u64)
    }
}

fn is_zero(block: &[u8; BLOCK]) -> bool {
    block.iter().all(|byte| *byte == 0)
}

fn size(header: &Header) -> Result<u64> {
    let field = &header.as_old().size;
    number::parse(field).ok_or_else(|| {
        let field = field.escape_ascii();
        corrupt(format!("its size is no number: {field}"))
    })
}
