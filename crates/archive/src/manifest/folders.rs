//! The directories that entries lie in.

use indexmap::IndexMap;

use super::order::split;
use super::records::Place;

/// Knows each directory once, and which entries are in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Folders {
    /// Their paths, each with a slash at its end except the root, whose path is empty, and the
    /// number of entries in each. Parents are included.
    known: IndexMap<Box<[u8]>, usize>,
    /// Entries come in runs of one directory.
    runs: Vec<Run>,
    entries: usize,
}

/// Entries that have come one after the other, and lie in the same directory.
#[derive(Clone, Debug)]
struct Run {
    folder: usize,
    first: Place,
}

impl Folders {
    /// Puts the next entry into a directory.
    pub(super) fn put(&mut self, path: &[u8], entry: Place) {
        self.entries += 1;
        let last = self.runs.last().map(|run| run.folder);
        if let Some((known, count)) = last.and_then(|at| self.known.get_index_mut(at))
            && **known == *path
        {
            *count += 1;
            return;
        }
        let folder = match self.known.get_full_mut(path) {
            Some((folder, _, count)) => {
                *count += 1;
                folder
            }
            None => self.add(path),
        };
        self.runs.push(Run {
            folder,
            first: entry,
        });
    }

    /// Adds a directory with one entry, and those above it: archives need not list them.
    fn add(&mut self, path: &[u8]) -> usize {
        let (folder, _) = self.known.insert_full(path.into(), 1);
        let mut above = path;
        while let Some((_, inner)) = above.split_last() {
            above = split(inner).0;
            if self.known.contains_key(above) {
                break;
            }
            self.known.insert(above.into(), 0);
        }
        folder
    }

    /// Bytes that a directory and those above it would take that are not known yet. Stops counting
    /// when they are more than `most`: the paths of all directories above one of 64 KiB may take
    /// a gigabyte.
    pub(super) fn cost(&self, path: &[u8], most: u64) -> u64 {
        /// Bytes that the table uses for a path besides its name.
        const ENTRY: u64 = 80;
        let mut bytes = 0;
        let mut above = path;
        while bytes <= most && !self.known.contains_key(above) {
            bytes += above.len() as u64 + ENTRY;
            let Some((_, inner)) = above.split_last() else {
                break;
            };
            above = split(inner).0;
        }
        bytes
    }

    /// How many there are; each has a number below that.
    pub(super) fn count(&self) -> usize {
        self.known.len()
    }

    /// Entries in all of them.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// How many entries are in each.
    pub(super) fn sizes(&self) -> impl Iterator<Item = usize> {
        self.known.values().copied()
    }

    /// Path of a directory, with a slash at its end unless it is the root.
    pub(super) fn path(&self, folder: usize) -> &[u8] {
        self.known.get_index(folder).map_or(&[], |(path, _)| path)
    }

    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        self.known.get_index_of(path)
    }

    /// Says for entries in the order in which they came which directory each lies in.
    pub(super) fn of_each(&self) -> impl FnMut(Place) -> usize {
        let mut runs = self.runs.iter().peekable();
        let mut folder = 0;
        move |entry| {
            if let Some(run) = runs.next_if(|run| run.first <= entry) {
                folder = run.folder;
            }
            folder
        }
    }

    /// Bytes that are set aside, about.
    #[cfg(test)]
    pub(super) fn footprint(&self) -> usize {
        let paths: usize = self.known.keys().map(|path| path.len() + 16).sum();
        paths + self.known.capacity() * 48 + self.runs.capacity() * size_of::<Run>()
    }
}
