//! Wire types, routes and capabilities of the Backup-chan JSON API.
//!
//! Client and server share this crate and nothing else, so what one writes the other can read.
//! The types are plain serde; where real servers differ from the documented API, the field that
//! copes with it says so.

mod backup;
mod feature;
mod filter;
mod flag;
mod health;
mod job;
mod key;
mod object;
mod openapi;
mod response;
mod route;
mod sequence;
mod stats;
mod target;
mod time;

pub use backup::{Backup, BackupEdit, DeleteFiles};
pub use feature::{Feature, Features};
pub use filter::TargetFilter;
pub use health::{Health, HealthCheck, HealthSubject};
pub use job::{JobStatus, Jobs, ScheduledJob, UploadJob};
pub use key::{ApiKey, InvalidKey, KeyFile};
pub use object::Object;
pub use openapi::OPENAPI;
pub use response::{
    Accepted, BackupList, Created, Failure, LogText, Success, TargetList, TargetView,
};
pub use route::{Endpoint, Method, NoRoute, Route, Subject};
pub use sequence::{MOST_FILES, SequenceBegin, SequenceFile, SequenceView, TOO_MANY_FILES};
pub use stats::Stats;
pub use target::{NewTarget, RecycleAction, RecycleCriteria, Target, TargetEdit, TargetType};
pub use time::{HttpTime, Time, TimeError};

/// Names of the request and response headers that are not standard HTTP.
pub mod header {
    /// Response header in which a server lists its [`Features`](crate::Features).
    pub const FEATURES: &str = "backup-chan-features";
    /// Request header that makes an upload repeatable: the same value with the same API key and
    /// target never stores the same content twice.
    pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
    /// Request header with the hex SHA-256 of the only file of an upload, from a client that knows
    /// it before it sends: a server that has stored the upload needs no more to say so.
    pub const SHA256: &str = "backup-chan-sha256";
    /// Request header with a token that the client chooses: if the upload is interrupted, the next
    /// one can go on from what has arrived.
    pub const UPLOAD: &str = "bchan-upload";
    /// Request header that names what an incremental upload refers to: an earlier backup, `b=<id>`,
    /// and what has arrived of an interrupted upload, `p=<token>`.
    pub const BASE: &str = "bchan-base";
}

/// Words that tell failures of one status apart.
pub mod reason {
    /// An upload refers to a backup that does not have what it should (409): all of it must be sent.
    pub const BASE: &str = "base";
}

/// Names of the form fields of an upload.
pub mod form {
    /// A file of the backup; may come several times for a multi target.
    pub const BACKUP_FILE: &str = "backup_file";
    /// True if a person started the upload: `1` or `0`.
    pub const MANUAL: &str = "manual";
    /// The file of a sequential upload.
    pub const FILE: &str = "file";
    /// Directory of that file, from the backup's root on.
    pub const PATH: &str = "path";
    /// Name of that file.
    pub const NAME: &str = "name";
    /// Hex SHA-256 of the file part before it; understood by servers with
    /// [`Feature::Sha256`](crate::Feature::Sha256).
    pub const SHA256: &str = "sha256";
    /// True if pipes and devices in an archive are kept, `1`, or make the server refuse it; in front
    /// of the archive, and understood by servers with
    /// [`Feature::Metadata`](crate::Feature::Metadata).
    pub const SPECIAL: &str = "special";
    /// The [receipt](crate::Backup::receipt) of the tree in the only archive, after it; empty where
    /// the client has none. Understood by servers with
    /// [`Feature::Receipt`](crate::Feature::Receipt).
    pub const RECEIPT: &str = "receipt";
}
