//! The bundled Backup-chan server: the JSON API, keys, health, metrics, the log and the scheduler.
//!
//! [`Server::start`] opens a data folder, recovers from a crash, and serves the API until
//! [`Server::shutdown`]. HTTP itself is in `bchan-http`, everything that a backup server does in
//! `bchan-engine`. This crate maps requests to the engine and its errors to statuses.
//!
//! It knows neither the client nor clap. Begin reading with `server.rs`, then `api/router.rs`.

mod api;
mod app;
mod auth;
mod config;
mod control;
mod health;
#[doc(hidden)]
pub mod inner;
mod intervals;
mod log;
mod metrics;
mod scheduler;
mod server;
mod start;

pub use auth::{
    Adopted, CertificateError, KeyError, NamedKey, NewCertificate, Rights, adopt_key, key_path,
    list_keys, name_of_target, new_certificate, new_key, new_named_key, revoke_key,
};
pub use bchan_engine::UnpackLimits;
pub use bchan_engine::check::{
    CheckError, CheckObserver, CheckOptions, CheckSummary, Finding, FindingKind,
};
pub use bchan_engine::start::data_folder::OpenError;
pub use bchan_http::{Probe, ProbeError, TlsError, TlsFiles};
pub use bchan_storage::space::Reserve;
pub use config::{Auth, Config, DEFAULT_GRACE, DEFAULT_LISTEN, Share};
pub use control::ControlError;
pub use intervals::JobIntervals;
pub use log::{LogFile, Masked};
pub use server::Server;
pub use start::StartError;

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
    bchan_engine::check::check(
        &config.data,
        &config.storage(),
        config.into(),
        options,
        observer,
    )
}

/// Makes a target of fields as the API takes them, by the rules of the API. On an error returns the
/// message.
pub fn target_from_fields(
    id: String,
    target_type: bchan_api::TargetType,
    fields: &serde_json::Map<String, serde_json::Value>,
) -> Result<bchan_api::Target, String> {
    use api::validate::{blank, edited};

    edited(blank(id, target_type), fields).map_err(|error| error.message)
}
