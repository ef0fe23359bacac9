//! Single values, and the markers of directories.

use rusqlite::{Connection, OptionalExtension as _};

use crate::error::Result;

pub(super) fn get(connection: &Connection, key: &str) -> Result<Option<String>> {
    let sql = "SELECT value FROM meta WHERE key = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

pub(super) fn set(connection: &Connection, key: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2";
    connection.prepare_cached(sql)?.execute([key, value])?;
    Ok(())
}

pub(super) fn markers(connection: &Connection) -> Result<Vec<(String, String)>> {
    let mut statement = connection.prepare_cached("SELECT directory, id FROM markers")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn marker(connection: &Connection, directory: &str) -> Result<Option<String>> {
    let sql = "SELECT id FROM markers WHERE directory = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([directory], |row| row.get(0));
    Ok(found.optional()?)
}

pub(super) fn remember_marker(connection: &Connection, directory: &str, id: &str) -> Result<()> {
    let sql = "INSERT INTO markers VALUES (?1, ?2) ON CONFLICT (directory) DO UPDATE SET id = ?2";
    connection.prepare_cached(sql)?.execute([directory, id])?;
    Ok(())
}

pub(super) fn forget_marker(connection: &Connection, directory: &str) -> Result<()> {
    let sql = "DELETE FROM markers WHERE directory = ?1";
    connection.prepare_cached(sql)?.execute([directory])?;
    Ok(())
}
