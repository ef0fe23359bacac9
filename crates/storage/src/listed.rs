//! Listing files that are named by an id.

use std::fs;
use std::io;
use std::path::Path;

/// The names of the files in a folder that end with `suffix`, without it, sorted.
pub(crate) fn ids(folder: &Path, suffix: &str) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(suffix));
        ids.extend(id.filter(|id| !id.starts_with('.')).map(str::to_owned));
    }
    ids.sort();
    Ok(ids)
}
