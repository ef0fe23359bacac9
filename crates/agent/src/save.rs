//! Keeping a download as one file.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use bchan_api::TargetType;
use tempfile::NamedTempFile;

use crate::error::AgentError;
use crate::hashing::Hashing;
use crate::prefetch::Incoming;
use crate::progress::Progress;
use crate::received::{Found, Written};
use crate::{part, target_name};

/// Writes a download under its name into a directory. The name is there only when all is.
pub(crate) fn save(
    reader: Incoming,
    directory: &Path,
    found: &Found,
    progress: &dyn Progress,
) -> Result<Written, AgentError> {
    let path = directory.join(name_of(found));
    fs::create_dir_all(directory).map_err(AgentError::io("creating", directory))?;
    if fs::symlink_metadata(&path).is_ok() {
        return Err(AgentError::Exists { path });
    }
    part::sweep(directory);
    let mut file = new_part(directory).map_err(AgentError::io("creating a file in", directory))?;
    progress.entry(&path);
    let mut reader = Hashing::new(reader, found);
    let bytes = copy(&mut reader, file.as_file_mut(), &path, progress)?;
    let compared = match reader.digest() {
        Some(digest) => check(found, &digest)?,
        None => false,
    };
    file.as_file()
        .sync_all()
        .map_err(AgentError::io("writing", &path))?;
    file.persist_noclobber(&path)
        .map_err(|failure| match failure.error.kind() {
            io::ErrorKind::AlreadyExists => AgentError::Exists { path: path.clone() },
            _ => AgentError::io("creating", &path)(failure.error),
        })?;
    Ok(Written {
        path,
        compared,
        attributes: false,
        files: 1,
        bytes,
        not_restored: 0,
        warnings: Vec::new(),
    })
}

fn new_part(directory: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new()
            .prefix(part::PREFIX)
            .suffix(part::SUFFIX)
            .tempfile_in(directory)?;
        if part::claim(file.as_file())? {
            return Ok(file);
        }
    }
}

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
    file: &mut impl Write,
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
