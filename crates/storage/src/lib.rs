//! The files of the server: the only crate that reads and writes backups on disk.
//!
//! [`durable`] has the steps that are on the disk when they return, [`layout`] says where everything
//! lies, [`staging`] takes in what arrives, [`relocate`] moves backups between file systems, and
//! [`sidecar`] keeps a record beside each backup. [`space`] keeps uploads from filling the disk.
//!
//! The crate knows no targets being changed, no jobs, no keys and no HTTP. Begin reading with
//! `layout.rs`.

pub mod content;
pub mod data_dir;
pub mod digest;
pub mod durable;
mod error;
pub mod in_use;
pub mod layout;
mod listed;
pub mod manifests;
pub mod name_template;
pub mod partials;
pub mod relocate;
pub mod sidecar;
pub mod space;
pub mod staging;

pub use self::error::StorageError;
