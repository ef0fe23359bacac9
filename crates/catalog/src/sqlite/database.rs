//! The opened database: one writer, several readers.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Instant;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connection::{
    closed_writer, create_private, identity, leaves_open, open_reader, open_writer, replaced,
};
use super::{meta, migrations, targets};
use crate::data_place::DataPlace;
use crate::error::{Result, StoreError};

/// Readers kept open between requests.
const SPARE_READERS: usize = 8;

pub struct Sqlite {
    pub(super) path: PathBuf,
    /// Device and inode of the file that was opened.
    pub(super) file: (u64, u64),
    pub(super) instance: String,
    /// Changes that were made.
    pub(super) version: AtomicU64,
    /// Shared by all that use a connection, so that all can be closed at once.
    in_use: RwLock<()>,
    /// When an attempt to write has last succeeded.
    pub(super) written: Mutex<Option<Instant>>,
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
        // An older version has left it. No other process has the database open now.
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
    pub fn place(&self) -> Result<Option<DataPlace>> {
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
    pub fn accept_place(&self, now: &DataPlace) -> Result<usize> {
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

    pub(super) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.reopen_if_closed().and_then(|()| self.change(work));
        // Of one that has failed, it is not for this place to know whether it has changed nothing.
        self.version.fetch_add(1, Ordering::SeqCst);
        outcome
    }

    pub(super) fn change<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let _in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        let mut slot = self.lock_writer();
        let Some(writer) = slot.as_mut() else {
            return Err(closed_writer());
        };
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        bchan_failpoint::point();
        if let Err(error) = transaction.commit() {
            if leaves_open(&error) {
                *slot = None;
                return Err(StoreError::Undecided(error.into()));
            }
            return Err(error.into());
        }
        bchan_failpoint::point();
        Ok(value)
    }

    /// Opens the database again after a commit with an unknown outcome. Does nothing otherwise.
    pub(super) fn reopen_if_closed(&self) -> Result<()> {
        if self.lock_writer().is_some() {
            return Ok(());
        }
        self.reopen()
    }

    pub(super) fn lock_writer(&self) -> MutexGuard<'_, Option<Connection>> {
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
            StoreError::Damaged(error) | StoreError::Busy(error) | StoreError::Backend(error) => {
                StoreError::Closed(error)
            }
            other => other,
        })?;
        tracing::warn!("the database was opened again after a failed write");
        *slot = Some(writer);
        Ok(())
    }

    pub(super) fn lock_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reader(&self) -> Result<Reader<'_>> {
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

/// A read connection on loan.
pub(super) struct Reader<'a> {
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
