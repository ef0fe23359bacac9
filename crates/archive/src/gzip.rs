//! Decompressing gzip as the program of that name does.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// Bytes that are read at a time.
const BUFFER: usize = 32 * 1024;

/// Decompresses members to the end of a reader. Zeros may follow the last one: tapes and disks have them
/// where the data ends. Anything else is an error.
pub(crate) struct Gzip<R> {
    state: State<R>,
}

enum State<R> {
    Member(Box<GzDecoder<BufReader<R>>>),
    /// After a member.
    Between(BufReader<R>),
    /// After a member and zeros.
    Zeros(BufReader<R>),
    End,
}

impl<R: Read> Gzip<R> {
    pub(crate) fn new(reader: R) -> Self {
        let reader = BufReader::with_capacity(BUFFER, reader);
        Self {
            state: State::Member(Box::new(GzDecoder::new(reader))),
        }
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let next = match &mut self.state {
                State::Member(decoder) => match decoder.read(out)? {
                    0 => Next::Between,
                    count => return Ok(count),
                },
                State::Between(reader) | State::Zeros(reader) => match reader.fill_buf()?.first() {
                    None => Next::End,
                    Some(0) => Next::Zeros,
                    Some(0x1f) => Next::Member,
                    Some(_) => Next::Other,
                },
                State::End => return Ok(0),
            };
            self.state = match (next, std::mem::replace(&mut self.state, State::End)) {
                (Next::Between, State::Member(decoder)) => State::Between(decoder.into_inner()),
                (Next::Member, State::Between(reader)) => {
                    State::Member(Box::new(GzDecoder::new(reader)))
                }
                (Next::Zeros, State::Between(mut reader) | State::Zeros(mut reader)) => {
                    let zeros = reader
                        .buffer()
                        .iter()
                        .take_while(|byte| **byte == 0)
                        .count();
                    reader.consume(zeros);
                    State::Zeros(reader)
                }
                (Next::End, _) => State::End,
                _ => {
                    let what = "something that is not gzip follows its compressed data";
                    return Err(io::Error::new(ErrorKind::InvalidData, what));
                }
            };
        }
    }
}

/// The next step.
enum Next {
    Member,
    Between,
    Zeros,
    Other,
    End,
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn member(content: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(content).unwrap();
        gzip.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        Gzip::new(bytes).read_to_end(&mut content).map(|_| content)
    }

    #[test]
    fn members_and_zeros_after_them_are_read() {
        let two = [member(b"a"), member(b""), member(b"b")].concat();
        assert_eq!(read(&two).unwrap(), b"ab");
        for zeros in [1, 512, 100_000] {
            assert_eq!(read(&[&*two, &vec![0; zeros]].concat()).unwrap(), b"ab");
        }
    }

    #[test]
    fn anything_else_after_them_is_an_error() {
        let one = member(b"a");
        for rest in [&b"x"[..], b"\0\0x", b"\0\x1f", b"\x1f", b"\x1fx", &one[..5]] {
            read(&[&*one, rest].concat()).unwrap_err();
        }
        let zeros = [&*one, &[0; 9], &*one].concat();
        let error = read(&zeros).unwrap_err();
        assert!(error.to_string().contains("not gzip"), "{error}");
        for at in 0..one.len() {
            read(&one[..at]).unwrap_err();
        }
    }
}
