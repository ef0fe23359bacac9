//! Entries in their order, and by their paths.

use std::cmp::Ordering;

use super::Manifest;
use super::order::{compare, split};
use super::records::{Content, Place};

/// An index of the entries by path. It uses eight bytes for each entry.
pub(super) struct Index<'a> {
    pub(super) manifest: &'a Manifest,
    /// The entries of each directory, in the order of their names; of two that are called the
    /// same, the earlier one first.
    sorted: Vec<Place>,
    /// Where in `sorted` those of each directory begin, and after the last where they end.
    starts: Vec<usize>,
    /// For each hard link, of which entry it is a second name: itself, if of none.
    origins: Vec<(Place, Place)>,
}

impl<'a> Index<'a> {
    pub(super) fn new(manifest: &'a Manifest) -> Self {
        let folders = &manifest.folders;
        // One place further than they belong, to move there while entries are put in.
        let mut starts = Vec::with_capacity(folders.count() + 1);
        starts.push(0);
        starts.extend(folders.sizes().scan(0, |sum, size| {
            let start = *sum;
            *sum += size;
            Some(start)
        }));
        let mut sorted = vec![Place::default(); folders.entries()];
        let mut folder_of = folders.of_each();
        for (place, _) in manifest.records.iter() {
            let next = &mut starts[folder_of(place) + 1];
            sorted[*next] = place;
            *next += 1;
        }
        let mut index = Self {
            manifest,
            sorted,
            starts,
            origins: Vec::new(),
        };
        index.sort();
        if manifest.links {
            index.find_origins();
        }
        index
    }

    fn sort(&mut self) {
        let (manifest, sorted) = (self.manifest, &mut self.sorted);
        for bounds in self.starts.windows(2) {
            sorted[bounds[0]..bounds[1]].sort_unstable_by(|a, b| {
                let (first, second) = (manifest.records.name(*a), manifest.records.name(*b));
                manifest.compare(first, second).then_with(|| a.cmp(b))
            });
        }
    }

    fn find_origins(&mut self) {
        for (place, record) in self.manifest.records.iter() {
            if let Content::HardLink(target) = record.content {
                // A second name comes after the first, so one step is enough for each.
                let first = self.find(target).filter(|first| *first < place);
                let origin = first.map_or(place, |first| self.origin(first));
                self.origins.push((place, origin));
            }
        }
    }

    /// The entries that have second names.
    pub(super) fn origins(&self) -> impl Iterator<Item = Place> {
        self.origins.iter().map(|(_, origin)| *origin)
    }

    /// The entry of which another is a second name: itself, if of none.
    pub(super) fn origin(&self, place: Place) -> Place {
        let found = self.origins.binary_search_by_key(&place, |known| known.0);
        found.map_or(place, |found| self.origins[found].1)
    }

    /// The directories, in the order of their paths.
    pub(super) fn ranked(&self) -> Vec<usize> {
        let folders = &self.manifest.folders;
        let path = |folder: usize| {
            let path = folders.path(folder);
            path.strip_suffix(b"/").unwrap_or(path)
        };
        let mut ranked: Vec<_> = (0..folders.count()).collect();
        ranked.sort_unstable_by(|a, b| self.manifest.compare(path(*a), path(*b)));
        ranked
    }

    /// The entries of a directory, in their order.
    pub(super) fn inside(&self, folder: usize) -> &[Place] {
        &self.sorted[self.starts[folder]..self.starts[folder + 1]]
    }

    fn find(&self, path: &[u8]) -> Option<Place> {
        let (folder, name) = split(path);
        let inside = self.inside(self.manifest.folders.find(folder)?);
        let manifest = self.manifest;
        let found =
            inside.binary_search_by(|place| manifest.compare(manifest.records.name(*place), name));
        found.ok().map(|found| inside[found])
    }

    /// Bytes that are set aside.
    #[cfg(test)]
    pub(super) fn footprint(&self) -> usize {
        let (places, starts) = (self.sorted.capacity(), self.starts.capacity());
        places * size_of::<Place>() + starts * size_of::<usize>()
    }

    /// Returns the content at a path, by any of its names.
    pub(super) fn get(&self, path: &[u8]) -> Option<Content<'a>> {
        let place = self.find(path)?;
        match self.manifest.records.read(place).content {
            Content::HardLink(_) => {
                let origin = self.origin(place);
                Some(self.manifest.records.read(origin).content)
            }
            other => Some(other),
        }
    }

    /// Returns true if there is a directory at this path, or something lies below it.
    pub(super) fn is_directory(&self, path: &[u8]) -> bool {
        path.is_empty()
            || self.manifest.folders.find(&[path, b"/"].concat()).is_some()
            || matches!(self.get(path), Some(Content::Directory))
    }
}

impl Manifest {
    /// Order of two names or paths of directories.
    fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.odd { compare(a, b) } else { a.cmp(b) }
    }
}
