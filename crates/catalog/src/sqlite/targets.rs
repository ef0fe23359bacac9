//! Rows of targets.

use std::path::Path;

use bchan_api::{RecycleAction, RecycleCriteria, Target, TargetFilter, TargetType};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Result, StoreError};

const COLUMNS: &str = "id, name, target_type, recycle_criteria, recycle_value, recycle_action, \
    location, name_template, deduplicate, alias, min_backups, tags, max_daily_uploads";

/// SQLite looks at the value of a limit that is a plain parameter to choose its plan, and so makes
/// another one whenever it is bound.
fn page_sql() -> String {
    format!("SELECT {COLUMNS} FROM targets ORDER BY name, id LIMIT ?1 + 0 OFFSET ?2 + 0")
}

pub(super) fn page(connection: &Connection, offset: u64, limit: u64) -> Result<Vec<Target>> {
    let bound = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(&page_sql())?;
    let rows = statement.query_and_then([bound(limit), bound(offset)], read)?;
    rows.collect()
}

pub(super) fn search(connection: &Connection, filter: &TargetFilter) -> Result<Vec<Target>> {
    // `lower` knows the letters of ASCII and no others.
    let within = |column: &str, parameter: u8| {
        format!("(?{parameter} IS NULL OR instr(lower({column}), lower(?{parameter})) > 0)")
    };
    let same =
        |column: &str, parameter: u8| format!("(?{parameter} IS NULL OR {column} = ?{parameter})");
    let tagged = "NOT EXISTS (SELECT 1 FROM json_each(?9) AS wanted WHERE wanted.value NOT IN \
        (SELECT tag.value FROM json_each(targets.tags) AS tag))";
    let conditions = [
        within("name", 1),
        same("target_type", 2),
        same("recycle_criteria", 3),
        same("recycle_action", 4),
        within("location", 5),
        within("name_template", 6),
        same("deduplicate", 7),
        within("alias", 8),
        tagged.to_owned(),
    ]
    .join(" AND ");
    let sql = format!("SELECT {COLUMNS} FROM targets WHERE {conditions} ORDER BY name, id");
    let mut statement = connection.prepare_cached(&sql)?;
    let parameters = params![
        filter.name,
        filter.target_type.map(TargetType::as_str),
        filter.recycle_criteria.map(RecycleCriteria::as_str),
        filter.recycle_action.map(RecycleAction::as_str),
        filter.location,
        filter.name_template,
        filter.deduplicate,
        filter.alias,
        as_json(&filter.tags)?,
    ];
    let rows = statement.query_and_then(parameters, read)?;
    rows.collect()
}

/// Finds a target by its id, its alias, or its name if no other target has that.
pub(super) fn find(connection: &Connection, id_alias_or_name: &str) -> Result<Option<Target>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM targets WHERE id = ?1 OR alias = ?1 ORDER BY id <> ?1 LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query_and_then([id_alias_or_name], read)?;
    if let Some(target) = rows.next() {
        return target.map(Some);
    }
    let sql = format!("SELECT {COLUMNS} FROM targets WHERE name = ?1 LIMIT 2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut named = statement
        .query_and_then([id_alias_or_name], read)?
        .collect::<Result<Vec<_>>>()?;
    Ok(if named.len() == 1 { named.pop() } else { None })
}

pub(super) fn locations(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT DISTINCT location FROM targets")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn check_unique(connection: &Connection, target: &Target) -> Result<()> {
    let taken = |field: &'static str, value: &str| -> Result<()> {
        let sql = format!("SELECT 1 FROM targets WHERE {field} = ?1 AND id <> ?2");
        let mut statement = connection.prepare_cached(&sql)?;
        match statement
            .query_row([value, &target.id], |_| Ok(()))
            .optional()?
        {
            Some(()) => Err(StoreError::Taken {
                field,
                value: value.to_owned(),
            }),
            None => Ok(()),
        }
    };
    taken("name_template", &target.name_template)?;
    target
        .alias
        .as_deref()
        .map_or(Ok(()), |alias| taken("alias", alias))
}

pub(super) fn insert(connection: &Connection, target: &Target) -> Result<()> {
    check_unique(connection, target)?;
    let sql = format!(
        "INSERT INTO targets ({COLUMNS}) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
    );
    bind(connection, &sql, target)
}

pub(super) fn replace(connection: &Connection, target: &Target) -> Result<()> {
    check_unique(connection, target)?;
    let sql = "UPDATE targets SET name = ?2, target_type = ?3, recycle_criteria = ?4, \
        recycle_value = ?5, recycle_action = ?6, location = ?7, name_template = ?8, \
        deduplicate = ?9, alias = ?10, min_backups = ?11, tags = ?12, \
        max_daily_uploads = ?13 WHERE id = ?1";
    bind(connection, sql, target)
}

/// Rewrites absolute locations below one folder to the same ones below another, those of sequential
/// uploads too.
pub(super) fn move_locations(connection: &Connection, from: &Path, to: &Path) -> Result<usize> {
    let mut moved = 0;
    for table in ["targets", "sequences"] {
        let mut statement = connection.prepare(&format!("SELECT id, location FROM {table}"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(String, String)> = rows.collect::<rusqlite::Result<_>>()?;
        for (id, location) in rows {
            let Ok(rest) = Path::new(&location).strip_prefix(from) else {
                continue;
            };
            // Both are text: the start of a server has made sure of it.
            let location = to.join(rest).to_string_lossy().into_owned();
            let sql = format!("UPDATE {table} SET location = ?2 WHERE id = ?1");
            moved += connection.execute(&sql, params![id, location])?;
        }
    }
    Ok(moved)
}

fn bind(connection: &Connection, sql: &str, target: &Target) -> Result<()> {
    let tags = as_json(&target.tags)?;
    connection.prepare_cached(sql)?.execute(params![
        target.id,
        target.name,
        target.target_type.as_str(),
        target.recycle_criteria.as_str(),
        target.recycle_value,
        target.recycle_action.as_str(),
        target.location,
        target.name_template,
        target.deduplicate,
        target.alias,
        target.min_backups,
        tags,
        target.max_daily_uploads,
    ])?;
    Ok(())
}

fn as_json(tags: &[String]) -> Result<String> {
    serde_json::to_string(tags).map_err(|error| StoreError::Broken {
        what: error.to_string(),
    })
}

pub(super) fn delete(connection: &Connection, id: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM targets WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Target> {
    let text = |index| -> Result<String> { Ok(row.get(index)?) };
    Ok(Target {
        id: row.get(0)?,
        name: row.get(1)?,
        target_type: parse(&text(2)?)?,
        recycle_criteria: parse(&text(3)?)?,
        recycle_value: row.get(4)?,
        recycle_action: parse(&text(5)?)?,
        location: row.get(6)?,
        name_template: row.get(7)?,
        deduplicate: row.get(8)?,
        alias: row.get(9)?,
        min_backups: row.get(10)?,
        tags: serde_json::from_str(&text(11)?).map_err(|error| StoreError::Broken {
            what: error.to_string(),
        })?,
        max_daily_uploads: row.get(12)?,
    })
}

/// Reads a value that is stored by its wire name.
fn parse<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T> {
    text.parse().map_err(|what| StoreError::Broken { what })
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_page_is_planned_once() {
        let temp = tempfile::tempdir().unwrap();
        let store = crate::open(temp.path()).unwrap();
        let reader = store.reader().unwrap();
        for limit in 1..5 {
            page(&reader, limit, limit).unwrap();
        }
        let statement = reader.prepare_cached(&page_sql()).unwrap();
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        assert!(statement.get_status(StatementStatus::Run) > 1);
    }
}
