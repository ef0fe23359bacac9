//! The store in an SQLite database: one writer, several readers, write-ahead log.

mod backups;
mod jobs;
mod journal;
mod sequences;
mod sums;
mod targets;
mod totals;

use std::fs::{self, File};
use std::io;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bchan_api::{JobStatus, SequenceFile, Target, TargetFilter, Time, UploadJob};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};

use super::{
    BackupRow, Health, OperationId, Progress, Result, Sequence, SequencePart, Store, StoreError,
    StoredBackup, TargetSums, Totals, migrations,
};
use crate::fault;
use crate::ops::Operation;

/// Readers kept open between requests.
const SPARE_READERS: usize = 8;

/// See the module.
pub(crate) struct Sqlite {
    path: PathBuf,
    /// Device and inode of the file that was opened.
    file: (u64, u64),
    instance: String,
    /// Changes that were made.
    version: AtomicU64,
    // Closed before the writer, which then puts the write-ahead log away.
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Connection>,
}

impl Sqlite {
    /// Opens the database at `path`, making or upgrading it as needed.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let mut writer = Connection::open(path)?;
        configure(&writer)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        // A commit that was answered is on the disk, not only in the system's cache.
        writer.pragma_update(None, "synchronous", "FULL")?;
        migrations::migrate(&mut writer)?;
        let sql = "SELECT value FROM meta WHERE key = 'instance'";
        let instance = writer.query_row(sql, [], |row| row.get(0))?;
        let file = identity(path)?;
        let path = path.to_owned();
        Ok(Self {
            path,
            file,
            instance,
            version: AtomicU64::new(0),
            writer: Mutex::new(writer),
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

    fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.change(work);
        // Of one that has failed, it is not for this place to know whether it has changed nothing.
        self.version.fetch_add(1, Ordering::SeqCst);
        outcome
    }

    fn change<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        fault::point();
        transaction.commit()?;
        fault::point();
        Ok(value)
    }

    fn reader(&self) -> Result<Reader<'_>> {
        let spare = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = if let Some(connection) = spare {
            connection
        } else {
            open_reader(&self.path)?
        };
        Ok(Reader {
            home: self,
            connection: Some(connection),
        })
    }
}

/// Device and inode of a file.
fn identity(path: &Path) -> Result<(u64, u64)> {
    let meta = fs::metadata(path).map_err(StoreError::Io)?;
    Ok((meta.dev(), meta.ino()))
}

fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    Ok(connection)
}

/// See [`find_target`](super::find_target).
pub(super) fn find_target(path: &Path, id_or_alias: &str) -> Result<Option<String>> {
    let connection = open_reader(path)?;
    let sql = "SELECT id FROM targets WHERE id = ?1 OR alias = ?1 ORDER BY id = ?1 DESC LIMIT 1";
    let found = connection.query_row(sql, [id_or_alias], |row| row.get(0));
    Ok(found.optional()?)
}

/// See [`copy`](super::copy).
pub(super) fn copy(from: &Path, to: &Path) -> Result<u64> {
    let connection = open_reader(from)?;
    let text = to.to_str().ok_or_else(|| {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "its path is not UTF-8");
        StoreError::Io(error)
    })?;
    // Open before it is written to, or an error of write-back may escape it. It must be empty.
    let file = File::create_new(to).map_err(StoreError::Io)?;
    connection.execute("VACUUM INTO ?1", [text])?;
    file.sync_all().map_err(StoreError::Io)?;
    Ok(file.metadata().map_err(StoreError::Io)?.len())
}

fn configure(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// A read connection on loan.
struct Reader<'a> {
    home: &'a Sqlite,
    connection: Option<Connection>,
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
        let mut spare = self
            .home
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
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
        journal::former_homes(&*self.reader()?)
    }

    fn forget_home(&self, home: &Path) -> Result<()> {
        self.write(|transaction| {
            let pending = journal::pending(transaction)?;
            let needed =
                |operation: &Operation| operation.left_homes().iter().any(|left| *left == home);
            if pending.iter().any(|(_, operation, _)| needed(operation)) {
                return Ok(());
            }
            journal::forget_home(transaction, home)
        })
    }

    fn backups(&self, target_id: &str) -> Result<Vec<StoredBackup>> {
        backups::of_target(&*self.reader()?, target_id)
    }

    fn backup(&self, id: &str) -> Result<Option<StoredBackup>> {
        backups::find(&*self.reader()?, id)
    }

    fn add_backup(&self, backup: &StoredBackup) -> Result<()> {
        self.write(|transaction| backups::insert(transaction, backup))
    }

    #[cfg(feature = "import-mariadb")]
    fn adopt(&self, target: Option<&Target>, backups: &[StoredBackup]) -> Result<()> {
        self.write(|transaction| {
            target.map_or(Ok(()), |target| targets::insert(transaction, target))?;
            let mut backups = backups.iter();
            backups.try_for_each(|stored| backups::insert(transaction, stored))
        })
    }

    fn recycled(&self) -> Result<Vec<StoredBackup>> {
        backups::recycled(&*self.reader()?)
    }

    fn targets_in_bin(&self) -> Result<Vec<String>> {
        backups::targets_in_bin(&*self.reader()?)
    }

    fn present(&self, target_id: &str) -> Result<(u64, Option<Time>)> {
        backups::present(&*self.reader()?, target_id)
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
            let what = "another file has taken the place of the one in use".to_owned();
            return Err(StoreError::Broken { what });
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

    fn upload(&self, key: &str) -> Result<Option<(i64, String)>> {
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

    fn sequence_files(&self, id: &str) -> Result<Vec<SequencePart>> {
        sequences::files(&*self.reader()?, id)
    }

    fn sequence_file(&self, id: &str, path: &str, name: &str) -> Result<Option<SequencePart>> {
        sequences::file(&*self.reader()?, id, path, name)
    }

    fn arrived(&self, id: &str, part: &SequencePart) -> Result<()> {
        self.write(|transaction| sequences::arrived(transaction, id, part))
    }

    fn touch_sequence(&self, id: &str) -> Result<()> {
        self.write(|transaction| sequences::touch(transaction, id))
    }

    fn end_sequence(&self, id: &str) -> Result<()> {
        self.write(|transaction| sequences::delete(transaction, id))
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
        journal::pending(&*self.reader()?)
    }

    fn create_job(&self, name: &str, status: JobStatus) -> Result<i64> {
        self.write(|transaction| jobs::create(transaction, name, status))
    }

    fn start_job(&self, id: i64) -> Result<()> {
        self.write(|transaction| jobs::start(transaction, id))
    }

    fn end_job(&self, id: i64, failure: Option<&str>) -> Result<()> {
        self.write(|transaction| jobs::end(transaction, id, failure))
    }

    fn fail_unfinished_jobs(&self, failure: &str) -> Result<()> {
        self.write(|transaction| jobs::fail_unfinished(transaction, failure))
    }

    fn jobs(&self) -> Result<Vec<UploadJob>> {
        jobs::recent(&*self.reader()?)
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
