//! The bundled Backup-chan server.
//!
//! [`Server::start`] opens a data folder, finishes or undoes what a process that is gone has begun,
//! and serves the API until [`Server::shutdown`]. See `ARCHITECTURE.md` for the rooms.

mod app;
mod ask;
mod body;
mod browser;
mod change;
mod check;
mod clock;
mod closed;
mod config;
mod content;
mod control;
mod data_dir;
mod data_folder;
mod device;
mod digest;
mod durable;
mod engine;
mod engine_error;
mod error;
mod fault;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzz;
mod guard;
mod handlers;
mod health;
mod homes;
mod http;
#[cfg(feature = "import-mariadb")]
mod import;
mod ingest;
#[doc(hidden)]
pub mod inner;
mod inspect;
mod jobs;
mod journal;
mod key;
mod layout;
mod limits;
mod live;
mod lock;
mod locking;
mod locks;
mod log;
mod markers;
mod metrics;
mod mirror;
mod multipart;
mod open;
mod ops;
mod page;
mod peer;
mod policy;
mod private;
mod publish;
mod quota;
mod reach;
mod recovery;
mod relocate;
mod reply;
mod room;
mod router;
mod schedule;
mod sequence;
mod server;
mod sidecar_sync;
mod staging;
mod start;
mod storage_error;
mod store;
mod sweep;
mod template;
mod upload_form;
mod validate;

pub use check::{CheckError, CheckObserver, CheckOptions, CheckSummary, Finding, FindingKind};
pub use config::{
    Auth, Config, ConfigError, ConfigFile, DEFAULT_GRACE, DEFAULT_LISTEN, JobIntervals, LogLevel,
    Period, UnpackLimits,
};
pub use control::ControlError;
pub use data_folder::OpenError;
pub use guard::{Probe, ProbeError, TlsError, TlsFiles};
#[cfg(feature = "import-mariadb")]
pub use import::{
    Counts, Effect, ImportError, ImportFinding, ImportObserver, ImportOptions, ImportReport, import,
};
pub use key::{
    KeyError, NamedKey, Rights, key_path, list_keys, new_key, new_named_key, revoke_key,
};
pub use log::{LogFile, Masked};
pub use room::Reserve;
pub use server::Server;
pub use start::StartError;
pub use store::StoreError;

/// Writes a consistent copy of a data folder's database to the new file `to`, whether a server runs
/// or not. Returns its size in bytes.
pub fn backup_database(data: &std::path::Path, to: &std::path::Path) -> Result<u64, ControlError> {
    control::copy_database(data, to)
}

/// Compares the database of a data folder with the disk while no server runs, and repairs what it
/// finds if `options` say so.
pub fn check(
    config: &Config,
    options: CheckOptions,
    observer: &mut dyn CheckObserver,
) -> Result<CheckSummary, CheckError> {
    check::check(
        &config.data,
        &config.storage(),
        config.into(),
        options,
        observer,
    )
}
