//! The data folder that a command is about.

use std::path::PathBuf;

use crate::config::{ProcessEnvironment, data_dir};
use crate::error::CommandError;

/// Returns the data folder that the user named, or the default one.
pub(super) fn data_folder(given: Option<PathBuf>) -> Result<PathBuf, CommandError> {
    Ok(given.map_or_else(|| data_dir(&ProcessEnvironment), Ok)?)
}
