//! Entries in the order in which receipts and manifest files have them.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::Manifest;
use super::escape::escape;
use super::index::Index;
use super::records::{Content, Place, Record};

/// An entry and the number of the directory that it is in.
pub(super) type Located = (usize, Place);

/// All entries in the order of their paths, compared component by component as bytes. It uses 16
/// bytes for each entry, and 8 more if there are second names.
pub(super) struct Listing<'a> {
    manifest: &'a Manifest,
    order: Vec<Located>,
    index: Option<Index<'a>>,
    /// For each entry with several names, where the first of them is, once that has been shown.
    firsts: HashMap<Place, Option<Located>>,
    next: usize,
}

/// An entry of a listing.
pub(super) struct Listed<'a> {
    pub(super) at: Located,
    /// Last part of its path.
    pub(super) name: &'a [u8],
    /// The entry that has its content and its text: another one, if this is a second name.
    pub(super) origin: Place,
    pub(super) source: Record<'a>,
    /// The first of its names, if this is another one.
    pub(super) first: Option<Located>,
}

impl<'a> Listing<'a> {
    /// Fails where two entries have the same path, an entry has no text, or a second name is that
    /// of nothing.
    pub(super) fn new(manifest: &'a Manifest) -> Option<Self> {
        let order = manifest.in_order()?;
        let index = manifest.hard_links.then(|| Index::new(manifest));
        let origins = index.iter().flat_map(Index::origins);
        let listing = Self {
            firsts: origins.map(|origin| (origin, None)).collect(),
            manifest,
            order,
            index,
            next: 0,
        };
        let mut places = listing.order.iter().map(|(_, place)| *place);
        let is_known = places.all(|place| {
            let source = manifest.records.read(listing.origin(place));
            source.text.is_some() && !matches!(source.content, Content::HardLink(_))
        });
        is_known.then_some(listing)
    }

    /// All entries, in their order.
    pub(super) fn places(&self) -> &[Located] {
        &self.order
    }

    /// Shows the next entry.
    pub(super) fn next(&mut self) -> Option<Listed<'a>> {
        let at = *self.order.get(self.next)?;
        self.next += 1;
        let origin = self.origin(at.1);
        let first = match self.firsts.get_mut(&origin) {
            Some(first @ None) => {
                *first = Some(at);
                None
            }
            Some(first) => *first,
            None => None,
        };
        let records = &self.manifest.records;
        Some(Listed {
            at,
            name: records.name(at.1),
            origin,
            source: records.read(origin),
            first,
        })
    }

    /// The entry that has the content and the text of another: itself, if that is no second name.
    pub(super) fn origin(&self, place: Place) -> Place {
        let Some(index) = &self.index else {
            return place;
        };
        match self.manifest.records.read(place).content {
            Content::HardLink(_) => index.origin(place),
            _ => place,
        }
    }
}

impl Manifest {
    /// Adds the path of an entry to a line.
    pub(super) fn push_path(&self, line: &mut Vec<u8>, (folder, place): Located) {
        line.extend_from_slice(b"./");
        escape(line, self.folders.path(folder));
        escape(line, self.records.name(place));
    }

    /// All entries in the order of their paths; none if two have the same.
    fn in_order(&self) -> Option<Vec<Located>> {
        let mut folder_of = self.folders.of_each();
        let mut order = Vec::with_capacity(self.folders.entries());
        order.extend(
            self.records
                .iter()
                .map(|(place, _)| (folder_of(place), place)),
        );
        let is_in_order = |order: &[Located]| {
            order.is_sorted_by(|a, b| self.compare_paths(*a, *b) == Ordering::Less)
        };
        // They are packed in this order.
        if !is_in_order(&order) {
            order.sort_unstable_by(|a, b| self.compare_paths(*a, *b));
            if !is_in_order(&order) {
                return None;
            }
        }
        Some(order)
    }

    fn compare_paths(&self, a: Located, b: Located) -> Ordering {
        let (first, second) = (self.records.name(a.1), self.records.name(b.1));
        if a.0 == b.0 {
            return first.cmp(second);
        }
        let path = |folder, name| {
            let path: &[u8] = self.folders.path(folder);
            // The end of a component sorts before every byte that a component can hold.
            let rank = |byte: &u8| u16::from(*byte) + 1;
            path.iter()
                .chain(name)
                .map(move |byte| if *byte == b'/' { 0 } else { rank(byte) })
        };
        path(a.0, first).cmp(path(b.0, second))
    }
}
