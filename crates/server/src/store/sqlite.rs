//! The store in an SQLite database: one writer, several readers, write-ahead log.
//!
//! All connections of the server use the VFS `unix-excl`. The first of them locks the file for the
//! process, so that no other process can open the database or hold a lock in it, and the index of
//! the write-ahead log lies in memory of the process, which several connections share. There is no
//! `-shm` file that others could lock, and none that is mapped: on a full disk that would end the
//! process with SIGBUS. The exclusive locking mode would do the same for one connection only.

mod arrivals;
mod backups;
mod jobs;
mod journal;
mod meta;
mod sequences;
mod sums;
mod targets;
mod totals;

use std::fs::{self, OpenOptions};
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use bchan_api::{JobStatus, SequenceFile, Target, TargetFilter, Time, UploadJob};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};

use super::{
    BackupRow, DataPlace, Health, OperationId, Present, Progress, Result, Sequence, SequencePart,
    Store, StoreError, StoredBackup, StoredUpload, TargetSums, Totals, UploadKey, migrations,
};
use crate::fault;
use crate::ops::Operation;
use crate::policy::Clock;

/// Readers kept open between requests.
const SPARE_READERS: usize = 8;

/// How long a successful attempt to write counts.
const WRITTEN: Duration = Duration::from_secs(1);

/// See the module.
pub(crate) struct Sqlite {
    path: PathBuf,
    /// Device and inode of the file that was opened.
    file: (u64, u64),
    instance: String,
    /// Changes that were made.
    version: AtomicU64,
    /// Shared by all that use a connection, so that all can be closed at once.
    in_use: RwLock<()>,
    /// When an attempt to write has last succeeded.
    written: Mutex<Option<Instant>>,
    // Closed before the writer, which then puts the write-ahead log away.
    readers: Mutex<Vec<Connection>>,
    /// None after a commit that ended with an I/O error, until the database is opened again.
    writer: Mutex<Option<Connection>>,
}

impl Sqlite {
    /// Opens the database at `path`, making or upgrading it as needed.
    pub(super) fn open(path: &Path) -> Result<Self> {
        create_private(path).map_err(StoreError::Io)?;
        let mut writer = open_writer(path)?;
        migrations::migrate(&mut writer)?;
        let sql = "SELECT value FROM meta WHERE key = 'instance'";
        let instance = writer.query_row(sql, [], |row| row.get(0))?;
        let file = identity(path)?;
        // An older version has left it. Nobody else has the database open now.
        let _ = fs::remove_file(path.with_extension("db-shm"));
        let path = path.to_owned();
        Ok(Self {
            path,
            file,
            instance,
            version: AtomicU64::new(0),
            in_use: RwLock::default(),
            written: Mutex::default(),
            writer: Mutex::new(Some(writer)),
            readers: Mutex::default(),
        })
    }

    /// Gives the data folder another name.
    pub(super) fn rename(mut self, instance: &str) -> Result<Self> {
        instance.clone_into(&mut self.instance);
        self.write(|transaction| {
            let sql = "UPDATE meta SET value = ?1 WHERE key = 'instance'";
            transaction.execute(sql, [instance])?;
            Ok(())
        })?;
        Ok(self)
    }

    /// The place of the data folder when a server last accepted it; none if none ever did.
    pub(crate) fn place(&self) -> Result<Option<DataPlace>> {
        let found = meta::get(&*self.reader()?, "place")?;
        let read = |text: String| {
            serde_json::from_str(&text).map_err(|error| StoreError::Broken {
                what: format!("the place of the data folder: {error}"),
            })
        };
        found.map(read).transpose()
    }

    /// Accepts the place where the data folder is now. Locations below its former place follow it;
    /// returns how many did.
    pub(crate) fn accept_place(&self, now: &DataPlace) -> Result<usize> {
        let before = self.place()?;
        let text = serde_json::to_string(now).map_err(|error| StoreError::Broken {
            what: error.to_string(),
        })?;
        self.write(|transaction| {
            meta::set(transaction, "place", &text)?;
            match before {
                Some(before) if before.path != now.path => {
                    targets::move_locations(transaction, &before.path, &now.path)
                }
                _ => Ok(0),
            }
        })
    }

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.settle().and_then(|()| self.change(work));
        // Of one that has failed, it is not for this place to know whether it has changed nothing.
        self.version.fetch_add(1, Ordering::SeqCst);
        outcome
    }

    fn change<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let _in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        let mut slot = self.lock_writer();
        let Some(writer) = slot.as_mut() else {
            return Err(closed_writer());
        };
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        fault::point();
        if let Err(error) = transaction.commit() {
            if leaves_open(&error) {
                *slot = None;
                return Err(StoreError::Undecided(error));
            }
            return Err(error.into());
        }
        fault::point();
        Ok(value)
    }

    fn lock_writer(&self) -> MutexGuard<'_, Option<Connection>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes every connection and opens the writer again. What the write-ahead log holds by then is
    /// copied to the database and synced: after a failed sync, the system takes pages for written
    /// that are not, and later commits must not depend on them.
    fn reopen(&self) -> Result<()> {
        let _all = self.in_use.write().unwrap_or_else(PoisonError::into_inner);
        let mut slot = self.lock_writer();
        if slot.is_some() {
            return Ok(());
        }
        self.lock_readers().clear();
        let open = || -> Result<Connection> {
            if identity(&self.path)? != self.file {
                return Err(replaced());
            }
            let writer = open_writer(&self.path)?;
            let busy: i64 =
                writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy == 0 {
                Ok(writer)
            } else {
                Err(closed_writer())
            }
        };
        let writer = open().map_err(|error| match error {
            StoreError::Database(error) => StoreError::Undecided(error),
            other => other,
        })?;
        tracing::warn!("the database was opened again after a failed write");
        *slot = Some(writer);
        Ok(())
    }

    fn lock_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The data folder.
    fn data(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    fn reader(&self) -> Result<Reader<'_>> {
        let in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        let spare = self.lock_readers().pop();
        let connection = if let Some(connection) = spare {
            connection
        } else {
            open_reader(&self.path)?
        };
        Ok(Reader {
            home: self,
            connection: Some(connection),
            _in_use: in_use,
        })
    }
}

fn open_writer(path: &Path) -> Result<Connection> {
    let writer = connect(path)?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    // A commit that was answered is on the disk, not only in the system's cache.
    writer.pragma_update(None, "synchronous", "FULL")?;
    Ok(writer)
}

/// Whether a commit that ended with this error may have been made all the same. A full disk and a
/// broken constraint are noticed before the frame that makes it valid is written.
fn leaves_open(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ConstraintViolation, DatabaseBusy, DatabaseLocked, DiskFull};
    !matches!(
        error.sqlite_error_code(),
        Some(ConstraintViolation | DatabaseBusy | DatabaseLocked | DiskFull)
    )
}

fn closed_writer() -> StoreError {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
    StoreError::Undecided(rusqlite::Error::SqliteFailure(code, None))
}

fn replaced() -> StoreError {
    let what = "another file has taken the place of the one in use".to_owned();
    StoreError::Broken { what }
}

/// Device and inode of a file.
fn identity(path: &Path) -> Result<(u64, u64)> {
    let meta = fs::metadata(path).map_err(StoreError::Io)?;
    Ok((meta.dev(), meta.ino()))
}

/// Makes an empty file for a database, readable by its owner alone, where there is none. SQLite
/// gives the files beside a database the mode of the database.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A connection of the server. Never read-only for the VFS: that takes a shared lock in the place
/// of the exclusive one.
fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags_and_vfs(path, flags, c"unix-excl")?;
    configure(&connection, Duration::from_secs(30))?;
    Ok(connection)
}

fn open_reader(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A read connection of a process that is not the server, while no server runs.
fn open_from_outside(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // The caller asks the server where one has the database.
    configure(&connection, Duration::ZERO)?;
    Ok(connection)
}

/// See [`find_target`](super::find_target).
pub(super) fn find_target(path: &Path, id_or_alias: &str) -> Result<Option<String>> {
    let connection = open_from_outside(path)?;
    let sql = "SELECT id FROM targets WHERE id = ?1 OR alias = ?1 ORDER BY id = ?1 DESC LIMIT 1";
    let found = connection.query_row(sql, [id_or_alias], |row| row.get(0));
    Ok(found.optional()?)
}

/// See [`copy`](super::copy).
pub(super) fn copy(from: &Path, to: &Path) -> Result<u64> {
    copy_through(&open_from_outside(from)?, to)
}

fn copy_through(connection: &Connection, to: &Path) -> Result<u64> {
    let text = to.to_str().ok_or_else(|| {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "its path is not UTF-8");
        StoreError::Io(error)
    })?;
    // Open before it is written to, or an error of write-back may escape it. It must be empty.
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(to);
    let file = file.map_err(StoreError::Io)?;
    connection.execute("VACUUM INTO ?1", [text])?;
    file.sync_all().map_err(StoreError::Io)?;
    Ok(file.metadata().map_err(StoreError::Io)?.len())
}

fn configure(connection: &Connection, patience: Duration) -> Result<()> {
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// A read connection on loan.
struct Reader<'a> {
    home: &'a Sqlite,
    connection: Option<Connection>,
    _in_use: RwLockReadGuard<'a, ()>,
}

impl Deref for Reader<'_> {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "taken only when dropped")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("on loan until dropped")
    }
}

impl DerefMut for Reader<'_> {
    #[expect(clippy::expect_used, reason = "taken only when dropped")]
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("on loan until dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut spare = self.home.lock_readers();
        if spare.len() < SPARE_READERS {
            spare.extend(self.connection.take());
        }
    }
}

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

    fn former_homes(&self) -> Result<Vec<PathBuf>> {
        journal::former_homes(&*self.reader()?, self.data())
    }

    fn forget_home(&self, home: &Path) -> Result<()> {
        self.write(|transaction| {
            let pending = journal::pending(transaction, self.data())?;
            let needed =
                |operation: &Operation| operation.left_homes().iter().any(|left| *left == home);
            if pending.iter().any(|(_, operation, _)| needed(operation)) {
                return Ok(());
            }
            journal::forget_home(transaction, home, self.data())
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

    #[cfg(feature = "import-mariadb")]
    fn adopt(&self, target: Option<&Target>, backups: &[StoredBackup]) -> Result<()> {
        self.write(|transaction| {
            target.map_or(Ok(()), |target| targets::insert(transaction, target))?;
            arrivals::adopt(transaction, backups)
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

    fn clock(&self) -> Result<Option<Clock>> {
        arrivals::clock(&*self.reader()?)
    }

    fn save_clock(&self, clock: &Clock) -> Result<()> {
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
        // A connection that is open may know everything by heart, and write where nobody looks.
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
        if self.lock_writer().is_some() {
            return Ok(());
        }
        self.reopen()
    }

    fn begin(&self, operation: &Operation) -> Result<OperationId> {
        self.write(|transaction| journal::begin(transaction, operation, self.data()))
    }

    fn commit(&self, id: OperationId, operation: &Operation) -> Result<()> {
        self.write(|transaction| {
            journal::apply(transaction, operation)?;
            if operation.has_follow_up() {
                journal::mark_applied(transaction, id)
            } else {
                journal::strike(transaction, id)
            }
        })
    }

    fn progress(&self, id: OperationId) -> Result<Option<Progress>> {
        journal::progress(&*self.reader()?, id)
    }

    fn strike(&self, id: OperationId) -> Result<()> {
        self.write(|transaction| journal::strike(transaction, id))
    }

    fn pending(&self) -> Result<Vec<(OperationId, Operation, Progress)>> {
        journal::pending(&*self.reader()?, self.data())
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

/// Reads a value that is stored by its wire name.
fn parse<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T> {
    text.parse().map_err(|what| StoreError::Broken { what })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

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
