//! Reading ahead on a thread of its own.

use std::io::{self, Read};

use crate::pipeline::{Block, Consumer, Producer, spawn, stage};

/// Data that was read ahead.
pub struct Ahead {
    taker: Consumer<io::Error>,
    block: Block,
}

impl Ahead {
    /// The next bytes; none at the end.
    pub fn next_block(&mut self) -> io::Result<&[u8]> {
        self.taker.give_back(std::mem::take(&mut self.block));
        if let Some(block) = self.taker.take()? {
            self.block = block;
        }
        Ok(self.block.bytes())
    }
}

/// Reads a reader to its end while `work` uses what has come, which is a few blocks of 256 KiB at
/// most. When it is done before the end, reading ends with the block that it is at. Fails only for
/// want of a thread.
pub fn read_ahead<R: Read + Send, T>(
    reader: R,
    work: impl FnOnce(&mut Ahead) -> T,
) -> io::Result<T> {
    let (giver, taker) = stage();
    let mut ahead = Ahead {
        taker,
        block: Block::default(),
    };
    let read = move || {
        if let Err(error) = fill(reader, &giver) {
            giver.fail(error);
        }
    };
    // What has been read ahead goes when the work is done, and with it the reading.
    let ((), done) = spawn("read", read, move || work(&mut ahead))?;
    Ok(done)
}

fn fill<R: Read>(mut reader: R, giver: &Producer<io::Error>) -> io::Result<()> {
    let mut block = giver.block();
    loop {
        let read = reader.read(block.rest());
        let count = match read {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(count) => count,
            Err(_) => 0,
        };
        block.advance(count);
        let last = count == 0;
        if (last || block.is_full() || giver.is_awaited()) && !block.bytes().is_empty() {
            let full = std::mem::replace(&mut block, giver.block());
            if giver.give(full).is_err() {
                return Ok(());
            }
        }
        if last {
            return read.map(|_| ());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, and then fails.
    struct Broken(usize);

    impl Read for Broken {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            let count = out.len().min(1000).min(self.0);
            out[..count].fill(7);
            self.0 -= count;
            Ok(count)
        }
    }

    #[test]
    fn everything_comes_and_then_the_end() {
        let content: Vec<_> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let found = read_ahead(&content[..], |ahead| {
            let mut found = Vec::new();
            loop {
                match ahead.next_block().unwrap() {
                    [] => return found,
                    bytes => found.extend_from_slice(bytes),
                }
            }
        });
        assert!(found.unwrap() == content);
    }

    #[test]
    fn what_came_before_a_fault_comes_before_it() {
        read_ahead(Broken(700_100), |ahead| {
            let mut count = 0;
            let error = loop {
                match ahead.next_block() {
                    Ok(bytes) => {
                        assert!(!bytes.is_empty(), "a fault is no end");
                        count += bytes.len();
                    }
                    Err(error) => break error,
                }
            };
            assert_eq!(count, 700_100);
            assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        })
        .unwrap();
    }

    #[test]
    fn it_ends_when_nobody_wants_more() {
        let first = read_ahead(io::repeat(7), |ahead| ahead.next_block().unwrap()[0]);
        assert_eq!(first.unwrap(), 7);
    }
}
