//! Records that the API does not show as they are stored.

use bchan_api::Backup;
use serde::{Deserialize, Serialize};

/// A backup together with what only the server needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredBackup {
    /// What the API shows.
    pub(crate) backup: Backup,
    /// Extension of the uploaded file with its dot; empty for trees.
    pub(crate) extension: String,
    /// Name of the file or directory, in the target's location or in the recycle bin.
    pub(crate) file_name: String,
}
