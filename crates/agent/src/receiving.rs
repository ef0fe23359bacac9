//! Steps that all downloads share.

use std::io::{Read, Write};
use std::path::Path;

use bchan_api::TargetType;

use crate::error::AgentError;
use crate::progress::Progress;
use crate::received::Found;
use crate::target_name;

/// Returns the local file name of a backup.
pub(crate) fn name_of(found: &Found) -> String {
    let proposed = found.file_name.as_deref().and_then(target_name::file_name);
    proposed.unwrap_or_else(|| {
        let suffix = if found.target.target_type == TargetType::Multi {
            ".tar.gz"
        } else {
            ""
        };
        let name = format!("{}-{}{suffix}", found.target.handle(), found.backup.id);
        target_name::file_name(&name).unwrap_or_else(|| "backup".to_owned())
    })
}

/// Compares a digest with the one that the server has; says whether it has one.
pub(crate) fn check(found: &Found, digest: &str) -> Result<bool, AgentError> {
    match &found.backup.hash {
        Some(expected) if !expected.eq_ignore_ascii_case(digest) => Err(AgentError::HashMismatch),
        expected => Ok(expected.is_some()),
    }
}

/// Copies everything, reading ahead, and returns its length in bytes.
pub(crate) fn copy<R: Read + Send>(
    reader: R,
    file: &mut (impl Write + ?Sized),
    path: &Path,
    progress: &dyn Progress,
) -> Result<u64, AgentError> {
    let copied = bchan_archive::read_ahead(reader, |ahead| {
        let mut length = 0;
        loop {
            let bytes = ahead
                .next_block()
                .map_err(AgentError::io("receiving", path))?;
            if bytes.is_empty() {
                return Ok(length);
            }
            file.write_all(bytes)
                .map_err(AgentError::io("writing", path))?;
            progress.bytes(bytes.len() as u64);
            length += bytes.len() as u64;
        }
    });
    copied.map_err(AgentError::io("receiving", path))?
}
