//! Errors of the catalog.

use std::error::Error as StdError;
use std::io;

/// An error of the database library.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// Errors of the catalog.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another target has this alias or name template.
    #[error("another target already has the {field} `{value}`")]
    Taken { field: &'static str, value: String },
    #[error("no space left for the database")]
    Full(#[source] Cause),
    /// The file of the database is damaged.
    #[error("the database failed")]
    Damaged(#[source] Cause),
    /// Another process has the database open.
    #[error("the database failed")]
    Busy(#[source] Cause),
    /// Any other error of the database library.
    #[error("the database failed")]
    Backend(#[source] Cause),
    /// The commit of this change has ended with an I/O error, so the change is made or not.
    #[error("outcome unknown: the database could not be written; look again when its disk works")]
    Undecided(#[source] Cause),
    /// An earlier commit has ended with an I/O error, and the database could not be opened again
    /// since. This change was not made.
    #[error(
        "the database could not be written, and is closed for changes until it can be opened again"
    )]
    Closed(#[source] Cause),
    /// A file beside the database cannot be used.
    #[error("a file of the data folder cannot be used")]
    Io(#[source] io::Error),
    /// A row holds a value that no version of this program writes.
    #[error("the database holds a broken record: {what}")]
    Broken { what: String },
    /// A newer program has changed the database.
    #[error("the database has version {found}, this program knows versions up to {known}")]
    TooNew { found: i64, known: i64 },
}

impl StoreError {
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::Broken { .. })
    }

    /// Returns true if it is unknown whether a change was made.
    pub fn is_undecided(&self) -> bool {
        matches!(self, Self::Undecided(_))
    }

    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

pub(crate) type Result<T> = std::result::Result<T, StoreError>;
