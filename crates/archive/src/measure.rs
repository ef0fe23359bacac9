//! Counting ahead.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{self, AtFlags, CWD, FileType, Mode};

use crate::source::Source;
use crate::walk::{DIRECTORY, Step, Walker, file_type};

/// How much there is to pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files, links and everything else that is no directory.
    pub files: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// Walks sources to know how much they hold, telling `report` every thousand files, until done or
/// `cancel` is set. What cannot be read does not count: packing will complain of it.
pub fn measure(sources: &[Source], cancel: &AtomicBool, report: &mut dyn FnMut(Totals)) -> Totals {
    let mut totals = Totals::default();
    for source in sources {
        // An error ends this source; the totals are an estimate in any case.
        let _ = measure_one(source, cancel, &mut totals, report);
    }
    totals
}

fn measure_one(
    source: &Source,
    cancel: &AtomicBool,
    totals: &mut Totals,
    report: &mut dyn FnMut(Totals),
) -> io::Result<()> {
    let stat = fs::statat(CWD, source.path(), AtFlags::empty())?;
    if file_type(&stat) != FileType::Directory {
        totals.files += 1;
        totals.bytes += u64::try_from(stat.st_size).unwrap_or(0);
        return Ok(());
    }
    let mut walker = Walker::new(crate::open_dir(source.path())?)?;
    while let Some(step) = walker.step()? {
        let Step::Entry(name) = step else { continue };
        if cancel.load(Ordering::Relaxed) {
            return Ok(());
        }
        let dir = walker.dir()?;
        let Ok(stat) = fs::statat(dir, &name, AtFlags::SYMLINK_NOFOLLOW) else {
            continue;
        };
        match file_type(&stat) {
            FileType::Directory => {
                if let Ok(fd) = fs::openat(dir, &name, DIRECTORY, Mode::empty()) {
                    let _ = walker.enter(name, fd);
                }
                continue;
            }
            FileType::RegularFile => totals.bytes += u64::try_from(stat.st_size).unwrap_or(0),
            _ => {}
        }
        totals.files += 1;
        if totals.files.is_multiple_of(1000) {
            report(*totals);
        }
    }
    Ok(())
}
