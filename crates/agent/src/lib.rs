//! The workflows of the client: uploads, downloads, migration, the spool and the local history.
//!
//! [`run()`] uploads under a [`RunGuard`]: one run per target, with a deadline and a size check.
//! [`download()`] fetches and checks a backup, [`migrate()`] copies backups between two servers, and
//! [`list()`] is the dry run of an upload. Workflows report through a [`Progress`].
//!
//! The crate prints nothing, and knows neither clap nor the server. Begin reading with `run.rs`, then
//! `upload.rs`.

mod amount;
pub mod atomic_file;
mod base;
mod cache;
pub mod characters;
mod confirm;
mod download;
mod dry_run;
mod error;
mod extract;
mod floor;
mod hashing;
mod hooks;
mod input;
mod job;
mod lock;
mod manifest;
mod migrate;
mod options;
mod pack_stream;
mod packing;
mod part;
mod pause;
mod plan;
mod prefetch;
mod produced;
mod progress;
mod received;
mod receiving;
mod report;
mod run;
mod run_guard;
mod save;
mod sequential;
mod shrink_survey;
mod shrunk;
mod spool;
mod staging;
mod state;
mod target_name;
mod unverified;
mod upload;
mod verify_archive;
mod work;

pub use self::amount::Amount;
pub use self::download::{Destination, DownloadOptions, DownloadReport, download};
pub use self::dry_run::{Left, ListOptions, Listed, Listing, list};
pub use self::error::AgentError;
pub use self::hooks::Hook;
pub use self::input::Input;
pub use self::job::ended_job;
pub use self::manifest::manifest;
pub use self::migrate::{MigrateOptions, MigrateReport, TargetReport, TargetStatus, migrate};
pub use self::options::UploadOptions;
pub use self::packing::{Compress, Look, Packing};
pub use self::plan::{BackupInput, check_names};
pub use self::progress::{Phase, Progress};
pub use self::received::Restore;
pub use self::report::{Delivered, Files, Outcome, Parts, UploadReport, Warning};
pub use self::run::run;
pub use self::run_guard::RunGuard;
pub use self::shrunk::{ShrinkLimit, Shrunk};
pub use self::spool::Spool;
pub use self::state::{LastRun, RunEnd, StateFolder, Success};
pub use self::target_name::new_target;
pub use self::upload::remove_created;
pub use self::work::ended;
