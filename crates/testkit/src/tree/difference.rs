//! Comparing two trees down to the nanosecond.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use rustix::fs::{self, AtFlags, Dir, FileType, Mode, OFlags, Stat};

/// Differences that are listed at most.
const MOST: usize = 50;

/// Everything in which two directories differ in what is below them: names, kinds, modes, times,
/// contents, targets of links, hard links, and holes of large files. Empty when they are equal.
#[must_use]
pub fn difference(a: &Path, b: &Path) -> Vec<String> {
    let (a, b) = (open(a), open(b));
    let mut comparison = Comparison::default();
    comparison.directories(&a, &b, "");
    let groups = |links: Links| {
        let mut groups: Vec<_> = links
            .into_values()
            .filter(|names| names.len() > 1)
            .collect();
        groups.sort();
        groups
    };
    let (a, b) = (groups(comparison.links.0), groups(comparison.links.1));
    if a != b {
        comparison
            .found
            .push(format!("hard links: {a:?} and {b:?}"));
    }
    comparison.found.truncate(MOST);
    comparison.found
}

/// Names of files that have several.
type Links = HashMap<(u64, u64), Vec<String>>;

#[derive(Default)]
struct Comparison {
    found: Vec<String>,
    /// Names of files by device and inode, on both sides.
    links: (Links, Links),
}

impl Comparison {
    fn directories(&mut self, a: &OwnedFd, b: &OwnedFd, path: &str) {
        let (entries, others) = (list(a), list(b));
        for name in others.keys().filter(|name| !entries.contains_key(*name)) {
            self.found.push(format!(
                "{path}/{}: only in the second",
                name.escape_ascii()
            ));
        }
        for (name, stat) in &entries {
            if self.found.len() > MOST {
                return;
            }
            let shown = format!("{path}/{}", name.escape_ascii());
            match others.get(name) {
                Some(other) => self.entries((a, stat), (b, other), name, &shown),
                None => self.found.push(format!("{shown}: only in the first")),
            }
        }
    }

    fn entries(&mut self, a: (&OwnedFd, &Stat), b: (&OwnedFd, &Stat), name: &[u8], shown: &str) {
        let ((dir_a, a), (dir_b, b)) = (a, b);
        if a.st_mode != b.st_mode {
            self.found
                .push(format!("{shown}: mode {:o} and {:o}", a.st_mode, b.st_mode));
            if FileType::from_raw_mode(a.st_mode) != FileType::from_raw_mode(b.st_mode) {
                return;
            }
        }
        let time = |stat: &Stat| (stat.st_mtime, stat.st_mtime_nsec);
        if time(a) != time(b) {
            self.found
                .push(format!("{shown}: time {:?} and {:?}", time(a), time(b)));
        }
        match FileType::from_raw_mode(a.st_mode) {
            FileType::Directory => {
                self.directories(&open_at(dir_a, name), &open_at(dir_b, name), shown);
            }
            FileType::Symlink => {
                let target = |dir: &OwnedFd| fs::readlinkat(dir, name, Vec::new()).unwrap();
                let (a, b) = (target(dir_a), target(dir_b));
                if a != b {
                    self.found
                        .push(format!("{shown}: leads to {a:?} and to {b:?}"));
                }
            }
            FileType::RegularFile => {
                for (links, stat) in [(&mut self.links.0, a), (&mut self.links.1, b)] {
                    if stat.st_nlink > 1 {
                        let names = links.entry((stat.st_dev, stat.st_ino)).or_default();
                        names.push(shown.to_owned());
                    }
                }
                if a.st_size != b.st_size {
                    self.found
                        .push(format!("{shown}: {} and {} bytes", a.st_size, b.st_size));
                } else if !same_content(dir_a, dir_b, name) {
                    self.found.push(format!("{shown}: contents differ"));
                }
                let (blocks, others) = (a.st_blocks * 512, b.st_blocks * 512);
                if a.st_size > 1 << 20 && others > 2 * blocks + (1 << 20) {
                    self.found.push(format!(
                        "{shown}: takes {blocks} and {others} bytes on disk"
                    ));
                }
            }
            _ => {}
        }
    }
}

fn open(path: &Path) -> OwnedFd {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    fs::open(path, flags, Mode::empty()).unwrap()
}

fn open_at(dir: &OwnedFd, name: &[u8]) -> OwnedFd {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    fs::openat(dir, name, flags, Mode::empty()).unwrap()
}

fn list(dir: &OwnedFd) -> BTreeMap<Vec<u8>, Stat> {
    let mut entries = BTreeMap::new();
    for entry in Dir::read_from(dir.as_fd()).unwrap() {
        let name = entry.unwrap().file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            let stat = fs::statat(dir, &name[..], AtFlags::SYMLINK_NOFOLLOW).unwrap();
            entries.insert(name, stat);
        }
    }
    entries
}

fn same_content(a: &OwnedFd, b: &OwnedFd, name: &[u8]) -> bool {
    let (mut a, mut b) = (File::from(open_at(a, name)), File::from(open_at(b, name)));
    let (mut left, mut right) = (vec![0; 1 << 18], vec![0; 1 << 18]);
    loop {
        let count = a.read(&mut left).unwrap();
        if count == 0 {
            return b.read(&mut right).unwrap() == 0;
        }
        if b.read_exact(&mut right[..count]).is_err() || left[..count] != right[..count] {
            return false;
        }
    }
}
