//! Entries, one after the other.
//!
//! They lie in blocks that never move: a list of a million entries must not be copied to grow, and
//! must not reserve space for a second million.

/// Bytes of the digest of an entry's text.
pub(super) const DIGEST: usize = 32;

/// Most bytes of the first block. Most trees are small, so it grows as it is filled.
const FIRST: usize = 256 * 1024;
/// Most bytes of any other. No entry lies in two; what is longer has one of its own. Allocators get
/// what is so large from the system and give it back to the system; what is not filled takes no
/// memory.
const BLOCK: usize = 64 << 20;
/// Most bytes of a number.
const NUMBER: usize = 10;

const FILE: usize = 0;
const LINK: usize = 1;
const HARD_LINK: usize = 2;
const DIRECTORY: usize = 3;
/// Set where the digest of the entry's text follows its name, and in lists with offsets the offset
/// of that text.
const TEXT: usize = 4;
/// Bits in front of the length of a name.
const BITS: usize = 3;

/// Position of an entry; later entries have larger ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(usize);

#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    blocks: Vec<Vec<u8>>,
    /// True if it is remembered where the texts of entries are.
    has_offsets: bool,
}

/// An entry.
pub(super) struct Record<'a> {
    /// The last part of its path.
    pub(super) name: &'a [u8],
    pub(super) content: Content<'a>,
    /// Digest of its text, if that is known; a second name has that of the first.
    pub(super) text: Option<&'a [u8]>,
    /// Offset of that text in a file of texts; 0 in a list without offsets.
    pub(super) offset: usize,
}

/// Content of an entry.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    /// A file, with its digest of 32 bytes.
    File(&'a [u8]),
    /// A symbolic link, with its target.
    Link(&'a [u8]),
    /// A second name, with the path of the first.
    HardLink(&'a [u8]),
    Directory,
}

impl Records {
    /// An empty list that remembers where the texts of entries are. This takes up to five bytes for
    /// each entry while the texts are shorter than 32 GiB.
    pub(super) fn with_offsets() -> Self {
        Self {
            has_offsets: true,
            ..Self::default()
        }
    }

    /// Adds an entry, with the digest of its text and the offset of that.
    pub(super) fn push(
        &mut self,
        name: &[u8],
        content: Content<'_>,
        text: Option<(&[u8; DIGEST], usize)>,
    ) -> Place {
        let (kind, tail) = match content {
            Content::File(digest) => (FILE, digest),
            Content::Link(target) => (LINK, target),
            Content::HardLink(target) => (HARD_LINK, target),
            Content::Directory => (DIRECTORY, &[][..]),
        };
        let most = name.len() + DIGEST + tail.len() + 3 * NUMBER;
        let limit = if self.blocks.len() == 1 { FIRST } else { BLOCK };
        let fits = |block: &Vec<u8>| block.len() + most <= limit;
        if !self.blocks.last().is_some_and(fits) {
            let room = if self.blocks.is_empty() { 0 } else { BLOCK };
            self.blocks.push(Vec::with_capacity(room.max(most)));
        }
        let at = self.blocks.len() - 1;
        let block = &mut self.blocks[at];
        let place = Place(at * BLOCK + block.len());
        let flag = if text.is_some() { TEXT } else { 0 };
        push_number(block, name.len() << BITS | flag | kind);
        block.extend_from_slice(name);
        if let Some((digest, offset)) = text {
            block.extend_from_slice(digest);
            if self.has_offsets {
                push_number(block, offset);
            }
        }
        if let Content::Link(_) | Content::HardLink(_) = content {
            push_number(block, tail.len());
        }
        block.extend_from_slice(tail);
        place
    }

    pub(super) fn read(&self, place: Place) -> Record<'_> {
        self.read_on(place).0
    }

    pub(super) fn name(&self, place: Place) -> &[u8] {
        let mut rest = self.at(place);
        let head = take_number(&mut rest);
        take(&mut rest, head >> BITS)
    }

    /// All, in the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Place, Record<'_>)> {
        let mut next = Place(0);
        std::iter::from_fn(move || {
            if next.0 / BLOCK >= self.blocks.len() {
                return None;
            }
            let (place, (record, left)) = (next, self.read_on(next));
            let block = place.0 / BLOCK;
            let offset = self.blocks[block].len() - left;
            next = Place(match left {
                0 => (block + 1) * BLOCK,
                _ => block * BLOCK + offset,
            });
            Some((place, record))
        })
    }

    /// An entry, and the number of bytes after it in its block.
    fn read_on(&self, place: Place) -> (Record<'_>, usize) {
        let mut rest = self.at(place);
        let head = take_number(&mut rest);
        let name = take(&mut rest, head >> BITS);
        let text = (head & TEXT != 0).then(|| take(&mut rest, DIGEST));
        let has_offset = text.is_some() && self.has_offsets;
        let offset = if has_offset {
            take_number(&mut rest)
        } else {
            0
        };
        let mut target = || {
            let length = take_number(&mut rest);
            take(&mut rest, length)
        };
        let content = match head & (TEXT - 1) {
            LINK => Content::Link(target()),
            HARD_LINK => Content::HardLink(target()),
            DIRECTORY => Content::Directory,
            _ => Content::File(take(&mut rest, 32)),
        };
        let record = Record {
            name,
            content,
            text,
            offset,
        };
        (record, rest.len())
    }

    fn at(&self, place: Place) -> &[u8] {
        &self.blocks[place.0 / BLOCK][place.0 % BLOCK..]
    }

    /// Bytes that have been written to.
    #[cfg(test)]
    pub(super) fn footprint(&self) -> usize {
        let blocks = self.blocks.capacity() * size_of::<Vec<u8>>();
        blocks + self.blocks.iter().map(Vec::len).sum::<usize>()
    }
}

/// Adds a number, seven bits to a byte, the lowest first.
fn push_number(block: &mut Vec<u8>, mut number: usize) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            block.push(low & 0x7f);
            return;
        }
        block.push(low | 0x80);
    }
}

fn take_number(rest: &mut &[u8]) -> usize {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, behind)) = rest.split_first() {
        *rest = behind;
        number |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, behind) = rest.split_at(length);
    *rest = behind;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_any_length_come_back_in_their_order() {
        let lengths = [
            0,
            1,
            31,
            4095,
            4096,
            FIRST,
            5,
            FIRST - 20,
            BLOCK / 3,
            BLOCK,
            5,
        ];
        for records in [Records::default(), Records::with_offsets()] {
            come_back(records, &lengths);
        }
    }

    fn come_back(mut records: Records, lengths: &[usize]) {
        let mut places = Vec::new();
        for &length in lengths {
            let name = vec![b'n'; length];
            let text = |byte: u8| [byte; DIGEST];
            places.push(records.push(&name, Content::File(&[7; 32]), Some((&text(8), 0))));
            places.push(records.push(&name, Content::Link(&name), None));
            places.push(records.push(&name, Content::HardLink(&name), None));
            let far = Some((&text(9), usize::MAX));
            places.push(records.push(&name, Content::Directory, far));
        }
        assert!(places.is_sorted());
        let found: Vec<_> = records.iter().map(|(place, _)| place).collect();
        assert_eq!(found, places);
        for (number, (place, record)) in records.iter().enumerate() {
            let length = lengths[number / 4];
            assert_eq!(record.name.len(), length);
            assert_eq!(records.name(place).len(), length);
            let text = [Some(&[8; DIGEST][..]), None, None, Some(&[9; DIGEST])];
            assert_eq!(record.text, text[number % 4]);
            let is_far = records.has_offsets && number % 4 == 3;
            assert_eq!(record.offset, if is_far { usize::MAX } else { 0 });
            match (number % 4, record.content) {
                (0, Content::File(digest)) => assert_eq!(digest, [7; 32]),
                (1, Content::Link(target)) | (2, Content::HardLink(target)) => {
                    assert_eq!(target.len(), length);
                }
                (3, Content::Directory) => {}
                _ => panic!("entry {number} is something else"),
            }
        }
    }
}
