//! Reading from an asynchronous source in a blocking thread.

use std::io::{self, Read};

use bytes::Bytes;
use tokio::sync::mpsc;

/// A reader of what is sent to it. It ends only where it is told to: a sender that is gone without
/// a word has not sent everything.
pub struct Incoming {
    receiver: mpsc::Receiver<Option<Bytes>>,
    chunk: Bytes,
    ended: bool,
}

impl Incoming {
    /// Both ends, with room for so many chunks. `None` is the end.
    pub fn pipe(capacity: usize) -> (mpsc::Sender<Option<Bytes>>, Self) {
        let (sender, receiver) = mpsc::channel(capacity);
        let reader = Self {
            receiver,
            chunk: Bytes::new(),
            ended: false,
        };
        (sender, reader)
    }

    /// Waits until there is something to read, or the end.
    pub async fn fill(&mut self) {
        while self.chunk.is_empty() && !self.ended {
            match self.receiver.recv().await {
                Some(Some(chunk)) => self.chunk = chunk,
                Some(None) => self.ended = true,
                // Reading will say so.
                None => return,
            }
        }
    }
}

impl Read for Incoming {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() && !self.ended {
            match self.receiver.blocking_recv() {
                Some(Some(chunk)) => self.chunk = chunk,
                Some(None) => self.ended = true,
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let count = out.len().min(self.chunk.len());
        out[..count].copy_from_slice(&self.chunk.split_to(count));
        Ok(count)
    }
}
