//! The catalog: everything that the server remembers.
//!
//! [`Store`] is its interface: targets, backups, jobs, sequential uploads and the journal of running
//! operations ([`journal`]). Every change is one transaction that is on the disk when the call
//! returns. [`Sqlite`] implements it; all SQL is in `sqlite/`, and no type of the database library
//! leaves that folder.
//!
//! The catalog knows neither files of backups nor HTTP. Begin reading with `catalog.rs`.

mod catalog;
mod data_place;
mod error;
pub mod journal;
mod object;
mod records;
mod sqlite;
mod types;

pub use self::catalog::Store;
pub use self::data_place::DataPlace;
pub use self::error::StoreError;
pub use self::object::{DirectoryName, Object, ObjectName};
pub use self::records::{
    Order, Present, SavedClock, Sent, Sequence, SequencePart, StoredBackup, StoredUpload, UploadKey,
};
pub use self::sqlite::{Sqlite, copy, create, exists, files, find_target, name_target, open};
pub use self::types::{
    BackupRow, Health, OperationId, Progress, TargetRow, TargetSum, TargetSums, Totals,
};
