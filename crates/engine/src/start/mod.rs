//! Opening a data folder, and recovery after a crash.

pub mod data_folder;
pub mod recovery;
