//! Paths that mean the same wherever a run starts.

use std::path::{Path, PathBuf};

use crate::config::UnattendedOptions;
use crate::error::CommandError;

/// A path that means the same wherever a run starts. A leading `~` stays.
pub(crate) fn anchored(path: impl AsRef<Path>) -> Result<PathBuf, CommandError> {
    let path = path.as_ref();
    if path.starts_with("~") {
        return Ok(path.to_owned());
    }
    let absolute = std::path::absolute(path).map_err(CommandError::failed)?;
    if absolute.to_str().is_none() {
        let message = format!(
            "{} is not UTF-8, as all in the configuration must be",
            path.display()
        );
        return Err(CommandError::usage(message).hint("name the folder that it is in"));
    }
    Ok(absolute)
}

/// The same for paths of files that rules name.
pub(crate) fn anchor_all(paths: &mut [PathBuf]) -> Result<(), CommandError> {
    for path in paths {
        *path = anchored(&*path)?;
    }
    Ok(())
}

/// The same for the spool of a preset.
pub(crate) fn anchored_spool(
    options: UnattendedOptions,
) -> Result<UnattendedOptions, CommandError> {
    let spool = options.spool.as_ref().map(anchored).transpose()?;
    Ok(UnattendedOptions { spool, ..options })
}
