//! Files that are there as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Readers of a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone.
    Private,
    /// The users who could read it before; its owner alone if it is new.
    Kept,
    /// Every user.
    Public,
}

/// Makes a directory that only its owner can enter, and those above it that are missing.
pub(crate) fn create_private_dirs(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Puts content into a file, in place of what may be in it. A link stays a link.
pub fn write(path: &Path, content: &[u8], access: Access) -> io::Result<()> {
    let resolved = fs::canonicalize(path);
    let path = resolved.as_deref().unwrap_or(path);
    let folder = match path.parent() {
        None => return Err(io::ErrorKind::IsADirectory.into()),
        // A relative path of one part.
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
    };
    fs::create_dir_all(folder)?;
    let entries = File::open(folder)?;
    // Such files are made with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".bchan-")
        .tempfile_in(folder)?;
    match access {
        Access::Private => {}
        Access::Kept => {
            if let Ok(old) = fs::metadata(path) {
                file.as_file().set_permissions(old.permissions())?;
            }
        }
        Access::Public => publish(file.as_file())?,
    }
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    entries.sync_all()
}

/// Makes a file readable by every user.
#[cfg(unix)]
fn publish(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

/// Elsewhere its folder decides.
#[cfg(not(unix))]
fn publish(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn links_and_permissions_stay() {
        let temp = tempfile::tempdir().unwrap();
        let (file, link) = (temp.path().join("sub/file"), temp.path().join("link"));
        let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        write(&file, b"one", Access::Kept).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"two", Access::Kept).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(mode(), 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write(&link, b"all", Access::Public).unwrap();
        assert_eq!(mode(), 0o644);
        write(&link, b"three", Access::Private).unwrap();
        assert_eq!(mode(), 0o600);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_what_was_there() {
        let temp = tempfile::tempdir().unwrap();
        fs::create_dir(temp.path().join("dir")).unwrap();
        assert!(write(&temp.path().join("dir"), b"x", Access::Kept).is_err());
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
    }
}
