//! Passing the body of a request on.

use std::io::{self, IoSlice};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::connection::buffer::{Buffer, LARGE, SMALL};
use crate::request::body::Body;
use crate::request::step::Step;
use crate::upstream::frame;

/// How passing a body on has ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// All of it is with the handler.
    Whole,
    /// The handler wants no more of it.
    Unwanted,
    /// The client went away, or broke the framing.
    Cut,
    /// The client has sent nothing for too long.
    Silent,
}

/// Passes a body on as it arrives, and its end only if it has come to it. When the future is dropped,
/// `body` and `buffer` know how far the client's bytes were read.
pub(crate) async fn pass(
    body: &mut Body,
    buffer: &mut Buffer,
    client: &mut (impl AsyncRead + Unpin),
    handler: &mut (impl AsyncWrite + Unpin),
    silence: Duration,
) -> Passed {
    // A client that sends little at a time gets a small buffer.
    let mut capacity = SMALL;
    loop {
        let written = match body.step(buffer) {
            Step::Data(range) => {
                let data = buffer.slice(range);
                write_frame(handler, data).await
            }
            Step::End => {
                return match handler.write_all(&frame::END).await {
                    Ok(()) => Passed::Whole,
                    Err(_) => Passed::Unwanted,
                };
            }
            Step::Starved => {
                // Little is read of what follows the body.
                let left = body.left().and_then(|left| usize::try_from(left).ok());
                let useful = left.map_or(usize::MAX, |left| left.saturating_add(SMALL));
                let wanted = capacity.min(useful).max(buffer.data().len() + 1);
                match timeout(silence, buffer.fill(client, wanted)).await {
                    Ok(Ok(1..)) if buffer.data().len() == wanted => {
                        capacity = (capacity * 4).min(LARGE);
                        Ok(())
                    }
                    Ok(Ok(1..)) => Ok(()),
                    Ok(_) => return Passed::Cut,
                    Err(_) => return Passed::Silent,
                }
            }
            Step::Malformed => return Passed::Cut,
        };
        if written.is_err() {
            return Passed::Unwanted;
        }
    }
}

async fn write_frame(handler: &mut (impl AsyncWrite + Unpin), data: &[u8]) -> io::Result<()> {
    let header = frame::header(data.len());
    let mut slices: &mut [IoSlice<'_>] = &mut [IoSlice::new(&header), IoSlice::new(data)];
    while !slices.is_empty() {
        let written = handler.write_vectored(slices).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        IoSlice::advance_slices(&mut slices, written);
    }
    Ok(())
}
