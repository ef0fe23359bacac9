//! Passing a response on.

use std::fmt::Write as _;
use std::io::{self, IoSlice};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::inner::{Answer, Inbox, Piece};
use super::reply;
use super::upload::write_all;

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

/// What the head of a response depends on besides the handler's answer.
#[derive(Clone, Copy)]
pub(super) struct Circumstances {
    /// The client must not expect a body.
    pub(super) head_only: bool,
    /// The client knows no chunks.
    pub(super) old: bool,
    /// The connection ends behind this response.
    pub(super) close: bool,
    /// How long the client may take nothing.
    pub(super) stall: Duration,
}

/// How passing a response on has ended.
pub(super) enum Sent {
    /// The client has all of it.
    Whole,
    /// The handler failed, and the client has seen nothing of it.
    Nothing,
    /// The client has a part of it, or is gone.
    Part,
}

/// Sends a response. What a handler did not finish never looks finished to the client.
pub(super) async fn send(
    answer: &Answer,
    inbox: &mut Inbox<impl AsyncRead + Unpin>,
    client: &mut (impl AsyncWrite + Unpin),
    now: Circumstances,
) -> Sent {
    let mut ending = match answer.length {
        _ if now.head_only || matches!(answer.status, 204 | 304) => Ending::Empty,
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
                let written = write_piece(client, &head, data, &mut ending, now.stall).await;
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
                return match write_all(client, slices, Some(now.stall)).await {
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
    stall: Duration,
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
    write_all(client, &mut slices, Some(stall)).await
}

fn render(answer: &Answer, now: Circumstances) -> String {
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| (&**name, &**value));
    let mut head = reply::head(answer.status, headers);
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
