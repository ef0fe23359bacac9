//! The journal of operations, and what each does to the records.

use rusqlite::Connection;

use super::{Result, backups, jobs, targets};
use crate::ops::Operation;
use crate::store::{OperationId, StoreError};

pub(super) fn begin(connection: &Connection, operation: &Operation) -> Result<OperationId> {
    let body = serde_json::to_string(operation).map_err(|error| StoreError::Broken {
        what: error.to_string(),
    })?;
    connection
        .prepare_cached("INSERT INTO operations (body) VALUES (?1)")?
        .execute([body])?;
    Ok(connection.last_insert_rowid())
}

pub(super) fn strike(connection: &Connection, id: OperationId) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM operations WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

pub(super) fn pending(connection: &Connection) -> Result<Vec<(OperationId, Operation)>> {
    let mut statement = connection.prepare_cached("SELECT id, body FROM operations ORDER BY id")?;
    let rows = statement.query_and_then([], |row| {
        let body: String = row.get(1)?;
        let operation = serde_json::from_str(&body).map_err(|error| StoreError::Broken {
            what: format!("an operation in the journal that cannot be read: {error}"),
        })?;
        Ok((row.get(0)?, operation))
    })?;
    rows.collect()
}

pub(super) fn apply(connection: &Connection, operation: &Operation) -> Result<()> {
    match operation {
        Operation::Publish {
            job, backup, key, ..
        } => {
            if let Some(key) = key {
                backups::note_upload(connection, key, *job, &backup.backup.id)?;
            }
            backups::insert(connection, backup)?;
            jobs::end(connection, *job, None)
        }
        Operation::Relocate { moves, target } => {
            for step in moves {
                backups::place(connection, &step.backup_id, step.recycled, &step.file_name)?;
            }
            target
                .as_ref()
                .map_or(Ok(()), |target| targets::replace(connection, target))
        }
        Operation::Delete { backups, target } => {
            for doomed in backups {
                backups::delete(connection, &doomed.backup_id)?;
            }
            target
                .as_ref()
                .map_or(Ok(()), |target| targets::delete(connection, &target.id))
        }
    }
}
