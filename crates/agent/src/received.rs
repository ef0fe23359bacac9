//! Types that the steps of a download share.

use std::path::PathBuf;

use bchan_api::{Backup, Target};

use crate::amount::Amount;
use crate::report::Warning;

/// Metadata to restore besides contents, modes and times.
#[derive(Clone, Copy, Debug)]
pub struct Restore {
    /// Owners, as far as one may.
    pub owners: bool,
    /// Set-id bits, attributes with a meaning for the system, and devices.
    pub privileged: bool,
}

/// Outcome of writing a download.
pub(crate) struct Written {
    pub path: PathBuf,
    /// True if the server has a hash with which it was compared.
    pub compared: bool,
    /// True if everything else was compared with the receipt, too.
    pub attributes: bool,
    pub amount: Amount,
    pub not_restored: u64,
    pub warnings: Vec<Warning>,
}

/// A backup and what is needed to write it down.
#[derive(Clone)]
pub(crate) struct Found {
    pub target: Target,
    pub backup: Backup,
    /// File name that the server sent.
    pub file_name: Option<String>,
    /// True if the server hashes trees as we do, down to the last link.
    pub same_hash: bool,
    /// True if owners, pipes and devices in it are those that were uploaded.
    pub keeps: bool,
    pub restore: Restore,
}
