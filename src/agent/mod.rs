//! Workflows: what a command does as a whole, without a word to anybody but a [`Progress`].

mod download;
mod error;
mod examine;
mod extract;
mod guarded;
mod hashing;
mod hooks;
mod incoming;
mod input;
mod job;
mod listing;
mod lock;
mod migrate;
mod naming;
mod packing;
mod part;
mod plan;
mod produce;
mod progress;
mod save;
mod sequential;
mod shrink;
mod spool;
mod state;
mod upload;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

use bchan_client::Error;

pub(crate) use self::download::{Destination, DownloadOptions, Restore, download};
pub(crate) use self::error::AgentError;
pub(crate) use self::guarded::{Guard, run};
pub(crate) use self::hooks::Hook;
pub(crate) use self::input::Input;
pub(crate) use self::job::ended_job;
pub(crate) use self::listing::{Left, ListOptions, Listed, Listing, list};
pub(crate) use self::migrate::{MigrateOptions, MigrateReport, TargetStatus, migrate};
pub(crate) use self::packing::{Compress, Packing};
pub(crate) use self::plan::What;
pub(crate) use self::progress::{Phase, Progress};
pub(crate) use self::spool::{Delivered, Spool};
pub(crate) use self::state::{StateFolder, Success};
pub(crate) use self::upload::{Outcome, UploadOptions, UploadReport};

/// Warnings that are kept word for word; the others are counted.
const MOST_WARNINGS: usize = 1000;

/// Something that went less than well with one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) path: PathBuf,
    pub(crate) problem: String,
}

/// How long to wait before the next try; longer each time, never the same for all, and not shorter
/// than the server asks for.
fn pause(attempt: u32, error: &Error) -> Duration {
    let base = Duration::from_millis(500) * 2_u32.saturating_pow(attempt.min(6));
    let jitter = std::collections::hash_map::RandomState::new();
    let part = std::hash::BuildHasher::hash_one(&jitter, attempt) % 1000;
    let pause = base.mul_f64(0.5 + f64::from(u32::try_from(part).unwrap_or(0)) / 2000.0);
    pause.max(error.retry_after().unwrap_or_default())
}
