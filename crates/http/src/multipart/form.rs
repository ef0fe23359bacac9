//! The buffer of a form, and where in the form it stands.

use std::io::{self, Read};

use memchr::memmem::{self, Finder};

use super::disposition;
use super::error::MultipartError;

/// Size of the buffer, in bytes. Larger than any head of a part.
pub(super) const BUFFER: usize = 256 * 1024;

/// Longest head of a part, in bytes.
pub(super) const LONGEST_HEAD: usize = 16 * 1024;

/// Largest number of bytes before the first delimiter and after the last one. Usual clients send
/// none.
const LONGEST_MARGIN: u64 = 64 * 1024;

/// Most parts in a form.
pub(super) const MOST_PARTS: usize = 1000;

/// Where in the form the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the first delimiter.
    Preamble,
    /// In the content of a part.
    Content,
    /// After a delimiter, at the line end before the head of a part.
    Head,
    /// After the closing delimiter.
    Closed,
}

/// A form, one part after the other.
pub struct Multipart<R: Read> {
    pub reader: R,
    pub buffer: Box<[u8]>,
    pub start: usize,
    pub end: usize,
    /// Index up to which the buffer holds nothing but content.
    pub settled: usize,
    /// The line end, two hyphens and the boundary.
    pub delimiter: Finder<'static>,
    pub place: Place,
    pub parts: usize,
}

impl<R: Read> Multipart<R> {
    /// A form whose boundary is named by the value of a `Content-Type` header.
    pub fn new(reader: R, content_type: &str) -> Result<Self, MultipartError> {
        let boundary = disposition::boundary(content_type)?;
        let mut buffer = vec![0; BUFFER].into_boxed_slice();
        // The first delimiter has no line end before it; with this one it is like the others.
        buffer[..2].copy_from_slice(b"\r\n");
        Ok(Self {
            reader,
            buffer,
            start: 0,
            end: 2,
            settled: 0,
            delimiter: Finder::new(format!("\r\n--{boundary}").as_bytes()).into_owned(),
            place: Place::Preamble,
            parts: 0,
        })
    }

    /// Copies content of the current part into `out`; 0 at its end.
    pub fn read_content(&mut self, out: &mut [u8]) -> Result<usize, MultipartError> {
        if out.is_empty() {
            return Ok(0);
        }
        let available = self.content_available()?;
        let length = available.min(out.len());
        out[..length].copy_from_slice(&self.buffer[self.start..self.start + length]);
        self.start += length;
        Ok(length)
    }

    pub fn skip_content(&mut self) -> Result<(), MultipartError> {
        let mut skipped = 0;
        loop {
            let preamble = self.place == Place::Preamble;
            let available = self.content_available()?;
            if available == 0 {
                return Ok(());
            }
            self.start += available;
            skipped += available as u64;
            if preamble && skipped > LONGEST_MARGIN {
                return Err(MultipartError::Malformed("there is no first delimiter"));
            }
        }
    }

    /// How many bytes at `start` are content for certain. At 0 the content is over, and the
    /// delimiter is consumed up to the rest of its line.
    pub fn content_available(&mut self) -> Result<usize, MultipartError> {
        if !matches!(self.place, Place::Content | Place::Preamble) {
            return Ok(0);
        }
        let delimiter = self.delimiter.needle().len();
        let mut from = self.start;
        while self.settled <= self.start {
            let Some(at) = self.delimiter.find(&self.buffer[from..self.end]) else {
                // All but what may be the beginning of a delimiter.
                self.settled = (self.end + 1).saturating_sub(delimiter);
                if self.settled <= self.start {
                    self.fill()?;
                    from = self.start;
                }
                continue;
            };
            let at = from + at;
            if at > self.start {
                self.settled = at;
                continue;
            }
            let behind = at + delimiter;
            if self.end < behind + 2 {
                self.fill()?;
                from = self.start;
                continue;
            }
            self.place = match &self.buffer[behind..behind + 2] {
                b"\r\n" | [b' ' | b'\t', _] => Place::Head,
                b"--" => Place::Closed,
                // A line of the content that only begins like the delimiter.
                _ => {
                    from = at + 1;
                    continue;
                }
            };
            self.start = behind;
            return Ok(0);
        }
        Ok(self.settled - self.start)
    }

    /// Without the empty line after a head, the delimiter would be taken for content, and with it
    /// all of the next part.
    pub fn refuse_missing_line_end(&mut self) -> Result<(), MultipartError> {
        let length = self.delimiter.needle().len() - 2;
        while self.end - self.start < length {
            self.fill()?;
        }
        if self.buffer[self.start..].starts_with(&self.delimiter.needle()[2..]) {
            return Err(MultipartError::Malformed("a part has no content"));
        }
        Ok(())
    }

    /// Length of the head of a part, with the padding of the delimiter's line before it and the
    /// empty line after it.
    pub fn head_length(&mut self) -> Result<usize, MultipartError> {
        loop {
            let seen = &self.buffer[self.start..self.end];
            if let Some(at) = memmem::find(seen, b"\r\n\r\n") {
                return Ok(at + 4);
            }
            if seen.len() > LONGEST_HEAD {
                return Err(MultipartError::TooLarge {
                    what: "head of a part",
                });
            }
            self.fill()?;
        }
    }

    pub fn skip_epilogue(&mut self) -> Result<(), MultipartError> {
        let mut skipped = (self.end - self.start) as u64;
        loop {
            self.start = self.end;
            if skipped > LONGEST_MARGIN {
                return Err(MultipartError::TooLarge { what: "epilogue" });
            }
            match self.fill() {
                Ok(()) => skipped += (self.end - self.start) as u64,
                Err(MultipartError::Truncated) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads more bytes. The end of the body is `Truncated`.
    pub fn fill(&mut self) -> Result<(), MultipartError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.settled = self.settled.saturating_sub(self.start);
            self.start = 0;
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => return Err(MultipartError::Truncated),
                Ok(length) => {
                    self.end += length;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(MultipartError::Read { source }),
            }
        }
    }
}
