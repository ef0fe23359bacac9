//! Sums over targets and backups.

use rusqlite::{Connection, Row};

use crate::error::{Result, StoreError};
use crate::types::Totals;

/// One statement, so that all numbers are of the same moment.
const SQL: &str = "
    SELECT
        (SELECT count(*) FROM targets
            WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1))),
        count(*),
        count(*) FILTER (WHERE is_recycled),
        coalesce(sum(filesize) FILTER (WHERE NOT is_recycled), 0),
        coalesce(sum(filesize) FILTER (WHERE is_recycled), 0)
    FROM backups
    WHERE ?1 IS NULL OR target_id IN (SELECT value FROM json_each(?1))";

/// A list of ids as statements take it.
pub(super) fn list(ids: Option<&[String]>) -> Result<Option<String>> {
    let list = ids.map(serde_json::to_string).transpose();
    list.map_err(|error| StoreError::Broken {
        what: error.to_string(),
    })
}

pub(super) fn read(connection: &Connection, only: Option<&[String]>) -> Result<Totals> {
    let only = list(only)?;
    let number = |row: &Row<'_>, index| -> rusqlite::Result<u64> {
        // No count and no size is below zero.
        Ok(row.get::<_, i64>(index)?.unsigned_abs())
    };
    let read = |row: &Row<'_>| {
        Ok(Totals {
            targets: number(row, 0)?,
            backups: number(row, 1)?,
            recycled: number(row, 2)?,
            target_size: number(row, 3)?,
            bin_size: number(row, 4)?,
        })
    };
    Ok(connection.prepare_cached(SQL)?.query_row([only], read)?)
}
