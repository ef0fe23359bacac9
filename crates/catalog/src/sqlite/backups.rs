//! Rows of backups.

use bchan_api::{Backup, Time};
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};

use super::arrivals;
use crate::error::Result;
use crate::records::{Order, Present, Sent, StoredBackup, StoredUpload, UploadKey};
use crate::types::{BackupRow, Health};

const COLUMNS: &str = "id, target_id, created_at, manual, is_recycled, filesize, hash, \
    hash_mismatch, extension, file_name, receipt, reproducible, number, arrived, appended";

pub(super) fn of_target(connection: &Connection, target_id: &str) -> Result<Vec<StoredBackup>> {
    select(
        connection,
        "target_id = ?1 ORDER BY number DESC, created_at DESC, rowid DESC",
        [target_id],
    )
}

pub(super) fn find(connection: &Connection, id: &str) -> Result<Option<StoredBackup>> {
    Ok(select(connection, "id = ?1", [id])?.pop())
}

pub(super) fn recycled(connection: &Connection) -> Result<Vec<StoredBackup>> {
    select(
        connection,
        "is_recycled ORDER BY arrived DESC, number DESC, rowid DESC",
        [],
    )
}

pub(super) fn targets_in_bin(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT target_id FROM backups WHERE is_recycled ORDER BY target_id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const PRESENT: &str = "SELECT count(*), min(created_at), min(arrived) FROM backups \
    WHERE target_id = ?1 AND is_recycled = 0";

pub(super) fn present(connection: &Connection, target_id: &str) -> Result<Present> {
    let read = |row: &Row<'_>| {
        let time = |index| -> rusqlite::Result<Option<Time>> {
            let seconds: Option<i64> = row.get(index)?;
            Ok(seconds.map(Time::from_unix_seconds))
        };
        // No count is below zero.
        let count: i64 = row.get(0)?;
        Ok(Present {
            count: count.unsigned_abs(),
            oldest: time(1)?,
            first_arrival: time(2)?,
        })
    };
    let mut statement = connection.prepare_cached(PRESENT)?;
    Ok(statement.query_row([target_id], read)?)
}

pub(super) fn least_recently_checked(connection: &Connection) -> Result<Vec<BackupRow>> {
    let sql = "SELECT rowid FROM backups ORDER BY checked_at NULLS FIRST, id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0).map(BackupRow))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn find_in(connection: &Connection, row: BackupRow) -> Result<Option<StoredBackup>> {
    Ok(select(connection, "rowid = ?1", [row.0])?.pop())
}

/// Where a backup must still be for what was seen of it to be true.
const AS_SEEN: &str = "id = ?1 AND is_recycled = ?2 AND file_name = ?3";

pub(super) fn set_health(
    connection: &Connection,
    seen: &StoredBackup,
    health: &Health,
) -> Result<bool> {
    let (broken, hash) = match health {
        Health::Sound { hash } => (false, Some(hash)),
        Health::Broken => (true, None),
    };
    let sql = format!(
        "UPDATE backups SET hash_mismatch = ?4, checked_at = ?5, hash = coalesce(hash, ?6) \
         WHERE {AS_SEEN}"
    );
    let changed = connection.prepare_cached(&sql)?.execute(params![
        seen.backup.id,
        seen.backup.is_recycled,
        seen.file_name,
        broken,
        Time::now().unix_seconds(),
        hash,
    ])?;
    Ok(changed > 0)
}

pub(super) fn checked_at(connection: &Connection, id: &str) -> Result<Option<Time>> {
    let sql = "SELECT checked_at FROM backups WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([id], |row| row.get::<_, Option<i64>>(0));
    let found = found.optional()?.flatten();
    Ok(found.map(Time::from_unix_seconds))
}

pub(super) fn set_checked_at(connection: &Connection, id: &str, at: Time) -> Result<()> {
    let sql = "UPDATE backups SET checked_at = ?2 WHERE id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![id, at.unix_seconds()])?;
    Ok(())
}

pub(super) fn set_filesize(
    connection: &Connection,
    seen: &StoredBackup,
    bytes: u64,
) -> Result<bool> {
    // Another size than before is a reason to look soon whether it is still the same.
    let sql = format!("UPDATE backups SET filesize = ?4, checked_at = NULL WHERE {AS_SEEN}");
    let changed = connection.prepare_cached(&sql)?.execute(params![
        seen.backup.id,
        seen.backup.is_recycled,
        seen.file_name,
        i64::try_from(bytes).unwrap_or(i64::MAX),
    ])?;
    Ok(changed > 0)
}

fn select(connection: &Connection, rest: &str, values: impl Params) -> Result<Vec<StoredBackup>> {
    let sql = format!("SELECT {COLUMNS} FROM backups WHERE {rest}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(values, read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn insert(connection: &Connection, stored: &StoredBackup) -> Result<()> {
    let backup = &stored.backup;
    let order = &stored.order;
    let arrived = order.at.unwrap_or(backup.created_at).unix_seconds();
    let sql = format!(
        "INSERT INTO backups ({COLUMNS}) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
    );
    connection.prepare_cached(&sql)?.execute(params![
        backup.id,
        backup.target_id,
        backup.created_at.unix_seconds(),
        backup.manual,
        backup.is_recycled,
        i64::try_from(backup.filesize).unwrap_or(i64::MAX),
        backup.hash,
        backup.hash_mismatch,
        stored.extension,
        stored.file_name,
        backup.receipt,
        backup.reproducible,
        order.number,
        arrived,
        order.appended.map(Time::unix_seconds),
    ])?;
    arrivals::note(connection, stored)
}

/// How long a repeated upload is recognised, in seconds.
const REMEMBERED: i64 = 14 * 24 * 60 * 60;

/// Records what a client calls an upload that is stored now.
pub(super) fn note_upload(
    connection: &Connection,
    key: &UploadKey,
    upload: &StoredUpload,
) -> Result<()> {
    let now = Time::now().unix_seconds();
    connection
        .prepare_cached("DELETE FROM uploads WHERE ended < ?1")?
        .execute([now - REMEMBERED])?;
    // The one before has become a backup that is broken, or whose files are gone.
    let sql = "INSERT OR REPLACE INTO uploads \
        (client, target_id, name, job_id, backup_id, sha256, receipt, ended) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql)?.execute(params![
        key.client,
        key.target_id,
        key.name,
        upload.job_id,
        upload.backup_id,
        upload.sent.sha256,
        upload.sent.receipt,
        now,
    ])?;
    Ok(())
}

/// The upload that a client has called so, unless its backup is gone or marked as broken.
pub(super) fn find_upload(
    connection: &Connection,
    key: &UploadKey,
) -> Result<Option<StoredUpload>> {
    let sql = "SELECT job_id, backup_id, sha256, uploads.receipt FROM uploads \
        JOIN backups ON backups.id = backup_id AND NOT hash_mismatch \
        WHERE client = ?1 AND uploads.target_id = ?2 AND name = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &Row<'_>| {
        Ok(StoredUpload {
            job_id: row.get(0)?,
            backup_id: row.get(1)?,
            sent: Sent {
                sha256: row.get(2)?,
                receipt: row.get(3)?,
            },
        })
    };
    let values = params![key.client, key.target_id, key.name];
    Ok(statement.query_row(values, read).optional()?)
}

/// Records where a backup lies now.
pub(super) fn place(connection: &Connection, stored: &StoredBackup) -> Result<()> {
    let sql = "UPDATE backups SET is_recycled = ?2, file_name = ?3 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![
        stored.backup.id,
        stored.backup.is_recycled,
        stored.file_name
    ])?;
    Ok(())
}

pub(super) fn delete(connection: &Connection, id: &str) -> Result<()> {
    // The same upload stores again.
    for sql in [
        "DELETE FROM uploads WHERE backup_id = ?1",
        "DELETE FROM backups WHERE id = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredBackup> {
    Ok(StoredBackup {
        backup: Backup {
            id: row.get(0)?,
            target_id: row.get(1)?,
            created_at: Time::from_unix_seconds(row.get(2)?),
            manual: row.get(3)?,
            is_recycled: row.get(4)?,
            filesize: u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0),
            hash: row.get(6)?,
            hash_mismatch: row.get(7)?,
            receipt: row.get(10)?,
            reproducible: row.get(11)?,
        },
        extension: row.get(8)?,
        file_name: row.get(9)?,
        order: Order {
            number: row.get(12)?,
            at: Some(Time::from_unix_seconds(row.get(13)?)),
            appended: row.get::<_, Option<i64>>(14)?.map(Time::from_unix_seconds),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::migrations;
    use super::*;

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::migrate(&mut connection).unwrap();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        connection
    }

    fn stored(id: &str, target: &str, at: i64, is_recycled: bool) -> StoredBackup {
        StoredBackup {
            backup: Backup {
                id: id.into(),
                target_id: target.into(),
                created_at: Time::from_unix_seconds(at),
                manual: false,
                is_recycled,
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

    #[test]
    fn what_is_present_is_known_without_reading_rows() {
        let connection = database();
        for (id, target, at, recycled) in [
            ("a", "t", 30, false),
            ("b", "t", 20, false),
            ("c", "t", 10, true),
            ("d", "u", 5, false),
        ] {
            insert(&connection, &stored(id, target, at, recycled)).unwrap();
        }
        let oldest = Some(Time::from_unix_seconds(20));
        let expected = Present {
            count: 2,
            oldest,
            first_arrival: oldest,
        };
        assert_eq!(present(&connection, "t").unwrap(), expected);
        assert_eq!(present(&connection, "v").unwrap(), Present::default());
        assert_eq!(targets_in_bin(&connection).unwrap(), ["t"]);
        let plan = format!("EXPLAIN QUERY PLAN {PRESENT}");
        let mut plan = connection.prepare(&plan).unwrap();
        let lines = plan.query_map(["t"], |row| row.get::<_, String>(3));
        let lines: Vec<_> = lines.unwrap().flatten().collect();
        let found = lines.iter().any(|line| line.contains("COVERING INDEX"));
        assert!(found, "{lines:?}");
    }

    #[test]
    fn an_upload_is_known_to_its_client_and_target_while_its_backup_is_sound() {
        let connection = database();
        let key = |client: &str, target_id: &str| UploadKey {
            client: client.into(),
            target_id: target_id.into(),
            name: "key".into(),
        };
        let upload = |id: &str| StoredUpload {
            job_id: 1,
            backup_id: id.into(),
            sent: Sent {
                sha256: "s".into(),
                receipt: None,
            },
        };
        let known = |key: &UploadKey| {
            let found = find_upload(&connection, key).unwrap();
            found.map(|upload| upload.backup_id)
        };
        let store = |id: &str| {
            note_upload(&connection, &key("c", "t"), &upload(id)).unwrap();
            insert(&connection, &stored(id, "t", 1, false)).unwrap();
        };
        store("a");
        assert_eq!(known(&key("c", "t")).as_deref(), Some("a"));
        for other in [key("", "t"), key("c", "u")] {
            assert_eq!(known(&other), None);
        }
        assert!(set_health(&connection, &stored("a", "t", 1, false), &Health::Broken).unwrap());
        assert_eq!(known(&key("c", "t")), None);
        store("b");
        assert_eq!(known(&key("c", "t")).as_deref(), Some("b"));
        // The other one was forgotten when this one took its place.
        delete(&connection, "a").unwrap();
        assert_eq!(known(&key("c", "t")).as_deref(), Some("b"));
        delete(&connection, "b").unwrap();
        assert_eq!(known(&key("c", "t")), None);
    }

    #[test]
    fn a_row_is_the_backup_as_it_is_now() {
        let connection = database();
        for id in ["b", "a"] {
            insert(&connection, &stored(id, "t", 1, false)).unwrap();
        }
        let rows = least_recently_checked(&connection).unwrap();
        let ids = |rows: &[BackupRow]| -> Vec<String> {
            let find = |row: &BackupRow| find_in(&connection, *row).unwrap();
            rows.iter()
                .filter_map(find)
                .map(|found| found.backup.id)
                .collect()
        };
        assert_eq!(ids(&rows), ["a", "b"]);
        let sound = Health::Sound { hash: "h".into() };
        assert!(set_health(&connection, &stored("a", "t", 1, false), &sound).unwrap());
        assert_eq!(
            ids(&least_recently_checked(&connection).unwrap()),
            ["b", "a"]
        );
        let found = find_in(&connection, rows[0]).unwrap().unwrap();
        assert_eq!(found.backup.hash.as_deref(), Some("h"));
        delete(&connection, "a").unwrap();
        assert_eq!(ids(&rows), ["b"]);
    }
}
