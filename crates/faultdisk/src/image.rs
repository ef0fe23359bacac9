//! The content of a disk, and what of it a power cut can take away.

use std::collections::HashMap;

/// Bytes that a disk writes completely or not at all.
const PAGE: usize = 4096;
const PAGE_U64: u64 = PAGE as u64;

type Page = Box<[u8; PAGE]>;

/// A disk of a fixed size, zeros where nothing was written.
pub(crate) struct Image {
    size: u64,
    pages: HashMap<u64, Page>,
    /// The pages that were written since the last flush, as that flush has left them.
    flushed: HashMap<u64, Option<Page>>,
    /// The writes since the last flush, in order.
    pending: Vec<(u64, Vec<u8>)>,
    failing: Failing,
    failed: u64,
}

/// Writes that fail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failing {
    None,
    All,
    /// Those that have a page which begins with these bytes.
    Marked(Vec<u8>),
}

/// A write that this disk was told to fail.
#[derive(Debug)]
pub(crate) struct WriteError;

/// Random numbers (splitmix64), so that a seed repeats a power cut.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn percent(&mut self, percent: u64) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100 < percent
    }
}

impl Image {
    pub(crate) fn new(size: u64) -> Self {
        Self {
            size,
            pages: HashMap::new(),
            flushed: HashMap::new(),
            pending: Vec::new(),
            failing: Failing::None,
            failed: 0,
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn fail(&mut self, failing: Failing) {
        self.failing = failing;
    }

    /// How many writes have failed on purpose.
    pub(crate) fn failed(&self) -> u64 {
        self.failed
    }

    /// Up to `length` bytes from `offset`, fewer at the end of the disk.
    pub(crate) fn read(&self, offset: u64, length: usize) -> Vec<u8> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(left)];
        for (page, start, part) in split(offset, bytes.len()) {
            if let Some(page) = self.pages.get(&page) {
                let length = part.len();
                bytes[part].copy_from_slice(&page[start..start + length]);
            }
        }
        bytes
    }

    /// Writes what fits on the disk. It is lost by a power cut before the next flush.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), WriteError> {
        let fails = match &self.failing {
            Failing::None => false,
            Failing::All => true,
            Failing::Marked(marker) => split(offset, bytes.len())
                .any(|(_, start, part)| start == 0 && bytes[part].starts_with(marker)),
        };
        if fails {
            self.failed += 1;
            return Err(WriteError);
        }
        self.apply(offset, bytes);
        self.pending.push((offset, bytes.to_vec()));
        Ok(())
    }

    /// Everything that was written so far survives a power cut.
    pub(crate) fn flush(&mut self) {
        self.flushed.clear();
        self.pending.clear();
    }

    /// Loses a random part of the writes since the last flush. Each is kept with the given chance,
    /// and one in five is torn: then each of its pages is kept with that chance. Returns how many
    /// writes there were and how many were not kept completely.
    pub(crate) fn lose(&mut self, dice: &mut Dice, keep: u64) -> (usize, usize) {
        for (number, page) in self.flushed.drain() {
            match page {
                Some(page) => self.pages.insert(number, page),
                None => self.pages.remove(&number),
            };
        }
        let pending = std::mem::take(&mut self.pending);
        let mut lost = 0;
        for (offset, bytes) in &pending {
            let torn = dice.percent(20);
            let kept = dice.percent(keep);
            let mut complete = true;
            for (page, start, part) in split(*offset, bytes.len()) {
                if if torn { dice.percent(keep) } else { kept } {
                    self.apply(page * PAGE_U64 + start as u64, &bytes[part]);
                } else {
                    complete = false;
                }
            }
            lost += usize::from(!complete);
        }
        self.flushed.clear();
        (pending.len(), lost)
    }

    fn apply(&mut self, offset: u64, bytes: &[u8]) {
        for (number, start, part) in split(offset, bytes.len()) {
            let bytes = &bytes[part];
            let page = self.pages.get(&number);
            self.flushed.entry(number).or_insert_with(|| page.cloned());
            // Most of what mkfs writes are zeros.
            if bytes.len() == PAGE && bytes.iter().all(|byte| *byte == 0) {
                self.pages.remove(&number);
                continue;
            }
            let page = self
                .pages
                .entry(number)
                .or_insert_with(|| Box::new([0; PAGE]));
            page[start..start + bytes.len()].copy_from_slice(bytes);
        }
    }
}

/// The parts of `length` bytes from `offset` that lie in one page each: the page's number, where in
/// it the part begins, and which of the bytes they are.
fn split(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at == length {
            return None;
        }
        let position = offset + at as u64;
        let start = usize::try_from(position % PAGE_U64).unwrap();
        let end = length.min(at + PAGE - start);
        let part = at..end;
        at = end;
        Some((position / PAGE_U64, start, part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u64 = 10 * PAGE_U64;

    #[test]
    fn what_was_written_is_read_also_across_pages() {
        let mut image = Image::new(SIZE);
        image.write(4000, &[7; 5000]).unwrap();
        assert_eq!(image.read(3999, 2), [0, 7]);
        assert_eq!(image.read(8999, 2), [7, 0]);
        assert_eq!(image.read(4000, 5000), [7; 5000]);
        assert_eq!(image.read(SIZE - 1, 5), [0]);
        image.write(4096, &[0; PAGE]).unwrap();
        assert_eq!(image.read(4095, 2), [7, 0]);
    }

    #[test]
    fn a_power_cut_leaves_what_was_flushed() {
        let mut image = Image::new(SIZE);
        image.write(100, b"old").unwrap();
        image.flush();
        image.write(100, b"new").unwrap();
        image.write(PAGE_U64, b"more").unwrap();
        assert_eq!(image.lose(&mut Dice(1), 0), (2, 2));
        assert_eq!(image.read(100, 3), b"old");
        assert_eq!(image.read(PAGE_U64, 4), [0; 4]);
        assert_eq!(image.lose(&mut Dice(1), 0), (0, 0));
    }

    #[test]
    fn a_power_cut_can_keep_everything() {
        let mut image = Image::new(SIZE);
        image.write(100, b"old").unwrap();
        image.write(101, b"x").unwrap();
        assert_eq!(image.lose(&mut Dice(1), 100), (2, 0));
        assert_eq!(image.read(100, 3), b"oxd");
    }

    #[test]
    fn large_writes_are_torn_at_pages() {
        let torn = (0..100).any(|seed| {
            let mut image = Image::new(SIZE);
            image.write(0, &vec![1; 8 * PAGE]).unwrap();
            image.lose(&mut Dice(seed), 50);
            let pages: Vec<u8> = (0..8).map(|n| image.read(n * PAGE_U64, 1)[0]).collect();
            pages.contains(&0) && pages.contains(&1)
        });
        assert!(torn);
    }

    #[test]
    fn writes_that_hold_a_marker_fail_and_change_nothing() {
        let mut image = Image::new(SIZE);
        image.fail(Failing::Marked(b"bad".to_vec()));
        let mut bytes = vec![1; 2 * PAGE];
        image.write(0, &bytes).unwrap();
        bytes[PAGE..PAGE + 3].copy_from_slice(b"bad");
        image.write(0, &bytes).unwrap_err();
        assert_eq!(image.read(PAGE_U64, 3), [1; 3]);
        image.write(PAGE_U64 + 1, b"bad").unwrap();
        image.fail(Failing::All);
        image.write(0, b"any").unwrap_err();
        assert_eq!(image.failed(), 2);
    }
}
