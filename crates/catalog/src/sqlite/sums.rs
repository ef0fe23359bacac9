//! Sums over the backups of each target.

use bchan_api::Time;
use rusqlite::{Connection, Row};

use super::totals;
use crate::error::Result;
use crate::types::{TargetRow, TargetSum, TargetSums};

/// One statement, so that all numbers are of the same moment. Rows come as the targets were made:
/// whichever have series of their own keep them. Of the one aggregate `max`, SQLite takes plain
/// columns from the same row: the time of creation is that of the backup that arrived last.
const SQL: &str = "
    SELECT
        t.id,
        t.name,
        count(b.target_id) FILTER (WHERE NOT b.is_recycled),
        count(b.target_id) FILTER (WHERE b.is_recycled),
        coalesce(sum(b.filesize) FILTER (WHERE NOT b.is_recycled), 0),
        coalesce(sum(b.filesize) FILTER (WHERE b.is_recycled), 0),
        count(b.target_id) FILTER (WHERE b.hash_mismatch),
        b.created_at,
        max(b.number)
    FROM targets t LEFT JOIN backups b ON b.target_id = t.id
    WHERE ?1 IS NULL OR t.id IN (SELECT value FROM json_each(?1))
    GROUP BY t.rowid
    ORDER BY t.rowid";

pub(super) fn read(
    connection: &Connection,
    only: Option<&[String]>,
    most: usize,
) -> Result<TargetSums> {
    let mut statement = connection.prepare_cached(SQL)?;
    let mut rows = statement.query([totals::list(only)?])?;
    let mut sums = TargetSums::default();
    while let Some(row) = rows.next()? {
        let sum = sum(row)?;
        sums.count += 1;
        if sums.targets.len() < most {
            let (id, name) = (row.get(0)?, row.get(1)?);
            sums.targets.push(TargetRow { id, name, sum });
        } else {
            let others = sums.others.take();
            sums.others = Some(others.map_or(sum, |others| add(others, sum)));
        }
    }
    Ok(sums)
}

fn sum(row: &Row<'_>) -> rusqlite::Result<TargetSum> {
    // No count and no size is below zero.
    let number = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
    Ok(TargetSum {
        present: number(2)?,
        recycled: number(3)?,
        size: number(4)?,
        recycled_size: number(5)?,
        unhealthy: number(6)?,
        newest: row.get::<_, Option<i64>>(7)?.map(Time::from_unix_seconds),
    })
}

fn add(a: TargetSum, b: TargetSum) -> TargetSum {
    TargetSum {
        present: a.present + b.present,
        recycled: a.recycled + b.recycled,
        size: a.size.saturating_add(b.size),
        recycled_size: a.recycled_size.saturating_add(b.recycled_size),
        unhealthy: a.unhealthy + b.unhealthy,
        // The worst one first.
        newest: a.newest.into_iter().chain(b.newest).min(),
    }
}

pub(super) fn locations_in_use(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT location FROM targets WHERE EXISTS
        (SELECT 1 FROM backups WHERE target_id = targets.id AND NOT is_recycled)";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::super::migrations;
    use super::*;

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::migrate(&mut connection).unwrap();
        connection
    }

    fn target(connection: &Connection, id: &str) {
        let sql = "INSERT INTO targets (id, name, target_type, recycle_criteria, recycle_action,
            location, name_template, deduplicate, alias, tags) VALUES
            (?1, ?1, 'multi', 'none', 'recycle', ?1, ?1 || '-$I', 0, ?1, '[]')";
        connection.execute(sql, [id]).unwrap();
    }

    fn backup(connection: &Connection, target: &str, at: i64, recycled: bool, broken: bool) {
        // In the order of the calls, whatever the time.
        let sql = "INSERT INTO backups (id, target_id, created_at, manual, is_recycled, filesize,
            hash_mismatch, extension, file_name, number) VALUES
            (?2 || ?1, ?1, ?2, 0, ?3, 10, ?4, '', '', (SELECT count(*) + 1 FROM backups))";
        let values = params![target, at, recycled, broken];
        connection.execute(sql, values).unwrap();
    }

    /// With many backups, anything else takes many times as long.
    #[test]
    fn nothing_but_an_index_is_read() {
        let connection = database();
        let plan = format!("EXPLAIN QUERY PLAN {SQL}");
        let mut plan = connection.prepare(&plan).unwrap();
        let lines = plan.query_map([None::<String>], |row| row.get::<_, String>(3));
        let lines: Vec<_> = lines.unwrap().flatten().collect();
        let found = lines.iter().find(|line| line.contains("SEARCH b"));
        assert!(
            found.unwrap().contains("COVERING INDEX backups_by_sums"),
            "{lines:?}"
        );
    }

    #[test]
    fn the_oldest_have_a_name_and_the_others_are_one() {
        let connection = database();
        // Not in the order of their ids.
        for id in ["z", "a", "m", "b"] {
            target(&connection, id);
        }
        for (id, at, recycled, broken) in [
            // The clock was ahead.
            ("a", 900, false, false),
            ("a", 7, true, true),
            ("m", 20, true, false),
            ("m", 100, false, true),
            ("b", 50, false, true),
        ] {
            backup(&connection, id, at, recycled, broken);
        }
        let sums = read(&connection, None, 2).unwrap();
        let names: Vec<_> = sums.targets.iter().map(|row| &*row.id).collect();
        assert_eq!((names, sums.count), (vec!["z", "a"], 4));
        assert_eq!(sums.targets[0].sum, TargetSum::default());
        let expected = TargetSum {
            present: 1,
            recycled: 1,
            size: 10,
            recycled_size: 10,
            unhealthy: 1,
            newest: Some(Time::from_unix_seconds(7)),
        };
        assert_eq!(sums.targets[1].sum, expected);
        let others = sums.others.unwrap();
        assert_eq!(
            (others.present, others.recycled, others.unhealthy),
            (2, 1, 2)
        );
        // Of the one that has waited for longest.
        assert_eq!(others.newest, Some(Time::from_unix_seconds(50)));

        let only = ["m".to_owned(), "unknown".to_owned()];
        let sums = read(&connection, Some(&only), 2).unwrap();
        assert_eq!((sums.count, sums.targets[0].sum.present), (1, 1));
        assert!(sums.others.is_none());
        let mut locations = locations_in_use(&connection).unwrap();
        locations.sort();
        assert_eq!(locations, ["a", "b", "m"]);
    }
}
