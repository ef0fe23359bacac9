//! Reports of downloads, and what all transfers share.

use bchan_agent::Amount;
use bchan_api::Backup;
use serde::Serialize;

use super::{Page, View, clean, count};

/// Something that is missing or odd in a transfer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Warning {
    /// Which file.
    pub(crate) path: String,
    pub(crate) problem: String,
}

/// Outcome of a download.
#[derive(Debug, Serialize)]
pub(crate) struct Download {
    /// The backup.
    pub(crate) backup: Backup,
    /// The file or the folder that now holds it.
    pub(crate) path: String,
    /// An archive that was not unpacked is one file.
    #[serde(flatten)]
    pub(crate) amount: Amount,
    /// Problems with entries.
    pub(crate) warnings: Vec<Warning>,
}

/// Outcome of a verification.
#[derive(Debug, Serialize)]
pub(crate) struct Verification {
    /// The backup.
    pub(crate) backup: Backup,
    /// True if it was compared with a hash of the server's.
    pub(crate) verified: bool,
    /// True if links, folders, modes, times, owners and attributes were compared, too.
    pub(crate) attributes: bool,
    #[serde(flatten)]
    pub(crate) amount: Amount,
}

impl View for Verification {
    const REPORT: bool = true;

    fn text(&self, page: &Page) -> String {
        let id = clean(&self.backup.id);
        let what = amount(self.amount, page);
        if self.verified {
            format!("backup {id} is what was stored: {what}\n")
        } else {
            format!("backup {id} can be read: {what}\n")
        }
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(vec![self.backup.id.clone()])
    }
}

impl View for Download {
    const REPORT: bool = true;

    fn text(&self, page: &Page) -> String {
        let what = amount(self.amount, page);
        format!("received {what} into {}\n", clean(&self.path))
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(vec![self.backup.id.clone()])
    }
}

/// An amount within a sentence.
pub(super) fn amount(amount: Amount, page: &Page) -> String {
    let Amount {
        entries,
        files,
        bytes,
    } = amount;
    let size = page.size(bytes);
    let files = count(files, "file");
    if amount.entries == amount.files {
        return format!("{files}, {size}");
    }
    let entries = if entries == 1 { "entry" } else { "entries" };
    format!("{} {entries} ({files}), {size}", amount.entries)
}
