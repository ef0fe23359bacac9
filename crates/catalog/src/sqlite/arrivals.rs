//! The order in which backups arrive, and the trusted time at which they do.

use bchan_api::Time;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::{Result, StoreError};
use crate::records::{SavedClock, StoredBackup};

/// How long it is remembered that a key which only appends has added a backup, in seconds.
const REMEMBERED: i64 = 24 * 60 * 60;

pub(super) fn next_number(connection: &Connection, target_id: &str) -> Result<i64> {
    let mut statement =
        connection.prepare_cached("SELECT arrivals + 1 FROM targets WHERE id = ?1")?;
    let next = statement.query_row([target_id], |row| row.get(0));
    Ok(next.optional()?.unwrap_or(1))
}

/// Raises the counter of a target to the number of a backup that is added.
pub(super) fn note(connection: &Connection, stored: &StoredBackup) -> Result<()> {
    let (target, order) = (&stored.backup.target_id, &stored.order);
    let sql = "UPDATE targets SET arrivals = ?2 WHERE id = ?1 AND arrivals < ?2";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![target, order.number])?;
    if let Some(at) = order.appended.map(Time::unix_seconds) {
        connection
            .prepare_cached("DELETE FROM recent_appends WHERE target_id = ?1 AND arrived < ?2")?
            .execute(params![target, at.saturating_sub(REMEMBERED)])?;
        connection
            .prepare_cached("INSERT OR IGNORE INTO recent_appends VALUES (?1, ?2, ?3)")?
            .execute(params![target, at, order.number])?;
    }
    Ok(())
}

pub(super) fn appended_since(
    connection: &Connection,
    target_id: &str,
    since: Time,
) -> Result<(u64, Option<Time>)> {
    let sql = "SELECT count(*), min(arrived) FROM recent_appends \
        WHERE target_id = ?1 AND arrived > ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row(params![target_id, since.unix_seconds()], |row| {
        let (count, first): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok((count.unsigned_abs(), first.map(Time::from_unix_seconds)))
    });
    Ok(found?)
}

/// Dates the arrival of a backup of which only the time of creation is known: no later than now.
pub(super) fn date(connection: &Connection, stored: &mut StoredBackup) -> Result<()> {
    if stored.order.at.is_none() {
        let created = stored.backup.created_at.unix_seconds();
        let now = clock(connection)?.map_or(created, |clock| clock.trusted);
        stored.order.at = Some(Time::from_unix_seconds(created.min(now)));
    }
    Ok(())
}

pub(super) fn clock(connection: &Connection) -> Result<Option<SavedClock>> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = 'clock'")?;
    let text: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
    // Without it, trusted time begins again at the last arrival, which is early enough.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

pub(super) fn save_clock(connection: &Connection, clock: &SavedClock) -> Result<()> {
    let text = serde_json::to_string(clock).map_err(|error| StoreError::Broken {
        what: error.to_string(),
    })?;
    let is_first = self::clock(connection)?.is_none();
    if is_first {
        let sql = "UPDATE backups SET arrived = ?1 WHERE arrived > ?1";
        connection.execute(sql, [clock.trusted])?;
    }
    let sql = "INSERT INTO meta VALUES ('clock', ?1) \
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute([text])?;
    Ok(())
}

pub(super) fn last(connection: &Connection) -> Result<Option<Time>> {
    let sql = "SELECT max(arrived) FROM backups";
    let seconds: Option<i64> = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(seconds.map(Time::from_unix_seconds))
}

#[cfg(test)]
mod tests {
    use bchan_api::Backup;

    #[cfg(feature = "adopt")]
    use super::super::adopt::adopt;
    use super::super::backups;
    use super::*;
    use crate::records::Order;
    use crate::sqlite::migrations;

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::migrate(&mut connection).unwrap();
        let sql = "INSERT INTO targets (id, name, target_type, recycle_criteria, recycle_action,
            location, name_template, deduplicate, tags)
            VALUES ('t', 't', 'multi', 'none', 'recycle', 't', 't-$I', 0, '[]')";
        connection.execute(sql, []).unwrap();
        connection
    }

    fn stored(id: &str, created: i64) -> StoredBackup {
        StoredBackup {
            backup: Backup {
                id: id.into(),
                target_id: "t".into(),
                created_at: Time::from_unix_seconds(created),
                manual: false,
                is_recycled: false,
                filesize: 1,
                hash: None,
                hash_mismatch: false,
                receipt: None,
                reproducible: false,
            },
            extension: String::new(),
            file_name: id.into(),
            order: Order::default(),
        }
    }

    /// An upload at a trusted time, whatever the clock shows.
    fn upload(connection: &Connection, id: &str, created: i64, at: i64) {
        let mut new = stored(id, created);
        new.order = Order {
            number: next_number(connection, "t").unwrap(),
            at: Some(Time::from_unix_seconds(at)),
            appended: Some(Time::from_unix_seconds(at)),
        };
        backups::insert(connection, &new).unwrap();
    }

    fn ids(connection: &Connection) -> String {
        let all = backups::of_target(connection, "t").unwrap();
        all.into_iter().map(|stored| stored.backup.id).collect()
    }

    #[test]
    fn numbers_are_never_given_twice() {
        let connection = database();
        upload(&connection, "a", 10, 10);
        upload(&connection, "b", 900, 11);
        backups::delete(&connection, "b").unwrap();
        upload(&connection, "c", 5, 12);
        assert_eq!(next_number(&connection, "t").unwrap(), 4);
        assert_eq!(ids(&connection), "ca");
        assert_eq!(
            last(&connection).unwrap(),
            Some(Time::from_unix_seconds(12))
        );
    }

    #[cfg(feature = "adopt")]
    #[test]
    fn backups_of_another_server_come_by_their_times_before_later_ones() {
        let connection = database();
        adopt(
            &connection,
            &[stored("c", 30), stored("a", 10), stored("d", 40)],
        )
        .unwrap();
        assert_eq!(ids(&connection), "dca");
        // The clock was years behind.
        upload(&connection, "x", 1, 100);
        adopt(
            &connection,
            &[stored("b", 20), stored("e", 50), stored("0", 5)],
        )
        .unwrap();
        assert_eq!(ids(&connection), "xedcba0");
        upload(&connection, "y", 2, 110);
        assert_eq!(ids(&connection), "yxedcba0");
        let kept = backups::find(&connection, "c").unwrap().unwrap();
        assert_eq!(kept.order.number, 2, "nothing is renumbered");
    }

    #[test]
    fn what_keys_append_counts_for_a_day_even_when_it_is_deleted() {
        let connection = database();
        let since = |at| appended_since(&connection, "t", Time::from_unix_seconds(at)).unwrap();
        assert_eq!(since(0), (0, None));
        upload(&connection, "a", 7, 1000);
        upload(&connection, "b", 7, 1000);
        backups::delete(&connection, "a").unwrap();
        assert_eq!(since(999), (2, Some(Time::from_unix_seconds(1000))));
        assert_eq!(since(1000), (0, None));
        upload(&connection, "c", 7, 1001 + REMEMBERED);
        assert_eq!(since(0).0, 1, "older ones are forgotten");
    }

    #[test]
    fn trusted_time_is_written_down() {
        let connection = database();
        assert_eq!(clock(&connection).unwrap(), None);
        backups::insert(&connection, &stored("a", 5000)).unwrap();
        let state = [("ahead".to_owned(), 5.into())].into_iter().collect();
        let count = SavedClock {
            trusted: 1050,
            state,
        };
        save_clock(&connection, &count).unwrap();
        assert_eq!(clock(&connection).unwrap(), Some(count));
        let found = backups::find(&connection, "a").unwrap().unwrap();
        assert_eq!(found.order.at, Some(Time::from_unix_seconds(1050)));
        let mut late = stored("b", 9000);
        date(&connection, &mut late).unwrap();
        assert_eq!(late.order.at, Some(Time::from_unix_seconds(1050)));
    }
}
