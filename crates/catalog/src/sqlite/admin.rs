//! Opening, making and copying the database of a data folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::OptionalExtension as _;

use super::connection::{copy_through, open_from_outside};
use super::database::Sqlite;
use crate::data_place::DATABASE;
use crate::error::{Result, StoreError};

/// Opens the database in a data folder, making or upgrading it as needed.
pub fn open(data: &Path) -> Result<Sqlite> {
    Sqlite::open(&data.join(DATABASE))
}

/// Makes a database for a data folder that has lost its own, and is called so.
pub fn create(data: &Path, instance: &str) -> Result<Sqlite> {
    let store = open(data)?;
    store.rename(instance)
}

/// Returns true if a data folder has a database. An empty file does not count: file systems leave
/// such files after a crash.
pub fn exists(data: &Path) -> Result<bool> {
    match fs::metadata(data.join(DATABASE)) {
        Ok(meta) => Ok(meta.len() > 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StoreError::Io(error)),
    }
}

/// The files that a database consists of.
pub fn files(data: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| data.join(format!("{DATABASE}{suffix}")))
}

/// Writes a consistent copy of the database of a data folder to `to` and returns its size in bytes.
/// No server may run over the data folder.
pub fn copy(data: &Path, to: &Path) -> Result<u64> {
    copy_through(&open_from_outside(&data.join(DATABASE))?, to)
}

/// Returns the id of the target with this id or alias. No server may run over the data folder.
pub fn find_target(data: &Path, id_or_alias: &str) -> Result<Option<String>> {
    let connection = open_from_outside(&data.join(DATABASE))?;
    let sql = "SELECT id FROM targets WHERE id = ?1 OR alias = ?1 ORDER BY id = ?1 DESC LIMIT 1";
    let found = connection.query_row(sql, [id_or_alias], |row| row.get(0));
    Ok(found.optional()?)
}

/// Returns the alias of the target with this id, or its name if it has none.
pub fn name_target(data: &Path, id: &str) -> Result<Option<String>> {
    let connection = open_from_outside(&data.join(DATABASE))?;
    let sql = "SELECT coalesce(alias, name) FROM targets WHERE id = ?1";
    let found = connection.query_row(sql, [id], |row| row.get(0));
    Ok(found.optional()?)
}
