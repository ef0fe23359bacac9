//! Framing of bodies between the front and the handlers.
//!
//! A body is a sequence of frames, each a length of four bytes (little endian) and as many bytes of
//! data. A frame of length zero ends the body. Without it the body is broken, however the connection
//! ended; that is what neither chunked encoding as the inner server reads it nor a closed socket
//! can say for certain.

use std::io::{self, Read, Write};

/// Bytes before the data of a frame.
pub(crate) const HEADER: usize = 4;

/// The end of a body.
pub(crate) const END: [u8; HEADER] = [0; HEADER];

/// The end of a body whose client has sent nothing for too long. No frame is that large.
pub(crate) const SILENT: [u8; HEADER] = [0xff; HEADER];

/// Most data that is gathered into one frame.
const LARGEST: usize = 256 * 1024;

/// Returns the header of a frame. Frames are never larger than a buffer.
pub(crate) fn header(length: usize) -> [u8; HEADER] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

/// Takes the frames off a body.
pub(crate) struct FrameReader<R> {
    inner: R,
    state: State,
    /// Bytes of data that were read.
    count: u64,
}

enum State {
    Within(usize),
    Ended,
    Broken,
    Silent,
}

impl<R: Read> FrameReader<R> {
    /// A body that has not begun.
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            state: State::Within(0),
            count: 0,
        }
    }

    /// A body of which there is nothing.
    pub(crate) fn empty(inner: R) -> Self {
        Self {
            state: State::Ended,
            ..Self::new(inner)
        }
    }

    /// How many bytes of the body were read.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Returns true if the body is not complete because its client has sent nothing for too long.
    pub(crate) fn fell_silent(&self) -> bool {
        matches!(self.state, State::Silent)
    }

    /// Returns the underlying reader.
    pub(crate) fn into_inner(self) -> R {
        self.inner
    }

    fn read_frame(&mut self, left: usize, out: &mut [u8]) -> io::Result<usize> {
        let mut left = left;
        if left == 0 {
            let mut header = [0; HEADER];
            self.inner.read_exact(&mut header)?;
            if header == END {
                self.state = State::Ended;
                return Ok(0);
            }
            if header == SILENT {
                self.state = State::Silent;
                return Err(cut_off());
            }
            left = u32::from_le_bytes(header) as usize;
            self.state = State::Within(left);
        }
        let wanted = left.min(out.len());
        let length = self.inner.read(&mut out[..wanted])?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.state = State::Within(left - length);
        self.count += length as u64;
        Ok(length)
    }
}

impl<R: Read> Read for FrameReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.state {
            _ if out.is_empty() => Ok(0),
            State::Ended => Ok(0),
            State::Broken | State::Silent => Err(cut_off()),
            State::Within(left) => match self.read_frame(left, out) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
                Err(_) => {
                    if !self.fell_silent() {
                        self.state = State::Broken;
                    }
                    Err(cut_off())
                }
                read => read,
            },
        }
    }
}

fn cut_off() -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "the request's body is not complete",
    )
}

/// Puts a response into frames. Dropping it leaves the body without its end.
pub(crate) struct FrameWriter<W> {
    inner: W,
    /// Data that is sent first, then one frame that is being filled.
    buffer: Vec<u8>,
    /// Where that frame starts.
    frame: usize,
    /// Bytes of data in frames that were sent.
    count: u64,
}

impl<W: Write> FrameWriter<W> {
    /// A body after a head, which is sent along with its first frame.
    pub(crate) fn new(inner: W, head: Vec<u8>) -> Self {
        let mut buffer = head;
        let frame = buffer.len();
        buffer.extend_from_slice(&END);
        Self {
            inner,
            buffer,
            frame,
            count: 0,
        }
    }

    /// How many bytes of the body were sent.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Copies exactly `length` bytes. A reader that ends earlier is an error.
    pub(crate) fn copy(&mut self, reader: &mut dyn Read, length: u64) -> io::Result<()> {
        let mut left = length;
        while left > 0 {
            let filled = self.buffer.len();
            let room = LARGEST - (filled - self.frame - HEADER);
            let wanted = usize::try_from(left).map_or(room, |left| left.min(room));
            self.buffer.resize(filled + wanted, 0);
            let read = reader.read(&mut self.buffer[filled..]);
            let length = match &read {
                Ok(length) => *length,
                Err(_) => 0,
            };
            self.buffer.truncate(filled + length);
            match read {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            left -= length as u64;
            self.send_when_full()?;
        }
        Ok(())
    }

    /// Marks the body as complete.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.close_frame();
        self.buffer.extend_from_slice(&END);
        self.inner.write_all(&self.buffer)?;
        self.buffer.clear();
        self.inner.flush()
    }

    /// Writes the length of the frame, or takes it away if it has no data, for that would end the
    /// body.
    fn close_frame(&mut self) {
        let data = self.frame + HEADER;
        let length = self.buffer.len() - data;
        if length == 0 {
            self.buffer.truncate(self.frame);
        } else {
            self.buffer[self.frame..data].copy_from_slice(&header(length));
            self.count += length as u64;
        }
    }

    fn send(&mut self) -> io::Result<()> {
        self.close_frame();
        self.inner.write_all(&self.buffer)?;
        self.buffer.clear();
        self.frame = 0;
        self.buffer.extend_from_slice(&END);
        Ok(())
    }

    fn send_when_full(&mut self) -> io::Result<()> {
        if self.buffer.len() - self.frame - HEADER >= LARGEST {
            self.send()
        } else {
            Ok(())
        }
    }
}

impl<W: Write> Write for FrameWriter<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let room = LARGEST - (self.buffer.len() - self.frame - HEADER);
        let length = data.len().min(room);
        self.buffer.extend_from_slice(&data[..length]);
        self.send_when_full()?;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = FrameWriter::new(&mut out, Vec::new());
        writer.write_all(data).unwrap();
        writer.finish().unwrap();
        out
    }

    #[test]
    fn what_goes_in_comes_out_and_every_cut_is_an_error() {
        for length in [0, 1, 1000, LARGEST, LARGEST + 1, 3 * LARGEST + 7] {
            let data: Vec<u8> = (0..length)
                .map(|n| u8::try_from(n % 251).unwrap())
                .collect();
            let bytes = framed(&data);
            let mut found = Vec::new();
            let mut reader = FrameReader::new(&*bytes);
            reader.read_to_end(&mut found).unwrap();
            assert_eq!(found, data);
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
            assert_eq!(reader.count(), length as u64);
            for cut in (0..bytes.len()).step_by(bytes.len() / 50 + 1) {
                let mut reader = FrameReader::new(&bytes[..cut]);
                let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
                assert!(reader.read(&mut [0]).is_err(), "the error stays");
            }
        }
    }

    #[test]
    fn copies_exactly_what_was_promised() {
        let copy = |length: u64| {
            let mut out = Vec::new();
            let mut writer = FrameWriter::new(&mut out, b"head".to_vec());
            let copied = writer.copy(&mut &b"0123456789"[..], length);
            let done = copied.and_then(|()| writer.finish());
            let count = writer.count();
            done.map(|()| (count, out))
        };
        let framed = b"head\x03\0\0\x00012\0\0\0\0";
        assert_eq!(copy(3).unwrap(), (3, framed.to_vec()));
        assert_eq!(copy(0).unwrap(), (0, b"head\0\0\0\0".to_vec()));
        assert_eq!(copy(11).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_dropped_body_has_no_end() {
        let mut out = Vec::new();
        let mut writer = FrameWriter::new(&mut out, b"head".to_vec());
        writer.write_all(b"data").unwrap();
        writer.flush().unwrap();
        writer.flush().unwrap();
        drop(writer);
        assert_eq!(out, b"head\x04\0\0\0data");
    }
}
