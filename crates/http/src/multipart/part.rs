//! One part of a form.

use std::io::{self, Read};

use super::disposition::{self, Disposition};
use super::error::MultipartError;
use super::form::{MOST_PARTS, Multipart, Place};

/// The headers of a part.
pub struct PartHead {
    disposition: Disposition,
}

impl PartHead {
    /// Reads everything after the delimiter up to the empty line, both line ends included.
    pub fn parse(block: &[u8]) -> Result<Self, MultipartError> {
        let text = to_text(block);
        let mut lines = text.split("\r\n");
        if !lines.next().unwrap_or_default().trim().is_empty() {
            return Err(MultipartError::Malformed(
                "a delimiter is followed by other text on its line",
            ));
        }
        let mut found = None;
        for line in lines.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').ok_or(MultipartError::Malformed(
                "the head of a part has a line without a colon",
            ))?;
            let value = value.trim();
            match &*name.to_ascii_lowercase() {
                "content-disposition" if found.is_some() => {
                    return Err(MultipartError::Malformed(
                        "a part has two Content-Dispositions",
                    ));
                }
                "content-disposition" => found = Some(disposition::parse(value)?),
                "content-transfer-encoding" => require_plain(value)?,
                _ => {}
            }
        }
        let disposition = found.ok_or(MultipartError::Malformed(
            "a part has no Content-Disposition",
        ))?;
        Ok(Self { disposition })
    }
}

/// RFC 7578 takes the other encodings away; storing what they encode as it is would be wrong.
fn require_plain(encoding: &str) -> Result<(), MultipartError> {
    let plain = ["7bit", "8bit", "binary"];
    if plain.iter().any(|name| name.eq_ignore_ascii_case(encoding)) {
        Ok(())
    } else {
        Err(MultipartError::Malformed(
            "a part has a Content-Transfer-Encoding",
        ))
    }
}

/// UTF-8, or else Latin-1, which anything can be.
fn to_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

impl<R: Read> Multipart<R> {
    /// The next part, past whatever is unread of the one before. `None` only when the closing
    /// delimiter has been seen and the body has come to its end.
    pub fn next_part(&mut self) -> Result<Option<Part<'_, R>>, MultipartError> {
        self.skip_content()?;
        if self.place == Place::Closed {
            self.skip_epilogue()?;
            return Ok(None);
        }
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(MultipartError::TooLarge {
                what: "number of parts",
            });
        }
        let length = self.head_length()?;
        let head = PartHead::parse(&self.buffer[self.start..self.start + length])?;
        self.start += length;
        self.settled = self.start;
        self.place = Place::Content;
        self.refuse_missing_line_end()?;
        Ok(Some(Part::new(head, self)))
    }
}

/// A part, whose content is read through [`Read`]. Errors of the form come out as
/// [`io::ErrorKind::UnexpectedEof`] where it is cut off, those of the body as they are.
pub struct Part<'a, R: Read> {
    /// Name of the field.
    pub name: String,
    /// Name of the file, exactly as sent: never a path to be trusted.
    pub file_name: Option<String>,
    pub form: &'a mut Multipart<R>,
}

impl<'a, R: Read> Part<'a, R> {
    pub fn new(head: PartHead, form: &'a mut Multipart<R>) -> Self {
        Self {
            name: head.disposition.name,
            file_name: head.disposition.file_name,
            form,
        }
    }

    /// The rest of the content, at most `max` bytes of UTF-8.
    pub fn text(&mut self, max: usize) -> Result<String, MultipartError> {
        let mut bytes = vec![0; max + 1];
        let mut length = 0;
        while length <= max {
            match self.form.read_content(&mut bytes[length..])? {
                0 => break,
                read => length += read,
            }
        }
        if length > max {
            return Err(MultipartError::TooLarge { what: "field" });
        }
        bytes.truncate(length);
        String::from_utf8(bytes).map_err(|_| MultipartError::Malformed("a field is not UTF-8"))
    }
}

impl<R: Read> Read for Part<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        Ok(self.form.read_content(out)?)
    }
}
