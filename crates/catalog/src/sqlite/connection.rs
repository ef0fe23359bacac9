//! Connections to the database.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};

pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    let writer = connect(path)?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that was answered is on the disk, not only in the system's cache.
    writer.pragma_update(None, "synchronous", "FULL")?;
    Ok(writer)
}

/// Returns true if a commit that ended with this error may have been made all the same. A full disk and a
/// broken constraint are noticed before the frame that makes it valid is written.
pub(super) fn leaves_open(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, DatabaseBusy, DatabaseLocked, DiskFull};
    !matches!(
        error.sqlite_error_code(),
        Some(ConstraintViolation | DatabaseBusy | DatabaseLocked | DiskFull)
    )
}

pub(super) fn closed_writer() -> StoreError {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
    StoreError::Closed(rusqlite::Error::SqliteFailure(code, None).into())
}

pub(super) fn replaced() -> StoreError {
    let what = "another file has taken the place of the one in use".to_owned();
    StoreError::Broken { what }
}

/// Device and inode of a file.
pub(super) fn identity(path: &Path) -> Result<(u64, u64)> {
    let meta = fs::metadata(path).map_err(StoreError::Io)?;
    Ok((meta.dev(), meta.ino()))
}

/// Makes an empty file for a database, readable by its owner alone, if there is none. SQLite gives
/// the files beside a database the mode of the database.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A connection of the server. Never read-only for the VFS: that takes a shared lock in the place
/// of the exclusive one.
pub(super) fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(path, flags, c"unix-excl")?;
    configure(&connection, Duration::from_secs(30))?;
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A read connection of a process that is not the server, while no server runs.
pub(super) fn open_from_outside(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // The caller asks the server where one has the database.
    configure(&connection, Duration::ZERO)?;
    Ok(connection)
}

pub(super) fn copy_through(connection: &Connection, to: &Path) -> Result<u64> {
    let text = to.to_str().ok_or_else(|| {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "its path is not UTF-8");
        StoreError::Io(error)
    })?;
    // Open before it is written to, or an error of write-back may escape it. It must be empty.
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(to);
    let file = file.map_err(StoreError::Io)?;
    connection.execute("VACUUM INTO ?1", [text])?;
    file.sync_all().map_err(StoreError::Io)?;
    Ok(file.metadata().map_err(StoreError::Io)?.len())
}

pub(super) fn configure(connection: &Connection, patience: Duration) -> Result<()> {
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase};
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::Full(error.into()),
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged(error.into()),
            Some(DatabaseBusy) => Self::Busy(error.into()),
            _ => Self::Backend(error.into()),
        }
    }
}
