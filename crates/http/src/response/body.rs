//! Passing a response on.

use std::fmt::Write as _;
use std::io::{self, IoSlice};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::SemaphorePermit;

use crate::connection::exchange::outlet::Outlet;
use crate::connection::workers::{LARGEST_ANSWER, Workers};
use crate::response::head;
use crate::upstream::inbox::{Answer, Inbox, Piece};

/// How the client is told where the body ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// There is no body, whatever the head says.
    Empty,
    /// By its length, of which so much is left.
    Length(u64),
    /// By a last chunk.
    Chunk,
    /// By the end of the connection.
    Close,
}

/// Facts besides the handler's answer that decide the head of a response.
#[derive(Clone, Copy)]
pub(crate) struct Circumstances {
    /// The client must not expect a body.
    pub(crate) head_only: bool,
    /// The client knows no chunks.
    pub(crate) old: bool,
    /// The connection is closed after this response.
    pub(crate) close: bool,
}

impl Circumstances {
    fn has_no_body(self, answer: &Answer) -> bool {
        self.head_only || matches!(answer.status, 204 | 304)
    }
}

/// A response as far as it was buffered.
pub(crate) enum Gathered<'a> {
    /// All of it. The permit is for its memory.
    Whole(Vec<u8>, SemaphorePermit<'a>),
    /// Nothing of it: it must be streamed.
    Large,
    /// The handler has failed.
    Cut,
}

/// Buffers the body of a small response, so that its handler is done.
pub(crate) async fn gather<'a>(
    answer: &Answer,
    inbox: &mut Inbox<impl AsyncRead + Unpin>,
    now: Circumstances,
    workers: &'a Workers,
) -> Gathered<'a> {
    let length = if now.has_no_body(answer) {
        0
    } else {
        match answer.length {
            Some(length) if length <= LARGEST_ANSWER => length,
            _ => return Gathered::Large,
        }
    };
    let Some(permit) = workers.buffer(length) else {
        return Gathered::Large;
    };
    inbox.expect(Some(length));
    let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    loop {
        match inbox.next().await {
            Piece::Data(range) => {
                let data = inbox.buffer.slice(range);
                if body.len() + data.len() > body.capacity() {
                    return Gathered::Cut;
                }
                body.extend_from_slice(data);
            }
            Piece::End if body.len() as u64 == length => return Gathered::Whole(body, permit),
            Piece::End | Piece::Cut => return Gathered::Cut,
        }
    }
}

/// Sends a buffered response. Whether the client has taken it.
pub(crate) async fn deliver(
    answer: &Answer,
    body: &[u8],
    client: &mut (impl AsyncWrite + Unpin),
    now: Circumstances,
    outlet: &mut Outlet<'_>,
) -> bool {
    let head = render(answer, now);
    let slices = &mut [IoSlice::new(head.as_bytes()), IoSlice::new(body)];
    outlet.write_all(client, slices).await.is_ok()
}

/// How passing a response on has ended.
pub(crate) enum Sent {
    /// The client has all of it.
    Whole,
    /// The handler failed, and the client has seen nothing of it.
    Nothing,
    /// The client has a part of it, or is gone.
    Part,
}

/// Streams a response. What a handler did not finish never looks finished to the client.
pub(crate) async fn send(
    answer: &Answer,
    inbox: &mut Inbox<impl AsyncRead + Unpin>,
    client: &mut (impl AsyncWrite + Unpin),
    now: Circumstances,
    outlet: &mut Outlet<'_>,
) -> Sent {
    let mut ending = match answer.length {
        _ if now.has_no_body(answer) => Ending::Empty,
        Some(length) => Ending::Length(length),
        None if now.old => Ending::Close,
        None => Ending::Chunk,
    };
    let mut head = render(answer, now).into_bytes();
    inbox.expect(answer.length);
    loop {
        let piece = inbox.next().await;
        let written = match piece {
            Piece::Data(range) => {
                let data = inbox.buffer.slice(range);
                let written = write_piece(client, &head, data, &mut ending, outlet).await;
                head.clear();
                written
            }
            Piece::End if matches!(ending, Ending::Length(1..)) => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Piece::End => {
                let tail: &[u8] = if ending == Ending::Chunk {
                    b"0\r\n\r\n"
                } else {
                    b""
                };
                let slices = &mut [IoSlice::new(&head), IoSlice::new(tail)];
                return match outlet.write_all(client, slices).await {
                    Ok(()) => Sent::Whole,
                    Err(_) => Sent::Part,
                };
            }
            Piece::Cut => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        if written.is_err() {
            return if head.is_empty() {
                Sent::Part
            } else {
                Sent::Nothing
            };
        }
    }
}

async fn write_piece(
    client: &mut (impl AsyncWrite + Unpin),
    head: &[u8],
    data: &[u8],
    ending: &mut Ending,
    outlet: &mut Outlet<'_>,
) -> io::Result<()> {
    let (mut before, mut after) = (String::new(), "");
    match ending {
        Ending::Empty => return Ok(()),
        Ending::Length(left) => {
            *left = left
                .checked_sub(data.len() as u64)
                .ok_or(io::ErrorKind::InvalidData)?;
        }
        Ending::Chunk => {
            // Writing to a string cannot fail.
            let _ = write!(before, "{:x}\r\n", data.len());
            after = "\r\n";
        }
        Ending::Close => {}
    }
    let mut slices = [head, before.as_bytes(), data, after.as_bytes()].map(IoSlice::new);
    outlet.write_all(client, &mut slices).await
}

fn render(answer: &Answer, now: Circumstances) -> String {
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| (&**name, &**value));
    let mut head = head::head(answer.status, headers);
    let bodiless = matches!(answer.status, 204 | 304);
    // Writing to a string cannot fail.
    let _ = match answer.length {
        _ if bodiless => Ok(()),
        Some(length) => write!(head, "content-length: {length}\r\n"),
        None if now.old => Ok(()),
        None => write!(head, "transfer-encoding: chunked\r\n"),
    };
    if now.close {
        head.push_str("connection: close\r\n");
    }
    head.push_str("\r\n");
    head
}
