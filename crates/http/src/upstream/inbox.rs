//! How a request and its response look between the front and the server inside.
//!
//! Both have ordinary HTTP heads, with a few headers more that no client can send, because the front
//! takes every header off that begins like them.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncRead;

use crate::connection::buffer::{Buffer, LARGE, SMALL};
use crate::request::body::Framing;
use crate::request::head::Head;
use crate::upstream::frame;
use crate::upstream::private_headers::{BODY, DELAY, ID, LANE, LENGTH, PEER, PROBE};

/// Most headers of a response.
const MOST_HEADERS: usize = 64;

/// Longest head of a response, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;

/// Which request it is of its connection, by numbers.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// The only one.
    Only(u64),
    /// The first one. The second number is that of the trip.
    First(u64, u64),
    /// A later one.
    Later(u64),
}

/// The sender of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sender {
    pub(crate) address: SocketAddr,
    /// It is this process.
    pub(crate) is_probe: bool,
}

/// The head of a request as the upstream server gets it.
///
/// A request with a body asks for an upgrade, because then the upstream server hands out the
/// connection as it is after the head: it reads nothing ahead, allocates nothing by a declared
/// length, drains nothing, and looks for no second request. A request without a body ends with its
/// head.
pub(crate) fn request_head(head: &Head, place: Place, peer: Sender) -> Vec<u8> {
    let mut text = String::with_capacity(SMALL / 4);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{} {} HTTP/1.1\r\n{PEER}: {}\r\n",
        head.method, head.target, peer.address
    );
    if peer.is_probe {
        let _ = write!(text, "{PROBE}: yes\r\n");
    }
    let _ = match place {
        Place::Only(id) => write!(text, "connection: upgrade\r\n{ID}: {id}\r\n"),
        Place::First(id, trip) => write!(text, "{ID}: {id}\r\n{LANE}: {trip}\r\n"),
        Place::Later(trip) => write!(text, "{LANE}: {trip}\r\n"),
    };
    if let Framing::Length(length) = head.framing {
        let _ = write!(text, "{LENGTH}: {length}\r\n");
    }
    if !matches!(head.framing, Framing::None | Framing::Length(0)) {
        let _ = write!(text, "{BODY}: yes\r\n");
    }
    if head.expects_continue {
        text.push_str("expect: 100-continue\r\n");
    }
    for (name, value) in &head.headers {
        for part in [name, ": ", value, "\r\n"] {
            text.push_str(part);
        }
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The head of a response as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// Bytes of the body, if the handler knows.
    pub(crate) length: Option<u64>,
    /// How long the client is to wait for it.
    pub(crate) delay: Duration,
}

/// A piece of a response's body.
pub(crate) enum Piece {
    /// These bytes of the buffer.
    Data(std::ops::Range<usize>),
    /// It is complete.
    End,
    /// It never will be.
    Cut,
}

/// A response on its way out.
pub(crate) struct Inbox<R> {
    pub(crate) stream: R,
    pub(crate) buffer: Buffer,
    /// Bytes left of the frame.
    left: usize,
    capacity: usize,
}

impl<R: AsyncRead + Unpin> Inbox<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: Buffer::new(),
            left: 0,
            capacity: SMALL,
        }
    }

    /// The next head, be it an interim one. `None` when the server inside has closed, or when no
    /// handler has made the response.
    pub(crate) async fn head(&mut self) -> Option<Answer> {
        loop {
            let data = self.buffer.data();
            if let Some(end) = memchr::memmem::find(data, b"\r\n\r\n") {
                let range = self.buffer.take(end + 4);
                return parse(self.buffer.slice(range));
            }
            if data.len() > LONGEST_HEAD {
                return None;
            }
            let capacity = SMALL.max(data.len() * 2);
            if !matches!(self.buffer.fill(&mut self.stream, capacity).await, Ok(1..)) {
                return None;
            }
        }
    }

    /// Makes ready for the next response, and gives memory back that the last one has needed.
    pub(crate) fn rest(&mut self) {
        self.capacity = SMALL;
        self.buffer.shrink();
    }

    /// Returns true if nothing has come that was not taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.left == 0 && self.buffer.data().is_empty()
    }

    /// Prepares for a large body.
    pub(crate) fn expect(&mut self, length: Option<u64>) {
        let length = length.and_then(|length| usize::try_from(length).ok());
        self.capacity = length.unwrap_or(LARGE).clamp(SMALL, LARGE);
    }

    /// The next piece of the body.
    pub(crate) async fn next(&mut self) -> Piece {
        loop {
            let data = self.buffer.data();
            if self.left > 0 && !data.is_empty() {
                let length = self.left.min(data.len());
                self.left -= length;
                return Piece::Data(self.buffer.take(length));
            }
            if let (0, Some(header)) = (self.left, data.first_chunk::<{ frame::HEADER }>()) {
                self.left = u32::from_le_bytes(*header) as usize;
                self.buffer.take(frame::HEADER);
                if self.left == 0 {
                    return Piece::End;
                }
                continue;
            }
            let capacity = self.capacity.max(data.len() + SMALL);
            if !matches!(self.buffer.fill(&mut self.stream, capacity).await, Ok(1..)) {
                return Piece::Cut;
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let mut slots = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut response = httparse::Response::new(&mut slots);
    response
        .parse(bytes)
        .ok()
        .filter(httparse::Status::is_complete)?;
    let status = response.code?;
    let mut answer = Answer {
        status,
        headers: Vec::new(),
        length: None,
        delay: Duration::ZERO,
    };
    let mut made_by_handler = status < 200;
    for header in &*response.headers {
        let value = std::str::from_utf8(header.value).ok()?;
        match header.name {
            BODY => made_by_handler = true,
            LENGTH => answer.length = Some(value.parse().ok()?),
            DELAY => answer.delay = Duration::from_millis(value.parse().ok()?),
            name => answer.headers.push((name.to_owned(), value.to_owned())),
        }
    }
    made_by_handler.then_some(answer)
}
