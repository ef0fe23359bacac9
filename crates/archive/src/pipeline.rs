//! Work in two stages, each on a thread of its own, with a bounded number of blocks between them.
//! Blocks are used again, so that a stream of any length takes the memory of a few.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};

/// Bytes that a block has room for.
pub(crate) const BLOCK: usize = 256 * 1024;

/// Blocks that are on their way at a time.
const AHEAD: usize = 6;

/// Bytes on their way.
#[derive(Default)]
pub(crate) struct Block {
    /// All of [`BLOCK`] bytes; none at all before it is first used.
    room: Vec<u8>,
    filled: usize,
}

impl Block {
    /// Returns the filled part.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.room[..self.filled]
    }

    /// Returns the free part.
    pub(crate) fn rest(&mut self) -> &mut [u8] {
        &mut self.room[self.filled..]
    }

    /// Says that so many bytes more are filled.
    pub(crate) fn advance(&mut self, count: usize) {
        self.filled = (self.filled + count).min(self.room.len());
    }

    pub(crate) fn is_full(&self) -> bool {
        self.filled == self.room.len()
    }
}

/// Makes both ends of the way from one stage to the next.
pub(crate) fn stage<E>() -> (Producer<E>, Consumer<E>) {
    let (full, filled) = sync_channel(AHEAD);
    let (back, empty) = sync_channel(AHEAD + 2);
    let waiting = Arc::new(AtomicBool::new(false));
    let giver = Producer {
        full,
        empty,
        waiting: Arc::clone(&waiting),
    };
    let taker = Consumer {
        filled,
        back,
        waiting,
    };
    (giver, taker)
}

/// The end of the stage that fills blocks. When it is dropped, that is the end.
pub(crate) struct Producer<E> {
    full: SyncSender<Result<Block, E>>,
    empty: Receiver<Block>,
    waiting: Arc<AtomicBool>,
}

impl<E> Producer<E> {
    /// A block that nothing is in.
    pub(crate) fn block(&self) -> Block {
        let mut block = self.empty.try_recv().unwrap_or_default();
        block.filled = 0;
        // Clears it only the first time.
        block.room.resize(BLOCK, 0);
        block
    }

    /// Returns true if the consumer waits for a block.
    pub(crate) fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Passes a block on. Fails if the consumer is gone.
    pub(crate) fn give(&self, block: Block) -> io::Result<()> {
        self.send(Ok(block))
    }

    /// Marks the end of the stream. The consumer may be gone.
    pub(crate) fn fail(&self, error: E) {
        let _ = self.send(Err(error));
    }

    fn send(&self, what: Result<Block, E>) -> io::Result<()> {
        self.full
            .send(what)
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// The end of the stage that uses blocks.
pub(crate) struct Consumer<E> {
    filled: Receiver<Result<Block, E>>,
    back: SyncSender<Block>,
    waiting: Arc<AtomicBool>,
}

impl<E> Consumer<E> {
    /// The next block; `None` at the end.
    pub(crate) fn take(&self) -> Result<Option<Block>, E> {
        let next = self.filled.try_recv().or_else(|_| {
            self.waiting.store(true, Ordering::Relaxed);
            let next = self.filled.recv();
            self.waiting.store(false, Ordering::Relaxed);
            next
        });
        next.ok().transpose()
    }

    /// Gives a block back to be filled once more.
    pub(crate) fn give_back(&self, block: Block) {
        if block.room.is_empty() {
            return;
        }
        // The block is dropped if there are enough of them, or if the producer is gone.
        let _ = self.back.try_send(block);
    }
}

/// Does work on a second thread while `here` is done on this one, and gives what has come of both. A
/// panic there goes on here.
pub(crate) fn spawn<T: Send, U>(
    name: &str,
    there: impl FnOnce() -> T + Send,
    here: impl FnOnce() -> U,
) -> io::Result<(T, U)> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name(name.into());
        let second = builder.spawn_scoped(scope, there)?;
        let done = here();
        Ok((join(second), done))
    })
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(giver: &Producer<&'static str>, byte: u8) -> io::Result<()> {
        let mut block = giver.block();
        assert!(block.bytes().is_empty() && !block.is_full());
        block.rest()[0] = byte;
        block.advance(1);
        giver.give(block)
    }

    #[test]
    fn everything_arrives_in_order_and_then_the_end() {
        let (giver, taker) = stage();
        let give = move || {
            for number in 0..100 {
                send(&giver, number).unwrap();
            }
            giver.fail("over");
        };
        let take = || {
            let mut found = Vec::new();
            loop {
                match taker.take() {
                    Ok(Some(block)) => {
                        found.extend_from_slice(block.bytes());
                        taker.give_back(block);
                    }
                    other => return (found, other.map(|_| ())),
                }
            }
        };
        let ((), (found, last)) = spawn("test", give, take).unwrap();
        assert_eq!(found, (0..100).collect::<Vec<u8>>());
        assert_eq!(last, Err("over"));
        assert!(matches!(taker.take(), Ok(None)));
    }

    #[test]
    fn whoever_gives_hears_that_nobody_takes() {
        let (giver, taker) = stage();
        let give = move || (0..1000).find(|_| send(&giver, 1).is_err());
        let take = move || drop(taker.take().unwrap().unwrap());
        let (stopped, ()) = spawn("test", give, take).unwrap();
        assert!(stopped.is_some());
    }

    #[test]
    fn a_panic_goes_on_where_the_work_began() {
        let caught = std::panic::catch_unwind(|| spawn("test", || panic!("there"), || ()));
        assert!(caught.is_err());
    }
}
