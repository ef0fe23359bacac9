//! Options of an upload.

use bchan_client::RateLimit;

use crate::packing::Packing;
use crate::plan::BackupInput;

/// Options of an upload.
#[derive(Clone, Debug)]
pub struct UploadOptions {
    /// Id or alias of the target.
    pub target: String,
    pub what: BackupInput,
    pub packing: Packing,
    /// How fast it goes.
    pub limit: Option<RateLimit>,
    /// True if a person does it.
    pub manual: bool,
    /// True if to make the target when it is missing.
    pub create: bool,
    /// True if to wait for the server's job.
    pub wait: bool,
    /// How often to try again.
    pub retries: u32,
    /// True if nothing at all is a backup, too.
    pub allow_empty: bool,
    /// Idempotency key, which makes it safe to send the upload again; random by default.
    pub idempotency_key: Option<String>,
}
