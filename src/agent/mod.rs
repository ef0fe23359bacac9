//! Workflows: what a command does as a whole, without a word to anybody but a [`Progress`].

mod download;
mod error;
mod extract;
mod incoming;
mod input;
mod job;
mod listing;
mod migrate;
mod naming;
mod packing;
mod plan;
mod produce;
mod progress;
mod save;
mod sequential;
mod upload;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

pub(crate) use self::download::{Destination, DownloadOptions, Restore, download};
pub(crate) use self::error::AgentError;
pub(crate) use self::input::Input;
pub(crate) use self::job::ended_job;
pub(crate) use self::listing::{Left, ListOptions, Listed, Listing, list};
pub(crate) use self::migrate::{MigrateOptions, MigrateReport, TargetStatus, migrate};
pub(crate) use self::packing::{Compress, Packing};
pub(crate) use self::plan::What;
pub(crate) use self::progress::{Phase, Progress};
pub(crate) use self::sequential::upload_sequentially;
pub(crate) use self::upload::{Outcome, UploadOptions, UploadReport, upload};

/// Warnings that are kept word for word; the others are counted.
const MOST_WARNINGS: usize = 1000;

/// Something that went less than well with one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) path: PathBuf,
    pub(crate) problem: String,
}

/// How long to wait before the next try; longer each time, and never the same for all.
fn pause(attempt: u32) -> Duration {
    let base = Duration::from_millis(500) * 2_u32.saturating_pow(attempt.min(6));
    let jitter = std::collections::hash_map::RandomState::new();
    let part = std::hash::BuildHasher::hash_one(&jitter, attempt) % 1000;
    base.mul_f64(0.5 + f64::from(u32::try_from(part).unwrap_or(0)) / 2000.0)
}
