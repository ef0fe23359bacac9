//! The texts of entries that have been recorded.

use std::fs::File;
use std::io;

use super::bounds::{LONGEST_ENTRY, LONGEST_LINE, PATHS};
use super::extras::Extras;
use super::frames::{FrameReader, FrameWriter};

/// Bytes of the length of a text, in front of it in its piece.
const LENGTH: usize = 4;

/// A file of texts, or none. A clone has none.
#[derive(Debug, Default)]
pub(in crate::manifest) struct Texts(Option<Box<TextFile>>);

#[derive(Debug)]
struct TextFile {
    out: FrameWriter,
    /// The first error of writing.
    error: Option<io::Error>,
    /// True if an entry has more text than a reader would take.
    is_too_long: bool,
    /// Lines beside a text.
    lines: Vec<u8>,
}

impl Clone for Texts {
    fn clone(&self) -> Self {
        Self(None)
    }
}

impl Texts {
    pub(in crate::manifest) fn new(file: File) -> Self {
        Self(Some(Box::new(TextFile {
            out: FrameWriter::new(file),
            error: None,
            is_too_long: false,
            lines: Vec::new(),
        })))
    }

    /// Adds the text of an entry and the lines that it has beside, and returns the offset to find
    /// them again. Errors are kept.
    pub(in crate::manifest) fn push(&mut self, text: &[u8], extras: &Extras<'_>) -> usize {
        let Some(file) = self.0.as_deref_mut().filter(|file| file.is_good()) else {
            return 0;
        };
        file.lines.clear();
        extras.write(&mut file.lines);
        let longest = |lines: &[u8]| lines.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
        let length = text.len() + file.lines.len();
        let long = LONGEST_LINE - PATHS;
        if length > long {
            let line = longest(text).max(longest(&file.lines)).unwrap_or(0);
            file.is_too_long |= line > long || length > LONGEST_ENTRY - PATHS;
        }
        file.push(text).unwrap_or_else(|error| {
            file.error = Some(error);
            0
        })
    }

    /// Prepares for reading what was added. Returns none if there is no file of texts, or an entry
    /// has too much text. After an error this is of no use.
    pub(super) fn read(&mut self) -> io::Result<Option<TextReader<'_>>> {
        let Some(file) = self.0.as_deref_mut().filter(|file| !file.is_too_long) else {
            return Ok(None);
        };
        if let Some(error) = file.error.take() {
            return Err(error);
        }
        Ok(Some(TextReader {
            file: file.out.flush()?,
            near: FrameReader::default(),
            far: FrameReader::default(),
        }))
    }
}

impl TextFile {
    fn is_good(&self) -> bool {
        self.error.is_none() && !self.is_too_long
    }

    fn push(&mut self, text: &[u8]) -> io::Result<usize> {
        let too_large = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let at = usize::try_from(self.out.at()).map_err(too_large)?;
        let length = u32::try_from(text.len()).map_err(too_large)?;
        self.out.push(&[&length.to_le_bytes(), text, &self.lines])?;
        Ok(at)
    }
}

/// Reads texts, fast in the order in which they were added.
pub(super) struct TextReader<'a> {
    file: &'a File,
    near: FrameReader,
    /// Reads those of entries that have been passed.
    far: FrameReader,
}

impl TextReader<'_> {
    /// The text at an offset, and the lines beside it. `is_far` if what is read next does not follow
    /// it.
    pub(super) fn get(&mut self, offset: usize, is_far: bool) -> io::Result<(&[u8], &[u8])> {
        let frames = if is_far {
            &mut self.far
        } else {
            &mut self.near
        };
        let (piece, _) = frames.read(self.file, offset as u64)?;
        let split = piece
            .split_first_chunk::<LENGTH>()
            .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize));
        split.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}
