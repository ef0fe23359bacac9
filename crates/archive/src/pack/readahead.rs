//! Having the system read small files before it is their turn.
//!
//! Read one after the other, files that are not in memory yet cost the time of the disk for each.
//! Where that shows, a reader goes the same way ahead, a bounded distance, and asks for the beginning
//! of each file. It hands nothing over, so that nothing depends on what it finds; and where files
//! come quickly, it does not set out at all.

use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::fs::{Advice, FileType, Stat, fadvise};

use crate::Source;
use crate::observer::Problem;
use crate::open;
use crate::pack_error::PackError;
use crate::select::{Reason, Rules};
use crate::tour::{At, Place, SourceVisitor, tour};
use crate::walk::file_type;

/// Entries that it may be ahead, and bytes.
const MOST_ENTRIES: u64 = 1024;
const MOST_BYTES: u64 = 64 << 20;

/// Most bytes of a file that it asks for; the system goes on by itself.
const MOST_OF_ONE: u64 = 1 << 20;

/// Files of which the time is taken together, and how long each may take. It is most of them that
/// count: on a busy machine, a few wait for a processor and not for the disk.
const SAMPLE: u32 = 64;
const QUICK: Duration = Duration::from_micros(100);

/// How often the reader is told how far the other is, in entries.
const OFTEN: u64 = 64;

/// How far packing has come, for the reader.
#[derive(Default)]
pub(super) struct Trail {
    entries: AtomicU64,
    bytes: AtomicU64,
    over: AtomicBool,
    /// True if the reader is wanted; what it waits for, and with what.
    wanted: Mutex<bool>,
    changed: Condvar,
}

impl Trail {
    /// An entry has been passed; a file has so many bytes.
    fn pass(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let entries = self.entries.fetch_add(1, Ordering::Relaxed);
        if entries.is_multiple_of(OFTEN) {
            self.changed.notify_all();
        }
    }

    fn want(&self) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    fn end(&self) {
        let _wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        self.over.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Waits until the reader may go on, and says whether it has to.
    fn wait(&self, may_go: impl Fn(bool) -> bool) -> bool {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.over.load(Ordering::Relaxed) && !may_go(*wanted) {
            wanted = if *wanted {
                // Entries are passed without the lock, so a word may be missed.
                let pause = Duration::from_millis(10);
                let waited = self.changed.wait_timeout(wanted, pause);
                waited.unwrap_or_else(PoisonError::into_inner).0
            } else {
                let waited = self.changed.wait(wanted);
                waited.unwrap_or_else(PoisonError::into_inner)
            };
        }
        !self.over.load(Ordering::Relaxed)
    }
}

/// Takes the time that files take.
pub(super) struct Clock<'a> {
    trail: &'a Trail,
    files: u32,
    /// Those that took longer than they may.
    slow: u32,
    decided: bool,
}

impl<'a> Clock<'a> {
    fn new(trail: &'a Trail) -> Self {
        Self {
            trail,
            files: 0,
            slow: 0,
            decided: false,
        }
    }

    /// Records that an entry was read: a file of this size took this long to open and read.
    pub(super) fn pass(&mut self, bytes: u64, taken: Duration) {
        self.trail.pass(bytes);
        // Of a large file it is the disk's speed that counts, which nothing helps.
        if self.decided || bytes == 0 || bytes > MOST_OF_ONE {
            return;
        }
        self.files += 1;
        self.slow += u32::from(taken > QUICK);
        if self.files == SAMPLE {
            if self.slow > SAMPLE / 2 {
                self.trail.want();
                self.decided = true;
            }
            self.files = 0;
            self.slow = 0;
        }
    }
}

/// Does work that a reader can go ahead of, which ends with it.
pub(super) fn with<T>(sources: &[Source], rules: &Rules, work: impl FnOnce(Clock<'_>) -> T) -> T {
    let trail = Trail::default();
    thread::scope(|scope| {
        let name = thread::Builder::new().name("reader".into());
        // Without it, it only takes longer.
        let _ = name.spawn_scoped(scope, || run(sources, rules, &trail));
        let _ender = Ender(&trail);
        work(Clock::new(&trail))
    })
}

/// Ends the reader, also when the work panics.
struct Ender<'a>(&'a Trail);

impl Drop for Ender<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn run(sources: &[Source], rules: &Rules, trail: &Trail) {
    if trail.wait(|wanted| wanted) {
        let mut reader = Reader {
            trail,
            entries: 0,
            bytes: 0,
        };
        // Whatever it stumbles over, packing comes to it, too.
        let _ = tour(sources, rules, false, &mut reader);
    }
}

struct Reader<'a> {
    trail: &'a Trail,
    entries: u64,
    bytes: u64,
}

impl Reader<'_> {
    /// Returns true if it is not too far ahead.
    fn is_near(&self) -> bool {
        let passed = |count: &AtomicU64| count.load(Ordering::Relaxed);
        self.entries < passed(&self.trail.entries) + MOST_ENTRIES
            && self.bytes < passed(&self.trail.bytes) + MOST_BYTES
    }

    fn is_behind(&self) -> bool {
        self.entries <= self.trail.entries.load(Ordering::Relaxed)
    }
}

impl SourceVisitor for Reader<'_> {
    type PreservedMetadata = ();

    fn keep(&mut self, _place: Place<'_>, _fd: BorrowedFd<'_>, _stat: &Stat) {}

    fn directory(&mut self, _place: Place<'_>, (): &()) -> Result<(), PackError> {
        Ok(())
    }

    fn leaf(&mut self, _place: Place<'_>, at: At<'_>, stat: &Stat) -> Result<(), PackError> {
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        self.entries += 1;
        if file_type(stat) != FileType::RegularFile || size == 0 {
            return Ok(());
        }
        self.bytes += size;
        if self.is_behind() {
            return Ok(());
        }
        if !self.trail.wait(|_| self.is_near()) {
            // Packing is done; any error ends a tour.
            return Err(PackError::Empty);
        }
        if let At::In(dir, name) = at
            && let Ok((fd, _)) = open::file(dir, name, false)
        {
            let most = std::num::NonZeroU64::new(size.min(MOST_OF_ONE));
            let _ = fadvise(&fd, 0, most, Advice::WillNeed);
        }
        Ok(())
    }

    fn excluded(&mut self, _path: &Path, _stat: &Stat, _reason: &Reason) {}

    fn problem(&mut self, _path: &Path, _problem: &Problem) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_wanted(trail: &Trail) -> bool {
        *trail.wanted.lock().unwrap()
    }

    #[test]
    fn only_slow_small_files_are_worth_a_scout() {
        let (slow, quick) = (2 * QUICK, QUICK / 2);
        for (size, taken, wanted) in [
            (1000, quick, false),
            (2 * MOST_OF_ONE, slow, false),
            (0, slow, false),
            (1000, slow, true),
        ] {
            let trail = Trail::default();
            let mut clock = Clock::new(&trail);
            for _ in 0..SAMPLE {
                assert!(!is_wanted(&trail), "not for a few");
                clock.pass(size, taken);
            }
            assert_eq!(is_wanted(&trail), wanted, "{size} {taken:?}");
        }
    }

    #[test]
    fn a_few_that_are_very_slow_are_not() {
        let trail = Trail::default();
        let mut clock = Clock::new(&trail);
        for number in 0..10 * SAMPLE {
            let slow = number % 4 == 0;
            clock.pass(1000, if slow { 100 * QUICK } else { QUICK / 2 });
        }
        assert!(!is_wanted(&trail));
    }

    #[test]
    fn it_goes_no_further_than_it_may_and_ends_with_the_work() {
        let trail = Trail::default();
        let mut reader = Reader {
            trail: &trail,
            entries: MOST_ENTRIES,
            bytes: 0,
        };
        assert!(!reader.is_near() && !reader.is_behind());
        trail.pass(0);
        assert!(reader.is_near());
        reader.bytes = MOST_BYTES;
        assert!(!reader.is_near());
        trail.pass(1);
        assert!(reader.is_near());
        // Neither is ever passed here, so it would wait for ever.
        trail.end();
        assert!(!trail.wait(|_| false));
    }

    #[test]
    fn a_scout_that_was_sent_out_comes_back() {
        let temp = tempfile::tempdir().unwrap();
        for number in 0..2 * MOST_ENTRIES {
            std::fs::write(temp.path().join(number.to_string()), "content").unwrap();
        }
        let sources = [Source::Contents {
            path: temp.path().to_owned(),
        }];
        let done = with(&sources, &Rules::default(), |mut clock| {
            for _ in 0..SAMPLE {
                clock.pass(7, 2 * QUICK);
            }
            is_wanted(clock.trail)
        });
        assert!(done);
    }
}
