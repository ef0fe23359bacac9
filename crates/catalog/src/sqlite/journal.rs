//! The journal of operations, and what each does to the records.

use rusqlite::{Connection, OptionalExtension as _};

use super::{backups, jobs, sequences, targets};
use crate::error::Result;
use crate::error::StoreError;
use crate::journal::Operation;
use crate::object::DirectoryName;
use crate::records::StoredUpload;
use crate::types::{OperationId, Progress};

pub(super) fn begin(connection: &Connection, operation: &Operation) -> Result<OperationId> {
    let body = serde_json::to_string(operation).map_err(|error| StoreError::Broken {
        what: error.to_string(),
    })?;
    connection
        .prepare_cached("INSERT INTO operations (body) VALUES (?1)")?
        .execute([body])?;
    let id = connection.last_insert_rowid();
    for directory in operation.left_directories() {
        connection
            .prepare_cached("INSERT OR IGNORE INTO former_homes VALUES (?1)")?
            .execute([directory.as_str()])?;
    }
    Ok(id)
}

pub(super) fn former_directories(connection: &Connection) -> Result<Vec<DirectoryName>> {
    let mut statement = connection.prepare_cached("SELECT path FROM former_homes")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    Ok(rows
        .map(|name| name.map(DirectoryName::new))
        .collect::<rusqlite::Result<_>>()?)
}

pub(super) fn forget_directory(connection: &Connection, directory: &DirectoryName) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM former_homes WHERE path = ?1")?
        .execute([directory.as_str()])?;
    Ok(())
}

pub(super) fn remove_operation(connection: &Connection, id: OperationId) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM operations WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

pub(super) fn mark_applied(connection: &Connection, id: OperationId) -> Result<()> {
    connection
        .prepare_cached("UPDATE operations SET applied = 1 WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

pub(super) fn progress(connection: &Connection, id: OperationId) -> Result<Option<Progress>> {
    let mut statement =
        connection.prepare_cached("SELECT applied FROM operations WHERE id = ?1")?;
    let applied = statement.query_row([id], |row| row.get(0)).optional()?;
    Ok(applied.map(from_flag))
}

fn from_flag(applied: bool) -> Progress {
    if applied {
        Progress::Applied
    } else {
        Progress::Begun
    }
}

pub(super) fn pending(connection: &Connection) -> Result<Vec<(OperationId, Operation, Progress)>> {
    let sql = "SELECT id, body, applied FROM operations ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_and_then([], |row| {
        let body: String = row.get(1)?;
        let operation: Operation =
            serde_json::from_str(&body).map_err(|error| StoreError::Broken {
                what: format!("an operation in the journal that cannot be read: {error}"),
            })?;
        Ok((row.get(0)?, operation, from_flag(row.get(2)?)))
    })?;
    rows.collect()
}

pub(super) fn apply(connection: &Connection, operation: &Operation) -> Result<()> {
    match operation {
        Operation::Publish {
            job,
            backup,
            key,
            sequence,
            ..
        } => {
            if let Some(sequence) = sequence {
                sequences::delete(connection, sequence)?;
            }
            if let Some((key, sent)) = key {
                let upload = StoredUpload {
                    job_id: *job,
                    backup_id: backup.backup.id.clone(),
                    sent: sent.clone(),
                };
                backups::note_upload(connection, key, &upload)?;
            }
            backups::insert(connection, backup)?;
            jobs::end(connection, *job, None)
        }
        Operation::Relocate { moves, edit, .. } => {
            for step in moves {
                backups::place(connection, &step.after)?;
            }
            edit.as_ref()
                .map_or(Ok(()), |edit| targets::replace(connection, &edit.target))
        }
        Operation::Delete {
            backups, target, ..
        } => {
            for doomed in backups {
                backups::delete(connection, &doomed.backup_id)?;
            }
            let Some(target) = target else { return Ok(()) };
            sequences::delete_of_target(connection, &target.id)?;
            targets::delete(connection, &target.id)
        }
    }
}
