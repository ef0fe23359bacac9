//! Keeping other users out of the data folder.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Removes the rights of other users on the data folder and the files of its database. Fails if
/// that is not possible, so that no other user can change them while the server runs.
pub fn tighten(data: &Path, files: &[PathBuf]) -> io::Result<()> {
    // Users that can only pass through a folder neither see nor change its content.
    tighten_one(data, 0o066)?;
    files.iter().try_for_each(|file| tighten_one(file, 0o077))
}

/// Makes `path` private if its mode has one of the bits `loose`.
fn tighten_one(path: &Path, loose: u32) -> io::Result<()> {
    let meta = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let mode = meta.mode() & 0o7777;
    if mode & loose == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode & !0o077)).map_err(|error| {
        let message = format!(
            "{} is open to other users (mode {mode:o}, owner {}), and that cannot be changed: {error}",
            path.display(),
            meta.uid()
        );
        io::Error::new(error.kind(), message)
    })?;
    let path = path.display();
    tracing::warn!(%path, mode = format!("{mode:o}"), "took the rights of other users away");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn what_others_can_read_or_write_is_made_private() {
        let temp = tempfile::tempdir().unwrap();
        let files = [temp.path().join("bchan.db")];
        let database = &files[0];
        fs::write(database, "x").unwrap();
        for loose in [0o755, 0o707, 0o770] {
            fs::set_permissions(temp.path(), Permissions::from_mode(loose)).unwrap();
            fs::set_permissions(database, Permissions::from_mode(loose & 0o666)).unwrap();
            tighten(temp.path(), &files).unwrap();
            assert_eq!((mode(temp.path()), mode(database)), (0o700, 0o600));
        }
        // Made so that others get to the storage in it.
        fs::set_permissions(temp.path(), Permissions::from_mode(0o711)).unwrap();
        tighten(temp.path(), &files).unwrap();
        assert_eq!(mode(temp.path()), 0o711);
    }
}
