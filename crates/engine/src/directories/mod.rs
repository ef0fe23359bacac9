//! The directories that hold backups: whether they are there, and the records in them.

mod checked;
pub mod markers;
pub mod sidecar_sync;
