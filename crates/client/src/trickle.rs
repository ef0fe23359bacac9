//! A body that is never silent for long, whatever its writer does.
//!
//! Servers and proxies end requests whose bodies are silent, while a program that dumps a database
//! may think for minutes. So the last bytes are held back until more come, and in a long silence
//! they go one at a time.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::RateLimit;

/// Longest silence; servers of this project bear twice as much.
const LONGEST: Duration = Duration::from_secs(30);

/// Bytes that are held back at least: enough for more than two hours of silence.
pub(crate) const RESERVE: usize = 256;

/// A message of the writer.
pub(crate) enum Message {
    Data(Bytes),
    End,
}

/// The pieces of a body.
pub(crate) struct Trickle {
    receiver: mpsc::Receiver<Message>,
    limit: Option<RateLimit>,
    /// Most bytes of a piece.
    most: usize,
    /// Data that can be sent.
    ready: Bytes,
    /// Data that is sent when more has arrived.
    held: Bytes,
    ended: bool,
}

impl Trickle {
    /// Pieces have at most so many bytes. Some of it may have come already, and that may be all.
    pub(crate) fn new(
        receiver: mpsc::Receiver<Message>,
        (begun, ended): (Bytes, bool),
        limit: Option<RateLimit>,
        most: usize,
    ) -> Self {
        let most = limit.as_ref().map_or(most, RateLimit::piece);
        Self {
            receiver,
            limit,
            most,
            ready: if ended { begun.clone() } else { Bytes::new() },
            held: if ended { Bytes::new() } else { begun },
            ended,
        }
    }

    /// The next piece; `None` only at the true end.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        while self.ready.is_empty() {
            if self.ended {
                return Ok(None);
            }
            match timeout(LONGEST, self.receiver.recv()).await {
                Ok(Some(Message::Data(chunk))) => self.take(chunk),
                Ok(Some(Message::End)) => {
                    self.ready = std::mem::take(&mut self.held);
                    self.ended = true;
                }
                // The writer is gone without having finished.
                Ok(None) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(_) if self.held.len() > 1 => self.ready = self.held.split_to(1),
                // There is nothing to say.
                Err(_) => {}
            }
        }
        let piece = self.ready.split_to(self.most.min(self.ready.len()));
        if let Some(limit) = &self.limit {
            limit.pass(piece.len()).await;
        }
        Ok(Some(piece))
    }

    /// Lets go of what was held back, as far as enough of it is left.
    fn take(&mut self, chunk: Bytes) {
        if chunk.len() >= RESERVE {
            self.ready = std::mem::replace(&mut self.held, chunk);
            return;
        }
        let mut joined = BytesMut::from(&*std::mem::take(&mut self.held));
        joined.extend_from_slice(&chunk);
        let goes = joined.len().saturating_sub(RESERVE);
        self.ready = joined.split_to(goes).freeze();
        self.held = joined.freeze();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn pipe() -> (mpsc::Sender<Message>, Trickle) {
        pipe_after((Bytes::new(), false))
    }

    fn pipe_after(begun: (Bytes, bool)) -> (mpsc::Sender<Message>, Trickle) {
        let (sender, receiver) = mpsc::channel(8);
        (sender, Trickle::new(receiver, begun, None, 4))
    }

    async fn send(sender: &mpsc::Sender<Message>, text: &'static str) {
        let chunk = Bytes::from_static(text.as_bytes());
        assert!(sender.send(Message::Data(chunk)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_chunk_goes_byte_by_byte_while_nothing_comes() {
        let (sender, mut body) = pipe();
        send(&sender, "first").await;
        let begin = Instant::now();
        for expected in ["f", "i", "r"] {
            assert_eq!(body.next().await.unwrap().unwrap(), expected);
        }
        assert_eq!(begin.elapsed(), 3 * LONGEST);
        send(&sender, "second").await;
        assert!(sender.send(Message::End).await.is_ok());
        for expected in ["stse", "cond"] {
            assert_eq!(body.next().await.unwrap().unwrap(), expected);
        }
        assert!(body.next().await.unwrap().is_none());
    }

    /// However small the last chunk is, it is never all that is left to fill a silence with.
    #[tokio::test(start_paused = true)]
    async fn a_long_silence_after_a_tiny_chunk_is_filled() {
        let (sender, mut body) = pipe_after((Bytes::from(vec![b'x'; 3 * RESERVE]), false));
        send(&sender, "y").await;
        let begin = Instant::now();
        let mut passed = 0;
        while begin.elapsed() == Duration::ZERO {
            passed += body.next().await.unwrap().unwrap().len();
        }
        // The byte that broke the silence is the last of them.
        assert_eq!(passed - 1, 2 * RESERVE + 1);
        for _ in 0..100 {
            assert_eq!(body.next().await.unwrap().unwrap().len(), 1);
        }
        assert_eq!(begin.elapsed(), 101 * LONGEST);
        assert!(sender.send(Message::End).await.is_ok());
        let mut rest = Vec::new();
        while let Some(piece) = body.next().await.unwrap() {
            rest.extend_from_slice(&piece);
        }
        assert_eq!(rest.len(), RESERVE - 101);
        assert!(rest.ends_with(b"xy"));
    }

    #[tokio::test(start_paused = true)]
    async fn all_of_it_may_have_come_before() {
        let (_sender, mut body) = pipe_after((Bytes::from_static(b"whole"), true));
        for expected in ["whol", "e"] {
            assert_eq!(body.next().await.unwrap().unwrap(), expected);
        }
        assert!(body.next().await.unwrap().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_writer_that_is_gone_leaves_no_end() {
        let (sender, mut body) = pipe();
        send(&sender, "all of it").await;
        drop(sender);
        assert!(body.next().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_is_an_end_even_of_nothing() {
        let (sender, mut body) = pipe();
        assert!(sender.send(Message::End).await.is_ok());
        assert!(body.next().await.unwrap().is_none());
    }
}
