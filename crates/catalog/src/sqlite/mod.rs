//! The store in an SQLite database: one writer, several readers, write-ahead log.
//!
//! All connections of the server use the VFS `unix-excl`. The first of them locks the file for the
//! process, so that no other process can open the database or hold a lock in it, and the index of
//! the write-ahead log lies in memory of the process, which several connections share. There is no
//! `-shm` file that others could lock, and none that is mapped: on a full disk that would end the
//! process with SIGBUS. The exclusive locking mode would do the same for one connection only.

mod admin;
#[cfg(feature = "adopt")]
mod adopt;
mod arrivals;
mod backups;
mod connection;
mod database;
mod jobs;
mod journal;
mod meta;
mod migrations;
mod sequences;
mod sums;
mod targets;
mod totals;

use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bchan_api::{JobStatus, SequenceFile, Target, TargetFilter, Time, UploadJob};

pub use self::admin::{copy, create, exists, files, find_target, name_target, open};
use self::connection::{connect, copy_through, identity, open_reader, replaced};
pub use self::database::Sqlite;
use super::catalog::Store;
use super::error::{Result, StoreError};
use super::records::{
    Present, SavedClock, Sequence, SequencePart, StoredBackup, StoredUpload, UploadKey,
};
use super::types::{BackupRow, Health, OperationId, Progress, TargetSums, Totals};
use crate::journal::Operation;
use crate::object::DirectoryName;

/// How long a successful attempt to write counts.
const WRITTEN: Duration = Duration::from_secs(1);

impl Store for Sqlite {
    fn instance(&self) -> &str {
        &self.instance
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    fn targets(&self, offset: u64, limit: u64) -> Result<Vec<Target>> {
        targets::page(&*self.reader()?, offset, limit)
    }

    fn search_targets(&self, filter: &TargetFilter) -> Result<Vec<Target>> {
        targets::search(&*self.reader()?, filter)
    }

    fn target(&self, id_or_alias: &str) -> Result<Option<Target>> {
        targets::find(&*self.reader()?, id_or_alias)
    }

    fn faults(&self) -> Result<Vec<String>> {
        let reader = self.reader()?;
        let mut faults = Vec::new();
        let mut check = reader.prepare("PRAGMA integrity_check")?;
        let lines = check.query_map([], |row| row.get(0))?;
        for line in lines {
            let line: String = line?;
            if line != "ok" {
                faults.push(line);
            }
        }
        let mut orphans = reader.prepare("PRAGMA foreign_key_check")?;
        let lines = orphans.query_map([], |row| {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            Ok(format!("a row of {table} refers to none of {parent}"))
        })?;
        faults.extend(lines.collect::<rusqlite::Result<Vec<_>>>()?);
        Ok(faults)
    }

    fn create_target(&self, target: &Target) -> Result<()> {
        self.write(|transaction| targets::insert(transaction, target))
    }

    fn check_unique(&self, target: &Target) -> Result<()> {
        targets::check_unique(&*self.reader()?, target)
    }

    fn locations(&self) -> Result<Vec<String>> {
        targets::locations(&*self.reader()?)
    }

    fn former_directories(&self) -> Result<Vec<DirectoryName>> {
        journal::former_directories(&*self.reader()?)
    }

    fn forget_directory(&self, directory: &DirectoryName) -> Result<()> {
        self.write(|transaction| {
            let needed = |operation: &Operation| operation.left_directories().contains(&directory);
            let pending = journal::pending(transaction)?;
            if pending.iter().any(|(_, operation, _)| needed(operation)) {
                return Ok(());
            }
            journal::forget_directory(transaction, directory)
        })
    }

    fn backups(&self, target_id: &str) -> Result<Vec<StoredBackup>> {
        backups::of_target(&*self.reader()?, target_id)
    }

    fn backup(&self, id: &str) -> Result<Option<StoredBackup>> {
        backups::find(&*self.reader()?, id)
    }

    fn next_number(&self, target_id: &str) -> Result<i64> {
        arrivals::next_number(&*self.reader()?, target_id)
    }

    fn add_backup(&self, backup: &StoredBackup) -> Result<()> {
        self.write(|transaction| {
            let mut backup = backup.clone();
            arrivals::date(transaction, &mut backup)?;
            backups::insert(transaction, &backup)
        })
    }

    #[cfg(feature = "adopt")]
    fn adopt(&self, target: Option<&Target>, backups: &[StoredBackup]) -> Result<()> {
        self.write(|transaction| {
            target.map_or(Ok(()), |target| targets::insert(transaction, target))?;
            adopt::adopt(transaction, backups)
        })
    }

    fn recycled(&self) -> Result<Vec<StoredBackup>> {
        backups::recycled(&*self.reader()?)
    }

    fn targets_in_bin(&self) -> Result<Vec<String>> {
        backups::targets_in_bin(&*self.reader()?)
    }

    fn present(&self, target_id: &str) -> Result<Present> {
        backups::present(&*self.reader()?, target_id)
    }

    fn appended_since(&self, target_id: &str, since: Time) -> Result<(u64, Option<Time>)> {
        arrivals::appended_since(&*self.reader()?, target_id, since)
    }

    fn clock(&self) -> Result<Option<SavedClock>> {
        arrivals::clock(&*self.reader()?)
    }

    fn save_clock(&self, clock: &SavedClock) -> Result<()> {
        self.write(|transaction| arrivals::save_clock(transaction, clock))
    }

    fn last_arrival(&self) -> Result<Option<Time>> {
        arrivals::last(&*self.reader()?)
    }

    fn totals(&self, only: Option<&[String]>) -> Result<Totals> {
        totals::read(&*self.reader()?, only)
    }

    fn target_sums(&self, only: Option<&[String]>, most: usize) -> Result<TargetSums> {
        sums::read(&*self.reader()?, only, most)
    }

    fn locations_in_use(&self) -> Result<Vec<String>> {
        sums::locations_in_use(&*self.reader()?)
    }

    fn ping(&self) -> Result<()> {
        // An open connection may have everything in its cache, and write to a file that has no name
        // any more.
        if identity(&self.path)? != self.file {
            return Err(replaced());
        }
        let connection = open_reader(&self.path)?;
        let sql = "SELECT value FROM meta WHERE key = 'instance'";
        let found: String = connection.query_row(sql, [], |row| row.get(0))?;
        if found == self.instance {
            Ok(())
        } else {
            let what = "the name of another data folder".to_owned();
            Err(StoreError::Broken { what })
        }
    }

    fn try_write(&self) -> Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.is_some_and(|last| last.elapsed() < WRITTEN) {
            return Ok(());
        }
        *written = None;
        self.settle()?;
        // Nothing that was read before has become untrue by it.
        self.change(|transaction| meta::set(transaction, "alive", &Time::now().to_string()))?;
        *written = Some(Instant::now());
        Ok(())
    }

    fn copy_to(&self, to: &Path) -> Result<u64> {
        // One that may only query cannot write a copy either.
        copy_through(&connect(&self.path)?, to)
    }

    fn had_keys(&self) -> Result<bool> {
        Ok(meta::get(&*self.reader()?, "had_keys")?.is_some())
    }

    fn note_keys(&self) -> Result<()> {
        self.write(|transaction| meta::set(transaction, "had_keys", "1"))
    }

    fn markers(&self) -> Result<Vec<(String, String)>> {
        meta::markers(&*self.reader()?)
    }

    fn marker(&self, directory: &str) -> Result<Option<String>> {
        meta::marker(&*self.reader()?, directory)
    }

    fn remember_marker(&self, directory: &str, id: &str) -> Result<()> {
        self.write(|transaction| meta::remember_marker(transaction, directory, id))
    }

    fn forget_marker(&self, directory: &str) -> Result<()> {
        self.write(|transaction| meta::forget_marker(transaction, directory))
    }

    fn least_recently_checked(&self) -> Result<Vec<BackupRow>> {
        backups::least_recently_checked(&*self.reader()?)
    }

    fn backup_in(&self, row: BackupRow) -> Result<Option<StoredBackup>> {
        backups::find_in(&*self.reader()?, row)
    }

    fn set_health(&self, seen: &StoredBackup, health: &Health) -> Result<bool> {
        self.write(|transaction| backups::set_health(transaction, seen, health))
    }

    fn checked_at(&self, id: &str) -> Result<Option<Time>> {
        backups::checked_at(&*self.reader()?, id)
    }

    fn set_checked_at(&self, id: &str, at: Time) -> Result<()> {
        self.write(|transaction| backups::set_checked_at(transaction, id, at))
    }

    fn set_filesize(&self, seen: &StoredBackup, bytes: u64) -> Result<bool> {
        self.write(|transaction| backups::set_filesize(transaction, seen, bytes))
    }

    fn upload(&self, key: &UploadKey) -> Result<Option<StoredUpload>> {
        backups::find_upload(&*self.reader()?, key)
    }

    fn sequences(&self) -> Result<Vec<Sequence>> {
        sequences::all(&*self.reader()?)
    }

    fn sequence(&self, target_id: &str) -> Result<Option<Sequence>> {
        sequences::of_target(&*self.reader()?, target_id)
    }

    fn begin_sequence(&self, sequence: &Sequence, files: &[SequenceFile]) -> Result<()> {
        self.write(|transaction| sequences::begin(transaction, sequence, files))
    }

    fn sequence_files(&self, id: &str, from: u64, count: u64) -> Result<Vec<SequencePart>> {
        sequences::files(&*self.reader()?, id, from, count)
    }

    fn sequence_file(&self, id: &str, path: &str, name: &str) -> Result<Option<SequencePart>> {
        sequences::file(&*self.reader()?, id, path, name)
    }

    fn arrived(&self, id: &str, part: &SequencePart, now: Time) -> Result<()> {
        self.write(|transaction| sequences::arrived(transaction, id, part, now))
    }

    fn touch_sequence(&self, id: &str, now: Time) -> Result<()> {
        self.write(|transaction| sequences::touch(transaction, id, now))
    }

    fn end_sequence(&self, id: &str) -> Result<()> {
        self.write(|transaction| sequences::delete(transaction, id))
    }

    fn settle(&self) -> Result<()> {
        self.reopen_if_closed()
    }

    fn begin(&self, operation: &Operation) -> Result<OperationId> {
        self.write(|transaction| journal::begin(transaction, operation))
    }

    fn commit(&self, id: OperationId, operation: &Operation) -> Result<()> {
        self.write(|transaction| {
            journal::apply(transaction, operation)?;
            if operation.has_follow_up() {
                journal::mark_applied(transaction, id)
            } else {
                journal::remove_operation(transaction, id)
            }
        })
    }

    fn progress(&self, id: OperationId) -> Result<Option<Progress>> {
        journal::progress(&*self.reader()?, id)
    }

    fn remove_operation(&self, id: OperationId) -> Result<()> {
        self.write(|transaction| journal::remove_operation(transaction, id))
    }

    fn pending(&self) -> Result<Vec<(OperationId, Operation, Progress)>> {
        journal::pending(&*self.reader()?)
    }

    fn create_job(&self, name: &str, status: JobStatus, target: Option<&str>) -> Result<i64> {
        self.write(|transaction| jobs::create(transaction, name, status, target))
    }

    fn start_job(&self, id: i64) -> Result<()> {
        self.write(|transaction| jobs::start(transaction, id))
    }

    fn note_job(&self, id: i64, message: &str) -> Result<()> {
        self.write(|transaction| jobs::note(transaction, id, message))
    }

    fn end_job(&self, id: i64, failure: Option<&str>) -> Result<()> {
        self.write(|transaction| jobs::end(transaction, id, failure))
    }

    fn fail_unfinished_jobs(&self, failure: &str) -> Result<()> {
        self.write(|transaction| jobs::fail_unfinished(transaction, failure))
    }

    fn jobs(&self, only: Option<&[String]>) -> Result<Vec<UploadJob>> {
        jobs::recent(&*self.reader()?, only)
    }

    fn next_run(&self, name: &str) -> Result<Option<Time>> {
        jobs::next_run(&*self.reader()?, name)
    }

    fn set_next_run(&self, name: &str, at: Time) -> Result<()> {
        self.write(|transaction| jobs::set_next_run(transaction, name, at))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    fn open(folder: &Path) -> Sqlite {
        Sqlite::open(&folder.join("bchan.db")).unwrap()
    }

    #[test]
    fn readers_and_the_writer_work_together_and_others_are_kept_out() {
        const ROUNDS: i64 = 200;
        let temp = tempfile::tempdir().unwrap();
        // Left by a version that had it.
        fs::write(temp.path().join("bchan.db-shm"), "x").unwrap();
        let store = open(temp.path());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..ROUNDS {
                    let at = Time::from_unix_seconds(round);
                    store.set_next_run("job", at).unwrap();
                }
            });
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut last = 0;
                    while last < ROUNDS - 1 {
                        let found = store.next_run("job").unwrap();
                        let found = found.map_or(0, Time::unix_seconds);
                        assert!(found >= last, "{found} after {last}");
                        last = found;
                        store.ping().unwrap();
                    }
                });
            }
        });
        store.try_write().unwrap();
        let names = fs::read_dir(temp.path()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["bchan.db", "bchan.db-wal"]);
        for name in names {
            let mode = fs::metadata(temp.path().join(name)).unwrap().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn readers_cannot_write() {
        let temp = tempfile::tempdir().unwrap();
        let store = open(temp.path());
        let reader = store.reader().unwrap();
        reader.execute("DELETE FROM meta", []).unwrap_err();
    }

    #[test]
    fn a_copy_is_private_and_whole() {
        let temp = tempfile::tempdir().unwrap();
        let store = open(temp.path());
        store.note_keys().unwrap();
        let folder = temp.path().join("copy");
        fs::create_dir(&folder).unwrap();
        let to = folder.join("bchan.db");
        let bytes = store.copy_to(&to).unwrap();
        let meta = fs::metadata(&to).unwrap();
        assert_eq!(
            (meta.len(), meta.permissions().mode() & 0o777),
            (bytes, 0o600)
        );
        assert!(open(&folder).had_keys().unwrap());
    }
}
