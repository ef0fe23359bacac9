//! The content of a file, in exactly as many bytes as its header says.

use std::io::{self, Write};
use std::os::fd::OwnedFd;

use rustix::fs::{self, Stat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};
use tar::EntryType;

use super::entry::{BLOCK, Entry, pad};
use super::metadata::Node;
use super::packer::Packer;
use crate::delta::BlockCutter;
use crate::holes::{Piece, pieces};
use crate::observer::Problem;
use crate::pack_error::PackError;
use crate::tour::{Place, SourceVisitor as _};

/// Most bytes that are stored of a file that is said to be empty and is not, as in /proc: they are
/// kept in memory, since their number stands in front of them.
const MOST_UNSAID: usize = 8 << 20;

/// Bytes that are hashed at a time of a file that is only read.
const HASHED: usize = 256 * 1024;

/// Content of a file, as the manifest has it.
#[derive(Clone, Debug)]
pub(super) struct FileContent {
    pub(super) size: u64,
    /// Zeros if it is not wanted.
    pub(super) digest: [u8; 32],
    /// Its blocks, if it is large and the next backup will want them.
    pub(super) blocks: Option<Vec<u8>>,
}

/// Hashes and blocks of content, while it is written.
struct Digester {
    hasher: Option<Sha256>,
    cutter: Option<BlockCutter>,
}

impl Digester {
    fn push(&mut self, bytes: &[u8]) {
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        if let Some(cutter) = &mut self.cutter {
            cutter.push(bytes);
        }
    }

    fn hole(&mut self, length: u64) {
        if let Some(hasher) = &mut self.hasher {
            hash_zeros(hasher, length);
        }
        if let Some(cutter) = &mut self.cutter {
            cutter.hole(length);
        }
    }

    fn finish(self, size: u64) -> FileContent {
        FileContent {
            size,
            digest: self
                .hasher
                .map_or([0; 32], |hasher| hasher.finalize().into()),
            blocks: self.cutter.map(|cutter| cutter.finish().to_bytes()),
        }
    }
}

impl Packer<'_> {
    /// Writes a file.
    pub(super) fn content(
        &mut self,
        place: &Place<'_>,
        fd: &OwnedFd,
        node: &Node,
    ) -> Result<FileContent, PackError> {
        let stat = &node.stat;
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        if size == 0 {
            return self.unsaid(place, fd, node);
        }
        let pieces = pieces(fd, stat, size);
        let map = pieces.as_deref().map(|pieces| map_of(pieces, size));
        let whole = [(0, size)];
        let pieces = pieces.as_deref().unwrap_or(&whole);
        let data: u64 = pieces.iter().map(|piece| piece.1).sum();
        let stored = data + map.as_ref().map_or(0, |map| map.len() as u64);
        let entry = Entry {
            path: place.name,
            kind: EntryType::Regular,
            node,
            size: stored,
            target: b"",
            real_size: map.as_ref().map(|_| size),
            referred: None,
            part: None,
        };
        let fail = |source| PackError::Write { source };
        entry.write(&mut self.out).map_err(fail)?;
        if let Some(map) = map {
            self.out.write_all(&map).map_err(fail)?;
        }
        let wanted = self.earlier.is_some();
        let mut digester = Digester {
            hasher: self.summary.manifest.is_some().then(Sha256::new),
            cutter: BlockCutter::new(size).filter(|_| wanted),
        };
        let mut problem = None;
        let mut at = 0;
        for &(offset, length) in pieces {
            self.hole(&mut digester, offset - at);
            at = offset + length;
            let piece = self.piece(fd, offset, length, at == size, &mut digester);
            problem = problem.or(piece.map_err(fail)?);
        }
        self.hole(&mut digester, size - at);
        pad(&mut self.out, stored).map_err(fail)?;
        let longer = |problem: &Problem| matches!(problem, Problem::Longer { .. });
        // That it has changed says more.
        let problem = match problem {
            Some(problem) if longer(&problem) => changed(fd, stat).or(Some(problem)),
            problem => problem.or_else(|| changed(fd, stat)),
        };
        if let Some(problem) = problem {
            self.problem(place.path, &problem);
        }
        Ok(digester.finish(size))
    }

    /// Writes a file that is said to be empty, with the content that it has all the same.
    fn unsaid(
        &mut self,
        place: &Place<'_>,
        fd: &OwnedFd,
        node: &Node,
    ) -> Result<FileContent, PackError> {
        let (content, problem) = beginning(fd);
        let size = content.len() as u64;
        let entry = Entry {
            path: place.name,
            kind: EntryType::Regular,
            node,
            size,
            target: b"",
            real_size: None,
            referred: None,
            part: None,
        };
        let wrote = entry.write(&mut self.out);
        let wrote = wrote.and_then(|()| self.out.write_all(&content));
        let wrote = wrote.and_then(|()| pad(&mut self.out, size));
        wrote.map_err(|source| PackError::Write { source })?;
        self.observer.bytes(size);
        // A file that was empty and has content now may have been written to.
        let changed = changed(fd, &node.stat);
        if let Some(problem) = problem.or(changed) {
            self.problem(place.path, &problem);
        }
        let wanted = self.summary.manifest.is_some();
        let digest = wanted.then(|| Sha256::digest(&content).into());
        Ok(FileContent {
            size,
            digest: digest.unwrap_or([0; 32]),
            blocks: None,
        })
    }

    /// Writes one piece; what cannot be read of it becomes zeros. If it is the `last` one of the
    /// file, looks whether there is more.
    fn piece(
        &mut self,
        fd: &OwnedFd,
        offset: u64,
        length: u64,
        last: bool,
        digester: &mut Digester,
    ) -> io::Result<Option<Problem>> {
        let mut done = 0;
        let mut problem = None;
        while done < length {
            let left = length - done;
            let bytes = match self.out.read(fd, offset + done, left, last)? {
                Ok((bytes, true)) => {
                    let size = offset + length;
                    problem.get_or_insert(Problem::Longer { size });
                    bytes
                }
                Ok(([], false)) => {
                    problem.get_or_insert(Problem::Shrunk);
                    self.out.zeros(left)?
                }
                Ok((bytes, false)) => bytes,
                Err(Errno::INTR) => continue,
                Err(error) => {
                    problem.get_or_insert(Problem::Unreadable {
                        source: error.into(),
                    });
                    self.out.zeros(left)?
                }
            };
            let count = bytes.len() as u64;
            digester.push(bytes);
            self.observer.bytes(count);
            done += count;
        }
        Ok(problem)
    }

    /// Passes over a hole, which hashes as the zeros that it reads as.
    fn hole(&mut self, digester: &mut Digester, length: u64) {
        digester.hole(length);
        self.observer.bytes(length);
    }
}

fn hash_zeros(hasher: &mut Sha256, length: u64) {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut left = length;
    while left > 0 {
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(ZEROS.len());
        hasher.update(&ZEROS[..count]);
        left -= count as u64;
    }
}

/// The digest of a file that is read without being written; none if that does not work, or if it
/// changes meanwhile.
pub(super) fn digest_of(fd: &OwnedFd, stat: &Stat) -> Option<[u8; 32]> {
    let size = u64::try_from(stat.st_size).ok()?;
    let pieces = pieces(fd, stat, size);
    let whole = [(0, size)];
    let pieces = pieces.as_deref().unwrap_or(&whole);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; HASHED];
    let mut at = 0;
    for &(offset, length) in pieces {
        hash_zeros(&mut hasher, offset - at);
        at = offset;
        while at < offset + length {
            let left = usize::try_from(offset + length - at).unwrap_or(HASHED);
            let wanted = left.min(HASHED);
            match rustix::io::pread(fd, &mut buffer[..wanted], at) {
                Ok(0) => return None,
                Ok(count) => {
                    hasher.update(&buffer[..count]);
                    at += count as u64;
                }
                Err(Errno::INTR) => {}
                Err(_) => return None,
            }
        }
    }
    hash_zeros(&mut hasher, size - at);
    let is_longer = !matches!(rustix::io::pread(fd, &mut buffer[..1], size), Ok(0));
    let is_same = !is_longer && changed(fd, stat).is_none();
    is_same.then(|| hasher.finalize().into())
}

/// Reads a file from its beginning, as far as it is kept in memory.
fn beginning(fd: &OwnedFd) -> (Vec<u8>, Option<Problem>) {
    let mut content = Vec::new();
    let mut block = [0; 16 * 1024];
    loop {
        match rustix::io::pread(fd, &mut block, content.len() as u64) {
            Ok(0) => return (content, None),
            Ok(count) => content.extend_from_slice(&block[..count]),
            Err(Errno::INTR) => {}
            Err(error) => {
                let source = error.into();
                return (content, Some(Problem::Unreadable { source }));
            }
        }
        if content.len() > MOST_UNSAID {
            content.truncate(MOST_UNSAID);
            return (content, Some(Problem::Longer { size: 0 }));
        }
    }
}

/// Returns true if a file is not what it was when it was opened.
pub(super) fn changed(fd: &OwnedFd, before: &Stat) -> Option<Problem> {
    let after = fs::fstat(fd).ok()?;
    if after.st_size > before.st_size {
        Some(Problem::Grown)
    } else if after.st_size < before.st_size {
        Some(Problem::Shrunk)
    } else if (after.st_mtime, after.st_mtime_nsec) != (before.st_mtime, before.st_mtime_nsec) {
        Some(Problem::Modified)
    } else {
        None
    }
}

/// The map that stands in front of the data, in whole blocks, as GNU's format 1.0 has it.
fn map_of(pieces: &[Piece], size: u64) -> Vec<u8> {
    // The end is told by an empty piece when there is a hole at it.
    let ends_in_hole = pieces
        .last()
        .is_none_or(|(offset, length)| offset + length < size);
    let end = ends_in_hole.then_some((size, 0));
    let mut map = format!("{}\n", pieces.len() + usize::from(ends_in_hole)).into_bytes();
    for (offset, length) in pieces.iter().copied().chain(end) {
        map.extend_from_slice(format!("{offset}\n{length}\n").as_bytes());
    }
    map.resize(map.len().next_multiple_of(BLOCK), 0);
    map
}
