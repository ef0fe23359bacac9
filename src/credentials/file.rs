//! Keys in files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use bchan_api::{ApiKey, InvalidKey, KeyFile};

use super::{CredentialError, Found};
use bchan_agent::atomic_file::{self, Access};

/// No key file is longer, in bytes. A wrong path must not read a disk into memory.
const LONGEST: u64 = 64 * 1024;

/// The party that is responsible for a file's permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user: what others can read is refused.
    User,
    /// systemd, which guards the folder around the file.
    System,
}

/// Reads a bare key, or the `{"key": "..."}` of a server.
pub(super) fn read(path: &Path, owner: Owner) -> Result<Found, CredentialError> {
    let unreadable = |source| CredentialError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    if owner == Owner::User && is_exposed(&file).map_err(unreadable)? {
        return Err(CredentialError::Exposed {
            path: path.to_owned(),
        });
    }
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    let key = parse(&text).map_err(|source| CredentialError::Invalid {
        path: path.to_owned(),
        source,
    })?;
    Ok(Found {
        key,
        place: path.display().to_string(),
        warnings: Vec::new(),
    })
}

/// Writes a key into a file that only its owner can read, in place of one that may be there.
pub(crate) fn write(path: &Path, key: &ApiKey) -> io::Result<()> {
    let line = format!("{}\n", key.expose());
    atomic_file::write(path, line.as_bytes(), Access::Private)
}

/// Makes sense of a bare key, or of the `{"key": "..."}` of a server.
pub(crate) fn parse(text: &str) -> Result<ApiKey, InvalidKey> {
    if text.trim_start().starts_with('{') {
        let file: KeyFile = serde_json::from_str(text).map_err(|_| InvalidKey)?;
        // What JSON can hold is not yet what a header can.
        file.key.expose().parse()
    } else {
        text.parse()
    }
}

/// Returns true if others than its owner can use the file. Only an administrator may let a group read it:
/// that is how a key is given to a service that runs under an account of its own. Pipes have
/// permissions, too, but no path by which another user could open them.
#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata()?;
    Ok(metadata.is_file() && is_shared(metadata.mode(), metadata.uid()))
}

#[cfg(unix)]
fn is_shared(mode: u32, owner: u32) -> bool {
    let allowed = if owner == 0 { 0o740 } else { 0o700 };
    mode & 0o777 & !allowed != 0
}

/// Elsewhere permissions are no bits.
#[cfg(not(unix))]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn takes_both_shapes_and_nothing_else() {
        assert_eq!(parse("bakch-1\n").unwrap().expose(), "bakch-1");
        assert_eq!(parse("{\"key\": \"bakch-2\"}").unwrap().expose(), "bakch-2");
        for text in [
            "",
            "{}",
            "{\"key\": 1}",
            "{\"key\": \"a\\nb\"}",
            "two words",
        ] {
            assert_eq!(parse(text), Err(InvalidKey), "{text}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_use_is_refused() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("key");
        fs::write(&path, "bakch-1").unwrap();
        let by_root = fs::metadata(&path).unwrap().uid() == 0;
        for (mode, refused) in [
            (0o600, false),
            (0o400, false),
            (0o640, !by_root),
            (0o604, true),
            (0o620, true),
            (0o602, true),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let found = read(&path, Owner::User);
            let exposed = matches!(found, Err(CredentialError::Exposed { .. }));
            assert_eq!(exposed, refused, "{mode:o}");
            assert!(read(&path, Owner::System).is_ok(), "{mode:o}");
        }
        assert!(is_shared(0o640, 1000) && !is_shared(0o440, 0) && is_shared(0o444, 0));
    }

    #[test]
    fn what_is_written_is_for_its_owner_alone() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("new").join("api-key");
        for text in ["bakch-1", "bakch-2"] {
            write(&path, &text.parse().unwrap()).unwrap();
            let found = read(&path, Owner::User).unwrap();
            assert_eq!(found.key.expose(), text);
            assert_eq!(found.warnings, Vec::<String>::new());
        }
    }

    #[test]
    fn a_folder_is_no_key() {
        let temp = tempfile::tempdir().unwrap();
        assert!(matches!(
            read(temp.path(), Owner::User),
            Err(CredentialError::Read { .. })
        ));
    }
}
