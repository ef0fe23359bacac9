//! Asking the directories of backups and the database whether they answer.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use bchan_api::HealthSubject;

use crate::health::hang_guard::{HangGuard, Question};
use bchan_storage::layout::Layout;

/// Time that a component may take to respond. A busy disk needs less, and monitors wait longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Checks whether the database and the directories of backups respond.
pub(crate) struct HealthChecker {
    pub(super) database: HangGuard<Result<(), String>>,
    pub(super) places: Vec<(HealthSubject, PathBuf, HangGuard<Found>)>,
    /// True if everything was well when last asked.
    pub(super) was_well: AtomicBool,
}

/// Result of checking a directory.
pub(super) type Found = (Option<Disk>, Option<String>);

/// A file system; sizes in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disk {
    pub(crate) size: u64,
    pub(crate) free: u64,
    /// Without the reserve.
    pub(crate) available: u64,
}

/// A place that backups lie in.
pub(crate) struct Place {
    pub(crate) subject: HealthSubject,
    pub(crate) path: PathBuf,
    /// Unknown if it does not answer.
    pub(crate) disk: Option<Disk>,
    /// The fault, if there is one.
    pub(crate) trouble: Option<String>,
}

/// A place that was asked.
pub(crate) struct AskedPlace {
    pub(super) subject: HealthSubject,
    pub(super) path: PathBuf,
    pub(super) question: Question<Found>,
}

impl HealthChecker {
    pub(crate) fn new(layout: &Layout) -> Self {
        let roots = layout.roots().iter();
        let roots = roots.map(|root| (HealthSubject::Storage, root.clone()));
        let bin = (HealthSubject::RecycleBin, layout.bin().to_owned());
        let places = roots.chain([bin]);
        Self {
            database: HangGuard::default(),
            places: places
                .map(|(subject, path)| (subject, path, HangGuard::default()))
                .collect(),
            was_well: AtomicBool::new(true),
        }
    }
}

impl AskedPlace {
    /// Waits for the result.
    pub(crate) fn answer(&self, deadline: Instant) -> Place {
        let (disk, trouble) = match self.question.answer(deadline) {
            Ok(found) => found,
            Err(silence) => (None, Some(silence.to_string())),
        };
        Place {
            subject: self.subject,
            path: self.path.clone(),
            disk,
            trouble,
        }
    }
}
