//! Rows of jobs and of the schedule.

use bchan_api::{HttpTime, JobStatus, Time, UploadJob};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::totals;
use crate::error::{Result, StoreError};

/// Jobs that are remembered after they have ended.
const HISTORY: i64 = 1000;

const STATUSES: [(JobStatus, &str); 4] = [
    (JobStatus::Idle, "IDLE"),
    (JobStatus::Running, "RUNNING"),
    (JobStatus::Finished, "FINISHED"),
    (JobStatus::Error, "ERROR"),
];

fn name_of(status: JobStatus) -> &'static str {
    STATUSES
        .iter()
        .find(|entry| entry.0 == status)
        .map_or("ERROR", |entry| entry.1)
}

pub(super) fn create(
    connection: &Connection,
    name: &str,
    status: JobStatus,
    target: Option<&str>,
) -> Result<i64> {
    let started = (status == JobStatus::Running).then(|| Time::now().unix_seconds());
    let sql = "INSERT INTO jobs (name, status, start_time, target_id) VALUES (?1, ?2, ?3, ?4)";
    connection
        .prepare_cached(sql)?
        .execute(params![name, name_of(status), started, target])?;
    let id = connection.last_insert_rowid();
    let sql = "DELETE FROM jobs WHERE id <= ?1 AND status IN ('FINISHED', 'ERROR')";
    connection.prepare_cached(sql)?.execute([id - HISTORY])?;
    Ok(id)
}

pub(super) fn start(connection: &Connection, id: i64) -> Result<()> {
    let sql = "UPDATE jobs SET status = 'RUNNING', start_time = ?2 WHERE id = ?1";
    connection
        .prepare_cached(sql)?
        .execute([id, Time::now().unix_seconds()])?;
    Ok(())
}

pub(super) fn note(connection: &Connection, id: i64, message: &str) -> Result<()> {
    connection
        .prepare_cached("UPDATE jobs SET message = ?2 WHERE id = ?1")?
        .execute(params![id, message])?;
    Ok(())
}

pub(super) fn end(connection: &Connection, id: i64, failure: Option<&str>) -> Result<()> {
    let status = if failure.is_some() {
        JobStatus::Error
    } else {
        JobStatus::Finished
    };
    let sql = "UPDATE jobs SET status = ?2, end_time = ?3, message = coalesce(?4, message) \
        WHERE id = ?1";
    let end = Time::now().unix_seconds();
    connection
        .prepare_cached(sql)?
        .execute(params![id, name_of(status), end, failure])?;
    Ok(())
}

pub(super) fn fail_unfinished(connection: &Connection, failure: &str) -> Result<()> {
    let sql = "UPDATE jobs SET status = 'ERROR', end_time = ?1, message = ?2 \
        WHERE status IN ('IDLE', 'RUNNING')";
    connection
        .prepare_cached(sql)?
        .execute(params![Time::now().unix_seconds(), failure])?;
    Ok(())
}

pub(super) fn recent(connection: &Connection, only: Option<&[String]>) -> Result<Vec<UploadJob>> {
    let sql = "SELECT id, name, status, start_time, end_time, message, target_id FROM jobs \
        WHERE ?1 IS NULL OR target_id IN (SELECT value FROM json_each(?1)) ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_and_then([totals::list(only)?], read)?;
    rows.collect()
}

pub(super) fn next_run(connection: &Connection, name: &str) -> Result<Option<Time>> {
    let mut statement =
        connection.prepare_cached("SELECT next_run FROM schedule WHERE name = ?1")?;
    let seconds = statement.query_row([name], |row| row.get(0)).optional()?;
    Ok(seconds.map(Time::from_unix_seconds))
}

pub(super) fn set_next_run(connection: &Connection, name: &str, at: Time) -> Result<()> {
    let sql = "INSERT INTO schedule VALUES (?1, ?2) \
        ON CONFLICT (name) DO UPDATE SET next_run = excluded.next_run";
    connection
        .prepare_cached(sql)?
        .execute(params![name, at.unix_seconds()])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<UploadJob> {
    let time = |index| -> rusqlite::Result<HttpTime> {
        let seconds: Option<i64> = row.get(index)?;
        Ok(HttpTime(seconds.map(Time::from_unix_seconds)))
    };
    let status: String = row.get(2)?;
    let known = STATUSES.iter().find(|entry| entry.1 == status);
    Ok(UploadJob {
        id: row.get(0)?,
        name: row.get(1)?,
        status: known
            .map(|entry| entry.0)
            .ok_or_else(|| StoreError::Broken {
                what: format!("a job with status `{status}`"),
            })?,
        start_time: time(3)?,
        end_time: time(4)?,
        message: row.get(5)?,
        target_id: row.get(6)?,
    })
}
