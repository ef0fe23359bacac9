//! Passing the body of a request on.

use std::io::{self, IoSlice};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use super::body::{Body, Step};
use super::buffer::{Buffer, LARGE};
use super::frame;

/// How passing a body on has ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Passed {
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
pub(super) async fn pass(
    body: &mut Body,
    buffer: &mut Buffer,
    client: &mut (impl AsyncRead + Unpin),
    handler: &mut (impl AsyncWrite + Unpin),
    silence: Duration,
) -> Passed {
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
                let capacity = LARGE.max(buffer.data().len() + 1);
                match timeout(silence, buffer.fill(client, capacity)).await {
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
    write_all(
        handler,
        &mut [IoSlice::new(&header), IoSlice::new(data)],
        None,
    )
    .await
}

/// Writes several slices with as few calls as the socket allows. With `stall`, each call may take
/// only so long.
pub(super) async fn write_all(
    writer: &mut (impl AsyncWrite + Unpin),
    mut slices: &mut [IoSlice<'_>],
    stall: Option<Duration>,
) -> io::Result<()> {
    // Advancing by nothing drops empty slices.
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        let write = writer.write_vectored(slices);
        let written = match stall {
            Some(stall) => timeout(stall, write).await??,
            None => write.await?,
        };
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        IoSlice::advance_slices(&mut slices, written);
    }
    // What is encrypted may still be on this side.
    match stall {
        Some(stall) => timeout(stall, writer.flush()).await?,
        None => writer.flush().await,
    }
}
