//! Output of the packer: blocks that another thread consumes.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::pipeline::{BLOCK, Block, Producer, spawn, stage};

/// Least room that is worth reading a large file into.
const WORTH_IT: usize = 32 * 1024;

/// Nothing but the end of the writing stops it.
enum Never {}

/// The end that an archive is written to.
pub(super) struct Out {
    giver: Producer<Never>,
    block: Block,
    /// Time that reading has taken since that was last asked for.
    reading: Duration,
}

impl Out {
    /// Writes to `writer` what `fill` makes, while it makes more. Gives the writer back, unless it
    /// has failed.
    pub(super) fn before<W: Write + Send, T>(
        mut writer: W,
        fill: impl FnOnce(Self) -> T,
    ) -> io::Result<(io::Result<W>, T)> {
        let (giver, taker) = stage();
        let write = move || {
            while let Ok(Some(block)) = taker.take() {
                writer.write_all(block.bytes())?;
                taker.give_back(block);
            }
            Ok(writer)
        };
        let out = Self {
            block: giver.block(),
            giver,
            reading: Duration::ZERO,
        };
        spawn("pack", write, || fill(out))
    }

    /// Appends up to `wanted` bytes of a file, as many as come at once, and shows them. With
    /// `to_end`, also tells whether the file has more than all of them.
    pub(super) fn read(
        &mut self,
        file: &OwnedFd,
        offset: u64,
        wanted: u64,
        to_end: bool,
    ) -> io::Result<Result<(&[u8], bool), Errno>> {
        let mut room = self.room(wanted + u64::from(to_end))?;
        if to_end && room.len() as u64 == wanted {
            // The last byte is read with the end, in the next block.
            let most = room.len() - 1;
            room = &mut room[..most];
        }
        let begun = Instant::now();
        let count = rustix::io::pread(file, room, offset);
        self.reading += begun.elapsed();
        Ok(count.map(|count| {
            let more = count as u64 > wanted;
            (self.take(count - usize::from(more)), more)
        }))
    }

    /// Appends up to `wanted` zeros, as many as there is room for, and shows them.
    pub(super) fn zeros(&mut self, wanted: u64) -> io::Result<&[u8]> {
        let room = self.room(wanted)?;
        room.fill(0);
        let count = room.len();
        Ok(self.take(count))
    }

    /// Room for some of `wanted` bytes.
    fn room(&mut self, wanted: u64) -> io::Result<&mut [u8]> {
        let wanted = usize::try_from(wanted).unwrap_or(BLOCK);
        if self.block.rest().len() < wanted.min(WORTH_IT) {
            self.hand_on()?;
        }
        let room = self.block.rest();
        let most = wanted.min(room.len());
        Ok(&mut room[..most])
    }

    /// Counts bytes that have been put there, and shows them.
    fn take(&mut self, count: usize) -> &[u8] {
        self.block.advance(count);
        let bytes = self.block.bytes();
        &bytes[bytes.len() - count..]
    }

    /// How long reading has taken since this was last asked for.
    pub(super) fn time_of_reading(&mut self) -> Duration {
        std::mem::take(&mut self.reading)
    }

    /// Hands the rest on.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.hand_on()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let block = std::mem::replace(&mut self.block, self.giver.block());
        self.giver.give(block)
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.is_full() {
            self.hand_on()?;
        }
        let room = self.block.rest();
        let count = bytes.len().min(room.len());
        room[..count].copy_from_slice(&bytes[..count]);
        self.block.advance(count);
        Ok(count)
    }

    /// Nothing: what is not full is handed on at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_past_the_announced_end_is_noticed_wherever_a_block_ends() {
        let temp = tempfile::tempfile().unwrap();
        let content = vec![7; 2 * BLOCK + 1];
        (&temp).write_all(&content).unwrap();
        let file = OwnedFd::from(temp);
        for (length, longer) in [
            (2 * BLOCK + 1, false),
            (2 * BLOCK, true),
            (BLOCK, true),
            (BLOCK - 1, true),
            (1, true),
        ] {
            let read = |mut out: Out| {
                let (mut done, mut more) = (0, false);
                while done < length {
                    let left = (length - done) as u64;
                    let read = out.read(&file, done as u64, left, true).unwrap().unwrap();
                    done += read.0.len();
                    more |= read.1;
                }
                out.finish().unwrap();
                more
            };
            let (written, more) = Out::before(Vec::new(), read).unwrap();
            assert_eq!(written.unwrap().len(), length);
            assert_eq!(more, longer, "{length}");
        }
    }
}
