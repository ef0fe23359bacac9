//! Writing content, with holes where it is nothing but zeros.

use std::fs::File;
use std::io::{self, Write as _};

use rustix::fs::{SeekFrom, ftruncate, seek};
use sha2::{Digest as _, Sha256};

/// Smallest run of zeros, in bytes, that becomes a hole.
const HOLE: usize = 64 * 1024;

/// A file that is written from its beginning to its end, and hashed.
pub(super) struct Sink<'a> {
    /// None where the content is only looked at.
    file: Option<&'a File>,
    hasher: Sha256,
    /// Bytes so far, holes among them.
    length: u64,
    /// Whether the last thing was a hole.
    in_hole: bool,
}

impl<'a> Sink<'a> {
    pub(super) fn new(file: Option<&'a File>) -> Self {
        Self {
            file,
            hasher: Sha256::new(),
            length: 0,
            in_hole: false,
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        for piece in bytes.chunks(HOLE) {
            if piece.len() == HOLE && is_zero(piece) {
                self.length += HOLE as u64;
                self.in_hole = true;
                continue;
            }
            if let Some(mut file) = self.file {
                if self.in_hole {
                    seek(file, SeekFrom::Start(self.length))?;
                }
                file.write_all(piece)?;
            }
            self.in_hole = false;
            self.length += piece.len() as u64;
        }
        Ok(())
    }

    /// Goes on behind a hole of so many bytes.
    pub(super) fn skip(&mut self, count: u64) {
        static ZEROS: [u8; HOLE] = [0; HOLE];
        let mut left = count;
        while left > 0 {
            let piece = usize::try_from(left).unwrap_or(HOLE).min(HOLE);
            self.hasher.update(&ZEROS[..piece]);
            left -= piece as u64;
        }
        self.length += count;
        self.in_hole |= count > 0;
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
