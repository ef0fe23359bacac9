//! Versions of the database. Append only: a step that has been released never changes.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Result, StoreError};

/// Step `n` takes a database from version `n` to version `n + 1`.
const STEPS: &[&str] = &[
    "
    CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES ('instance', lower(hex(randomblob(8))));

    CREATE TABLE targets (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        target_type TEXT NOT NULL,
        recycle_criteria TEXT NOT NULL,
        recycle_value INTEGER,
        recycle_action TEXT NOT NULL,
        location TEXT NOT NULL,
        name_template TEXT NOT NULL UNIQUE,
        deduplicate INTEGER NOT NULL,
        alias TEXT UNIQUE,
        min_backups INTEGER,
        tags TEXT NOT NULL
    ) STRICT;
    CREATE INDEX targets_by_name ON targets (name, id);

    CREATE TABLE backups (
        id TEXT PRIMARY KEY,
        target_id TEXT NOT NULL REFERENCES targets (id),
        created_at INTEGER NOT NULL,
        manual INTEGER NOT NULL,
        is_recycled INTEGER NOT NULL,
        filesize INTEGER NOT NULL,
        hash TEXT,
        hash_mismatch INTEGER NOT NULL,
        extension TEXT NOT NULL,
        file_name TEXT NOT NULL
    ) STRICT;
    CREATE INDEX backups_by_target ON backups (target_id, created_at DESC, id);
    CREATE INDEX backups_in_bin ON backups (created_at DESC, id) WHERE is_recycled;

    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        start_time INTEGER,
        end_time INTEGER,
        message TEXT
    ) STRICT;

    CREATE TABLE uploads (
        key TEXT PRIMARY KEY,
        job_id INTEGER NOT NULL,
        backup_id TEXT NOT NULL,
        ended INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX uploads_by_end ON uploads (ended);

    CREATE TABLE operations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        body TEXT NOT NULL
    ) STRICT;

    CREATE TABLE schedule (
        name TEXT PRIMARY KEY,
        next_run INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    ALTER TABLE operations ADD COLUMN applied INTEGER NOT NULL DEFAULT 0;
    -- When the content was last compared with its hash; null when never.
    ALTER TABLE backups ADD COLUMN checked_at INTEGER;
    -- Directories that targets have left, or did not get to, and that may hold left-overs.
    CREATE TABLE former_homes (
        path TEXT PRIMARY KEY
    ) STRICT, WITHOUT ROWID;

    -- Uploads whose files come one by one; at most one for each target.
    CREATE TABLE sequences (
        id TEXT PRIMARY KEY,
        target_id TEXT NOT NULL UNIQUE REFERENCES targets (id),
        manual INTEGER NOT NULL,
        location TEXT NOT NULL,
        active INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sequence_files (
        sequence_id TEXT NOT NULL REFERENCES sequences (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        path TEXT NOT NULL,
        name TEXT NOT NULL,
        size INTEGER,
        digest BLOB,
        PRIMARY KEY (sequence_id, number),
        UNIQUE (sequence_id, path, name)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- All that sums over backups need, so that they read no rows.
    CREATE INDEX backups_by_sums ON backups
        (target_id, is_recycled, filesize, hash_mismatch, created_at);
",
    "
    -- Directories that were used, each with the id in its marker file. Those in the data folder by
    -- their path below it, so that a copy of the folder does not refer to the original.
    CREATE TABLE markers (
        directory TEXT PRIMARY KEY,
        id TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    -- The target that an upload is for; null for jobs that concern more than one target.
    ALTER TABLE jobs ADD COLUMN target_id TEXT;
    UPDATE jobs SET target_id = (
        SELECT backups.target_id FROM uploads JOIN backups ON backups.id = uploads.backup_id
        WHERE uploads.job_id = jobs.id
    );
",
    "
    -- What was received of a tree, and whether its files must come to the same.
    ALTER TABLE backups ADD COLUMN receipt TEXT;
    ALTER TABLE backups ADD COLUMN reproducible INTEGER NOT NULL DEFAULT 0;

    -- A name that a client gives an upload means something to that client and target alone, and
    -- only as long as the backup is there.
    DROP TABLE uploads;
    CREATE TABLE uploads (
        client TEXT NOT NULL,
        target_id TEXT NOT NULL,
        name TEXT NOT NULL,
        job_id INTEGER NOT NULL,
        backup_id TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        receipt TEXT,
        ended INTEGER NOT NULL,
        PRIMARY KEY (client, target_id, name)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX uploads_by_end ON uploads (ended);
    CREATE INDEX uploads_by_backup ON uploads (backup_id);
",
    "
    -- How many backups have arrived, and how many a day may come by keys that only append.
    ALTER TABLE targets ADD COLUMN arrivals INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE targets ADD COLUMN max_daily_uploads INTEGER;
    -- The order of arrival; trusted time of it, and once more if the key could only append.
    ALTER TABLE backups ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE backups ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE backups ADD COLUMN appended INTEGER;
    UPDATE backups SET number = ordered.number, arrived = created_at FROM (
        SELECT rowid AS row,
            row_number() OVER (PARTITION BY target_id ORDER BY created_at, rowid) AS number
        FROM backups
    ) AS ordered WHERE backups.rowid = ordered.row;
    UPDATE targets SET arrivals = (SELECT count(*) FROM backups WHERE target_id = targets.id);
    DROP INDEX backups_by_target;
    CREATE INDEX backups_by_target ON backups (target_id, number DESC, created_at DESC);
    DROP INDEX backups_in_bin;
    CREATE INDEX backups_in_bin ON backups (arrived DESC, number DESC) WHERE is_recycled;
    DROP INDEX backups_by_sums;
    CREATE INDEX backups_by_sums ON backups
        (target_id, is_recycled, filesize, hash_mismatch, created_at, number, arrived);

    -- Trusted times of the last day at which backups have come by keys that only append.
    CREATE TABLE recent_appends (
        target_id TEXT NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
        arrived INTEGER NOT NULL,
        number INTEGER NOT NULL,
        PRIMARY KEY (target_id, arrived, number)
    ) STRICT, WITHOUT ROWID;
",
];

/// Brings the database to the newest version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let Some(done) = usize::try_from(found)
        .ok()
        .filter(|done| *done <= STEPS.len())
    else {
        return Err(StoreError::TooNew { found, known });
    };
    for step in &STEPS[done..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let instance = |connection: &Connection| {
            let sql = "SELECT value FROM meta WHERE key = 'instance'";
            connection
                .query_row(sql, [], |row| row.get::<_, String>(0))
                .unwrap()
        };
        migrate(&mut connection).unwrap();
        let first = instance(&connection);
        migrate(&mut connection).unwrap();
        assert_eq!(instance(&connection), first);
    }

    #[test]
    fn backups_from_before_there_was_an_order_get_one() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in &STEPS[..3] {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "user_version", 3).unwrap();
        for target in ["t", "u"] {
            let sql = "INSERT INTO targets VALUES
                (?1, ?1, 'multi', 'none', NULL, 'recycle', ?1, ?1 || '-$I', 0, ?1, NULL, '[]')";
            connection.execute(sql, [target]).unwrap();
        }
        for (id, target, at) in [("c", "t", 5), ("z", "t", 9), ("a", "t", 9), ("x", "u", 7)] {
            let sql = "INSERT INTO backups (id, target_id, created_at, manual, is_recycled,
                filesize, hash_mismatch, extension, file_name)
                VALUES (?1, ?2, ?3, 0, 0, 1, 0, '', ?1)";
            connection
                .execute(sql, rusqlite::params![id, target, at])
                .unwrap();
        }
        migrate(&mut connection).unwrap();
        let sql = "SELECT id, number, arrived FROM backups ORDER BY target_id, number";
        let mut rows = connection.prepare(sql).unwrap();
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let rows: Vec<(String, i64, i64)> = rows.query_map([], read).unwrap().flatten().collect();
        let row = |id: &str, number, at| (id.to_owned(), number, at);
        let expected = [
            row("c", 1, 5),
            row("z", 2, 9),
            row("a", 3, 9),
            row("x", 1, 7),
        ];
        assert_eq!(rows, expected);
        let sql = "SELECT arrivals FROM targets ORDER BY id";
        let mut counters = connection.prepare(sql).unwrap();
        let counters = counters.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(counters.flatten().collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(&mut connection).unwrap_err();
        assert!(
            matches!(error, StoreError::TooNew { found: 99, .. }),
            "{error}"
        );
    }
}
