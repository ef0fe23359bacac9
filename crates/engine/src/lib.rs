//! The backup server without HTTP: uploads, changes, jobs, recovery and checks.
//!
//! [`Engine`] has the catalog and the layout of the storage, and everything that must be locked.
//! An upload goes through [`ingest`] (from bytes to a durable tree in a staging folder) and
//! [`publish`]; [`change`] plans every other change; [`ops`] carries all of them out by way of the
//! journal. [`policy`] decides which backups may go, and [`jobs`] act on it. [`check`] compares the
//! catalog with the disk while no server runs.
//!
//! Nothing here knows HTTP, JSON of requests, or keys. Errors have a [`Kind`], which the API maps to
//! a status. Begin reading with `engine.rs`, then `ops/mod.rs`.

mod access;
pub mod bases;
pub mod change;
pub mod check;
pub mod cleanup;
mod clock;
pub mod daily_quota;
pub mod directories;
mod engine;
mod error;
pub mod ingest;
pub mod jobs;
mod limits;
pub mod manifest;
pub mod open_backup;
pub mod ops;
pub mod policy;
pub mod publish;
pub mod sequential;
pub mod start;
pub mod verify;

pub use self::access::target_lock::LockedTarget;
pub use self::clock::Timekeeper;
pub use self::engine::Engine;
pub use self::error::{Error, Kind, chain, is_out_of_space};
pub use self::limits::{Limits, UnpackLimits};
