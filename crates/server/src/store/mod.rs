//! The catalog: all that the server remembers. All SQL of the crate is in `sqlite`, behind
//! [`Store`].

mod catalog;
mod error;
mod place;
mod records;
mod sqlite;
mod types;

pub(crate) use self::catalog::Store;
pub use self::error::StoreError;
pub(crate) use self::place::DataPlace;
pub(crate) use self::records::{
    Order, Present, SavedClock, Sent, Sequence, SequencePart, StoredBackup, StoredUpload, UploadKey,
};
pub(crate) use self::sqlite::{Sqlite, copy, create, exists, files, find_target, open};
pub(crate) use self::types::{Health, OperationId, Progress, TargetSum, TargetSums};
