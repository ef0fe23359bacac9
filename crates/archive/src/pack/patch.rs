//! Sending what has changed of a large file.

use std::io::Write as _;
use std::os::fd::OwnedFd;

use rustix::io::{Errno, pread};
use tar::EntryType;

use super::content::{FileContent, changed};
use super::entry::{Entry, Part, pad};
use super::metadata::Node;
use super::packer::Packer;
use crate::delta::{Blocks, Encoder, SMALLEST};
use crate::holes::pieces;
use crate::observer::Problem;
use crate::pack_error::PackError;
use crate::tour::{Place, SourceVisitor as _};
use crate::{MtreeEntry, MtreeKind};

/// Type of an entry whose content is operations.
const PATCH: u8 = b'P';

/// Bytes that are read at a time, and operations that go into one entry, about.
const BUFFER: usize = 256 * 1024;

/// The state of a patch while its file is read.
struct Parts<'a> {
    place: &'a Place<'a>,
    node: &'a Node,
    operations: Vec<u8>,
    /// Entries so far.
    count: u64,
}

impl Packer<'_> {
    /// Packs a file of which the base has an earlier state with known blocks.
    pub(super) fn patch(
        &mut self,
        place: &Place<'_>,
        fd: &OwnedFd,
        node: &Node,
    ) -> Result<Option<FileContent>, PackError> {
        let size = u64::try_from(node.stat.st_size).unwrap_or(0);
        if size < SMALLEST {
            return Ok(None);
        }
        let earlier = self.earlier.as_mut();
        let entry = earlier.and_then(|earlier| earlier.entry(place.name));
        let Some(blocks) = entry.and_then(blocks_of) else {
            return Ok(None);
        };
        let mut parts = Parts {
            place,
            node,
            operations: Vec::new(),
            count: 0,
        };
        let mut encoder = Encoder::new(blocks);
        let holes = pieces(fd, &node.stat, size);
        let whole = [(0, size)];
        let pieces = holes.as_deref().unwrap_or(&whole);
        let mut problem = None;
        let mut at = 0;
        let mut buffer = vec![0; BUFFER];
        for &(offset, length) in pieces {
            encoder.hole(offset - at, &mut parts.operations);
            self.observer.bytes(offset - at);
            at = offset;
            while at < offset + length {
                let left = usize::try_from(offset + length - at).unwrap_or(BUFFER);
                let wanted = left.min(BUFFER);
                let count = match pread(fd, &mut buffer[..wanted], at) {
                    Ok(0) => {
                        problem.get_or_insert(Problem::Shrunk);
                        buffer[..wanted].fill(0);
                        wanted
                    }
                    Ok(count) => count,
                    Err(Errno::INTR) => continue,
                    Err(error) => {
                        let source = error.into();
                        problem.get_or_insert(Problem::Unreadable { source });
                        buffer[..wanted].fill(0);
                        wanted
                    }
                };
                encoder.push(&buffer[..count], &mut parts.operations);
                self.observer.bytes(count as u64);
                at += count as u64;
                if parts.operations.len() >= BUFFER {
                    self.write_part(&mut parts, None)?;
                }
            }
        }
        encoder.hole(size - at, &mut parts.operations);
        self.observer.bytes(size - at);
        let encoded = encoder.finish(&mut parts.operations);
        self.write_part(&mut parts, Some((encoded.size, encoded.digest)))?;
        if let Some(problem) = problem.or_else(|| changed(fd, &node.stat)) {
            self.problem(place.path, &problem);
        }
        let literal = encoded.literal.min(encoded.size);
        if literal == 0 {
            self.summary.reused.add(encoded.size);
        } else {
            self.summary.new.add(literal);
            self.summary.reused.bytes += encoded.size - literal;
        }
        Ok(Some(FileContent {
            size: encoded.size,
            digest: encoded.digest,
            blocks: Some(encoded.blocks.to_bytes()),
        }))
    }

    fn write_part(
        &mut self,
        parts: &mut Parts<'_>,
        result: Option<(u64, [u8; 32])>,
    ) -> Result<(), PackError> {
        let size = parts.operations.len() as u64;
        let index = parts.count;
        let entry = Entry {
            path: parts.place.name,
            kind: EntryType::new(PATCH),
            node: parts.node,
            size,
            target: b"",
            real_size: None,
            referred: None,
            part: Some(Part { index, result }),
        };
        let wrote = entry
            .write(&mut self.out)
            .and_then(|()| self.out.write_all(&parts.operations))
            .and_then(|()| pad(&mut self.out, size));
        wrote.map_err(|source| PackError::Write { source })?;
        parts.operations.clear();
        parts.count += 1;
        Ok(())
    }
}

/// The blocks of a file in the base.
fn blocks_of(entry: MtreeEntry) -> Option<Blocks> {
    let MtreeKind::File { size, .. } = entry.kind else {
        return None;
    };
    let blocks = Blocks::from_bytes(&entry.blocks?)?;
    (blocks.size() == size).then_some(blocks)
}
