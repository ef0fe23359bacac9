//! Chunked bodies, read as strictly as heads.

use crate::connection::buffer::Buffer;
use crate::request::step::Step;

/// Longest line with the size of a chunk and its extensions, in bytes.
const LONGEST_LINE: usize = 1024;

/// Longest trailer section, in bytes.
const LONGEST_TRAILER: usize = 8 * 1024;

/// Where in a chunked body the reader stands.
pub(crate) enum ChunkedBody {
    /// Before the size of a chunk.
    Size,
    /// In a chunk, with so many bytes left.
    Data(u64),
    /// Before the line end after a chunk.
    DataEnd,
    /// In the trailer, of which so many bytes may still come.
    Trailer(usize),
    /// After the whole body.
    Done,
    /// Nowhere.
    Broken,
}

impl ChunkedBody {
    pub(crate) fn new() -> Self {
        Self::Size
    }

    pub(crate) fn step(&mut self, buffer: &mut Buffer) -> Step {
        loop {
            match self {
                Self::Done => return Step::End,
                Self::Broken => return Step::Malformed,
                Self::Data(0) => *self = Self::DataEnd,
                Self::Data(left) => {
                    let available = buffer.data().len();
                    if available == 0 {
                        return Step::Starved;
                    }
                    let length =
                        usize::try_from(*left).map_or(available, |left| left.min(available));
                    *left -= length as u64;
                    return Step::Data(buffer.take(length));
                }
                Self::DataEnd => match line(buffer, 0) {
                    Line::Whole("") => *self = Self::Size,
                    Line::Part => return Step::Starved,
                    _ => *self = Self::Broken,
                },
                Self::Size => match line(buffer, LONGEST_LINE) {
                    Line::Whole(text) => {
                        *self = match parse_size(text) {
                            Some(0) => Self::Trailer(LONGEST_TRAILER),
                            Some(size) => Self::Data(size),
                            None => Self::Broken,
                        };
                    }
                    Line::Part => return Step::Starved,
                    Line::Bad => *self = Self::Broken,
                },
                Self::Trailer(left) => match line(buffer, *left) {
                    Line::Whole("") => *self = Self::Done,
                    Line::Whole(text) if text.contains(':') => *left -= text.len(),
                    Line::Part => return Step::Starved,
                    _ => *self = Self::Broken,
                },
            }
        }
    }
}

enum Line<'a> {
    Whole(&'a str),
    Part,
    Bad,
}

/// Takes a line of at most `longest` bytes off the buffer.
fn line(buffer: &mut Buffer, longest: usize) -> Line<'_> {
    let data = buffer.data();
    let Some(end) = memchr::memchr(b'\n', &data[..data.len().min(longest + 2)]) else {
        return if data.len() < longest + 2 {
            Line::Part
        } else {
            Line::Bad
        };
    };
    let range = buffer.take(end + 1);
    match buffer.slice(range) {
        [text @ .., b'\r', b'\n'] if text.iter().all(|&byte| byte == b'\t' || is_text(byte)) => {
            std::str::from_utf8(text).map_or(Line::Bad, Line::Whole)
        }
        _ => Line::Bad,
    }
}

fn is_text(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

/// `1a2b` or `1a2b;extension`, with white space after the number, as some clients send it to fill up a
/// field of fixed width.
fn parse_size(text: &str) -> Option<u64> {
    let digits = text.split(';').next().unwrap_or_default();
    let digits = digits.trim_end_matches([' ', '\t']);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::body::{Body, Framing};

    /// The content, and what ended it.
    async fn read(bytes: &[u8], piece: usize) -> (Vec<u8>, Step, usize) {
        let (mut buffer, mut content) = (Buffer::new(), Vec::new());
        let mut body = Body::new(Framing::Chunked);
        let mut pieces = bytes.chunks(piece);
        loop {
            match body.step(&mut buffer) {
                Step::Data(range) => content.extend_from_slice(buffer.slice(range)),
                Step::Starved => {
                    let Some(mut next) = pieces.next() else {
                        return (content, Step::Starved, 0);
                    };
                    let capacity = buffer.data().len() + next.len();
                    buffer.fill(&mut next, capacity).await.unwrap();
                }
                last => return (content, last, buffer.data().len()),
            }
        }
    }

    #[tokio::test]
    async fn well_formed_in_any_pieces() {
        let bytes = b"5\r\nhello\r\n00A;name=\"value\"\r\n0123456789\r\n0\r\nA: b\r\n\r\nGET";
        for piece in 1..=bytes.len() {
            let (content, last, _) = read(bytes, piece).await;
            assert_eq!((&*content, last), (&b"hello0123456789"[..], Step::End));
        }
        assert_eq!(
            read(bytes, bytes.len()).await.2,
            3,
            "the next request is not touched"
        );
        let padded = b"5   \r\nhello\r\nA \t; name\r\n0123456789\r\n0 \r\n\r\n";
        for piece in 1..=padded.len() {
            let (content, last, _) = read(padded, piece).await;
            assert_eq!((&*content, last), (&b"hello0123456789"[..], Step::End));
        }
        for cut in 0..bytes.len() - 3 {
            assert_eq!(read(&bytes[..cut], 9).await.1, Step::Starved, "{cut}");
        }
    }

    #[tokio::test]
    async fn malformed() {
        let extension = format!("1;{}\r\nx\r\n0\r\n\r\n", "e".repeat(LONGEST_LINE));
        let trailer = format!("0\r\nA: {}\r\n\r\n", "b".repeat(LONGEST_TRAILER));
        let trailers = format!("0\r\n{}\r\n", "A: b\r\n".repeat(LONGEST_TRAILER));
        for bytes in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "+1\r\n",
            "0x1\r\n",
            " 1\r\n",
            "1 2\r\n",
            "1\n",
            "10000000000000000\r\n",
            "1\r\nxy\r\n",
            "1\r\nx\n",
            "0\r\nno colon\r\n\r\n",
            "0\r\nA: b\n\r\n",
            "1;\0\r\n",
            &extension,
            &trailer,
            &trailers,
        ] {
            for piece in [1, 3, bytes.len()] {
                let (_, last, _) = read(bytes.as_bytes(), piece).await;
                assert_eq!(last, Step::Malformed, "{bytes:?}");
            }
        }
    }
}
