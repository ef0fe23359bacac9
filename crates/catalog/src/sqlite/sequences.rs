//! Rows of sequential uploads and their files.

use bchan_api::{SequenceFile, Time};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::error::{Result, StoreError};
use crate::records::{Sequence, SequencePart};

const COLUMNS: &str = "id, target_id, manual, location, active";

pub(super) fn all(connection: &Connection) -> Result<Vec<Sequence>> {
    let sql = format!("SELECT {COLUMNS} FROM sequences ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn of_target(connection: &Connection, target_id: &str) -> Result<Option<Sequence>> {
    let sql = format!("SELECT {COLUMNS} FROM sequences WHERE target_id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([target_id], read).optional()?)
}

pub(super) fn begin(
    connection: &Connection,
    sequence: &Sequence,
    files: &[SequenceFile],
) -> Result<()> {
    let sql = format!("INSERT INTO sequences ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5)");
    connection.prepare_cached(&sql)?.execute(params![
        sequence.id,
        sequence.target_id,
        sequence.manual,
        sequence.location,
        sequence.active.unix_seconds(),
    ])?;
    let sql =
        "INSERT INTO sequence_files (sequence_id, number, path, name) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = connection.prepare_cached(sql)?;
    for (number, file) in (0_i64..).zip(files) {
        insert.execute(params![sequence.id, number, file.path, file.name])?;
    }
    Ok(())
}

pub(super) fn files(
    connection: &Connection,
    id: &str,
    from: u64,
    count: u64,
) -> Result<Vec<SequencePart>> {
    let sql = "SELECT path, name, size, digest FROM sequence_files WHERE sequence_id = ?1 \
        AND number >= ?2 ORDER BY number LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![id, number(from), number(count)], read_part)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn file(
    connection: &Connection,
    id: &str,
    path: &str,
    name: &str,
) -> Result<Option<SequencePart>> {
    let sql = "SELECT path, name, size, digest FROM sequence_files \
        WHERE sequence_id = ?1 AND path = ?2 AND name = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement
        .query_row([id, path, name], read_part)
        .optional()?)
}

/// Records a file that has arrived.
pub(super) fn arrived(
    connection: &Connection,
    id: &str,
    part: &SequencePart,
    now: Time,
) -> Result<()> {
    let (size, digest) = part.content.ok_or_else(|| StoreError::Broken {
        what: "a file that has arrived without content".to_owned(),
    })?;
    let sql = "UPDATE sequence_files SET size = ?4, digest = ?5 \
        WHERE sequence_id = ?1 AND path = ?2 AND name = ?3";
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    connection
        .prepare_cached(sql)?
        .execute(params![id, part.path, part.name, size, digest])?;
    touch(connection, id, now)
}

/// Something has happened.
pub(super) fn touch(connection: &Connection, id: &str, now: Time) -> Result<()> {
    connection
        .prepare_cached("UPDATE sequences SET active = ?2 WHERE id = ?1")?
        .execute(params![id, now.unix_seconds()])?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, id: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM sequences WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

pub(super) fn delete_of_target(connection: &Connection, target_id: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM sequences WHERE target_id = ?1")?
        .execute([target_id])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Sequence> {
    Ok(Sequence {
        id: row.get(0)?,
        target_id: row.get(1)?,
        manual: row.get(2)?,
        location: row.get(3)?,
        active: Time::from_unix_seconds(row.get(4)?),
    })
}

fn read_part(row: &Row<'_>) -> rusqlite::Result<SequencePart> {
    let size: Option<i64> = row.get(2)?;
    let digest: Option<[u8; 32]> = row.get(3)?;
    Ok(SequencePart {
        path: row.get(0)?,
        name: row.get(1)?,
        content: size
            .zip(digest)
            .map(|(size, digest)| (u64::try_from(size).unwrap_or(0), digest)),
    })
}
