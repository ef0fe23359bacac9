//! A body that is never silent for long, whatever its writer does.
//!
//! Servers and proxies end requests whose bodies are silent, while a program that dumps a database
//! may think for minutes. So the last chunk is held back until the next one comes, and in a long
//! silence it goes a byte at a time.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::RateLimit;

/// Longest silence; servers of this project bear twice as much.
const LONGEST: Duration = Duration::from_secs(30);

/// What a writer sends.
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
    /// What may go.
    ready: Bytes,
    /// What goes when more has come.
    held: Bytes,
    ended: bool,
}

impl Trickle {
    /// Pieces have at most so many bytes.
    pub(crate) fn new(
        receiver: mpsc::Receiver<Message>,
        limit: Option<RateLimit>,
        most: usize,
    ) -> Self {
        let most = limit.as_ref().map_or(most, RateLimit::piece);
        Self {
            receiver,
            limit,
            most,
            ready: Bytes::new(),
            held: Bytes::new(),
            ended: false,
        }
    }

    /// The next piece; `None` only at the true end.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        while self.ready.is_empty() {
            if self.ended {
                return Ok(None);
            }
            match timeout(LONGEST, self.receiver.recv()).await {
                Ok(Some(Message::Data(chunk))) => {
                    self.ready = std::mem::replace(&mut self.held, chunk);
                }
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
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn pipe() -> (mpsc::Sender<Message>, Trickle) {
        let (sender, receiver) = mpsc::channel(8);
        (sender, Trickle::new(receiver, None, 4))
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
        assert_eq!(body.next().await.unwrap().unwrap(), "st");
        assert!(sender.send(Message::End).await.is_ok());
        for expected in ["seco", "nd"] {
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
