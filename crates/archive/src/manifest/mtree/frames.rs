//! Pieces of text in a temporary file, each found again by its offset.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;

/// Most bytes that are read at once, unless a piece is longer.
const AHEAD: usize = 256 * 1024;
/// Bytes that are read where no neighbour was read before: more than most pieces have. While pieces
/// are read in the order in which they were written, each read takes twice as much as the last one.
const APART: usize = 4096;
/// Bytes of the length in front of a piece.
const LENGTH: usize = 4;

/// Appends pieces to a file that is empty before.
#[derive(Debug)]
pub(super) struct FrameWriter {
    file: BufWriter<File>,
    /// Bytes written.
    at: u64,
}

impl FrameWriter {
    pub(super) fn new(file: File) -> Self {
        Self {
            file: BufWriter::with_capacity(64 * 1024, file),
            at: 0,
        }
    }

    /// Offset of the next piece.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Appends a piece, which is given in parts.
    pub(super) fn push(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.file.write_all(&length.to_le_bytes())?;
        for part in parts {
            self.file.write_all(part)?;
        }
        self.at += LENGTH as u64 + u64::from(length);
        Ok(())
    }

    /// The file, with all pieces in it.
    pub(super) fn flush(&mut self) -> io::Result<&File> {
        self.file.flush()?;
        Ok(self.file.get_ref())
    }

    /// Gives the file up, with all pieces in it.
    pub(super) fn finish(self) -> io::Result<File> {
        self.file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
    }
}

/// Reads pieces of a file, fast where they follow each other.
#[derive(Debug, Default)]
pub(super) struct FrameReader {
    buffer: Vec<u8>,
    /// Offset in the file of the first byte of the buffer.
    start: u64,
    /// Bytes of the buffer that are read.
    filled: usize,
    /// Bytes to read next where that follows.
    ahead: usize,
}

impl FrameReader {
    /// The piece at an offset, and the offset of the next one.
    pub(super) fn read(&mut self, file: &File, offset: u64) -> io::Result<(&[u8], u64)> {
        let at = self.load(file, offset, LENGTH)?;
        let mut length = [0; LENGTH];
        length.copy_from_slice(&self.buffer[at..at + LENGTH]);
        let length = u32::from_le_bytes(length) as usize;
        let at = self.load(file, offset, LENGTH + length)? + LENGTH;
        let next = offset + (LENGTH + length) as u64;
        Ok((&self.buffer[at..at + length], next))
    }

    /// Makes the buffer hold bytes of the file, and returns where in it they are.
    fn load(&mut self, file: &File, offset: u64, length: usize) -> io::Result<usize> {
        let inside = offset.checked_sub(self.start);
        let inside = inside.and_then(|inside| usize::try_from(inside).ok());
        match inside.and_then(|at| self.filled.checked_sub(at).map(|left| (at, left))) {
            Some((at, left)) if left >= length => return Ok(at),
            Some(_) => self.ahead = (2 * self.ahead).clamp(APART, AHEAD),
            None => self.ahead = APART,
        }
        let wanted = length.max(self.ahead);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        (self.start, self.filled) = (offset, 0);
        while self.filled < wanted {
            let at = offset + self.filled as u64;
            match file.read_at(&mut self.buffer[self.filled..wanted], at) {
                Ok(0) => break,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.filled < length {
            let message = "a temporary file of a manifest has shrunk";
            return Err(io::Error::other(message));
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_length_come_back_in_any_order() {
        let mut writer = FrameWriter::new(tempfile::tempfile().unwrap());
        let lengths = [0, 1, APART - LENGTH, APART, AHEAD - 1, AHEAD, 3 * AHEAD, 7];
        let mut pieces = Vec::new();
        for (number, length) in lengths.into_iter().cycle().take(40).enumerate() {
            let piece = vec![u8::try_from(number).unwrap(); length];
            pieces.push((writer.at(), piece.clone()));
            let (one, other) = piece.split_at(length / 2);
            writer.push(&[one, other]).unwrap();
        }
        let end = writer.at();
        let file = writer.finish().unwrap();
        let mut reader = FrameReader::default();
        let mut orders: Vec<Vec<usize>> = vec![(0..40).collect(), (0..40).rev().collect()];
        orders.push((0..40).map(|at| at * 7 % 40).collect());
        for order in orders {
            for at in order {
                let (found, next) = reader.read(&file, pieces[at].0).unwrap();
                assert!(found == pieces[at].1);
                assert_eq!(next, pieces.get(at + 1).map_or(end, |next| next.0));
            }
        }
        assert!(reader.read(&file, end).is_err());
    }
}
