//! Writing content, with holes where it is nothing but zeros.

use std::fs::File;
use std::io::{self, Write as _};

use rustix::fs::{SeekFrom, ftruncate, seek};
use sha2::{Digest as _, Sha256};

use crate::{Observer, Writeback};

/// Smallest run of zeros, in bytes, that becomes a hole.
const HOLE: usize = 64 * 1024;

/// A file that is written from its beginning to its end, and hashed.
pub(super) struct Sink<'a> {
    /// None where the content is only looked at.
    file: Option<&'a File>,
    hasher: Sha256,
    /// Bytes so far, holes among them.
    length: u64,
    /// True if the last thing was a hole.
    in_hole: bool,
    writeback: Writeback,
}

impl<'a> Sink<'a> {
    pub(super) fn new(file: Option<&'a File>) -> Self {
        Self {
            file,
            hasher: Sha256::new(),
            length: 0,
            in_hole: false,
            writeback: Writeback::default(),
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Writes what comes next, in pieces of any size.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let (zeros, data) = self.measure(rest);
            self.length += zeros as u64;
            self.in_hole |= zeros > 0;
            let (data, behind) = rest[zeros..].split_at(data);
            if let (Some(mut file), false) = (self.file, data.is_empty()) {
                if self.in_hole {
                    seek(file, SeekFrom::Start(self.length))?;
                }
                file.write_all(data)?;
            }
            self.in_hole &= data.is_empty();
            self.length += data.len() as u64;
            if let (Some(file), false) = (self.file, data.is_empty()) {
                self.writeback.reached(file, self.length);
            }
            rest = behind;
        }
        Ok(())
    }

    /// The number of bytes to leave as a hole, and the number of bytes to write after it.
    fn measure(&self, bytes: &[u8]) -> (usize, usize) {
        let mut zeros = 0;
        let mut in_hole = self.in_hole;
        let mut at = 0;
        while at < bytes.len() {
            // Pieces end at multiples of their size, wherever they begin.
            let place = usize::try_from((self.length + at as u64) % HOLE as u64).unwrap_or(0);
            let piece = &bytes[at..bytes.len().min(at + HOLE - place)];
            let hole = (piece.len() == HOLE || in_hole) && is_zero(piece);
            if hole && at > zeros {
                break;
            }
            at += piece.len();
            if hole {
                zeros = at;
            }
            in_hole = hole;
        }
        (zeros, at - zeros)
    }

    /// Continues after a hole of this many bytes. Hashing it takes as long as hashing as many
    /// zeros, so the observer is asked from time to time.
    pub(super) fn skip(&mut self, count: u64, observer: &mut dyn Observer) -> io::Result<()> {
        static ZEROS: [u8; HOLE] = [0; HOLE];
        let mut left = count;
        while left > 0 {
            let piece = usize::try_from(left).unwrap_or(HOLE).min(HOLE);
            observer.proceed(0)?;
            self.hasher.update(&ZEROS[..piece]);
            left -= piece as u64;
        }
        self.length += count;
        self.in_hole |= count > 0;
        Ok(())
    }

    /// Gives the file its length, and returns that and the digest.
    pub(super) fn finish(self) -> io::Result<(u64, [u8; 32])> {
        if let (true, Some(file)) = (self.in_hole, self.file) {
            ftruncate(file, self.length)?;
        }
        Ok((self.length, self.hasher.finalize().into()))
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<16>();
    words.iter().all(|word| u128::from_ne_bytes(*word) == 0) && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    /// Writes in pieces of this size, and gives the content and the bytes that are on disk.
    fn written(content: &[u8], piece: usize) -> (Vec<u8>, u64) {
        let temp = tempfile::NamedTempFile::new().unwrap();
        let mut sink = Sink::new(Some(temp.as_file()));
        for piece in content.chunks(piece) {
            sink.write(piece).unwrap();
        }
        let (length, digest) = sink.finish().unwrap();
        assert_eq!(length, content.len() as u64);
        assert_eq!(digest, <[u8; 32]>::from(Sha256::digest(content)));
        let found = std::fs::read(temp.path()).unwrap();
        (found, temp.as_file().metadata().unwrap().blocks() * 512)
    }

    #[test]
    fn zeros_become_holes_whatever_pieces_they_come_in() {
        let mut content = vec![0; 40 * HOLE];
        content[..5000].fill(1);
        content[7 * HOLE + 100..8 * HOLE - 1].fill(2);
        content.push(3);
        for piece in [
            1000,
            HOLE - 1,
            HOLE,
            HOLE + 1,
            3 * HOLE + 513,
            content.len(),
        ] {
            let (found, on_disk) = written(&content, piece);
            assert_eq!(found, content, "{piece}");
            // A piece must hold enough zeros for a hole to begin.
            if piece >= 2 * HOLE {
                assert!(on_disk <= 6 * HOLE as u64, "{piece}: {on_disk}");
            }
        }
    }

    #[test]
    fn a_few_zeros_are_no_hole() {
        let content = [&[1; 100][..], &[0; 5000], &[1; 100], &[0; 100]].concat();
        for piece in [1, 64, 5000] {
            assert_eq!(written(&content, piece).0, content);
        }
    }

    #[test]
    fn what_ends_in_a_hole_has_its_length() {
        let content = vec![0; 3 * HOLE + 17];
        assert_eq!(written(&content, 2 * HOLE).0, content);
    }
}
