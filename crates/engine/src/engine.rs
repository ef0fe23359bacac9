//! Everything that requests, jobs and offline commands work with.

use std::collections::HashSet;
use std::error::Error as StdError;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock, TryLockError};

use bchan_api::Target;
use bchan_archive::{StoreAttributes, UnpackOptions};

use crate::access::closed::Closed;
use crate::access::locks::{Lock, Locks};
use crate::clock::Timekeeper;
use crate::daily_quota::Quota;
use crate::error::Error;
use crate::jobs::JobRuns;
use crate::limits::Limits;
use bchan_catalog::{Store, StoredBackup};
use bchan_storage::in_use::InUse;
use bchan_storage::layout::Layout;
use bchan_storage::relocate::Mover;

/// The backup server without HTTP and keys.
pub struct Engine {
    pub store: Box<dyn Store>,
    pub layout: Layout,
    pub clock: Timekeeper,
    /// Running uploads with keys that may only append.
    pub quota: Quota,
    pub job_runs: JobRuns,
    limits: RwLock<Limits>,
    /// Folders that a running operation or upload uses.
    pub in_use: InUse,
    /// Targets that take no change until an interrupted operation is decided.
    pub closed: Closed,
    /// Read-locked while folders are made and filled, so that cleanup does not remove them as empty.
    folders: RwLock<()>,
    /// Held while a directory gets its marker.
    pub marking: Mutex<()>,
    pub locks: Locks,
}

/// Bytes of holes that an upload may have whatever its size: a large image that is nothing but a hole
/// is nothing unusual, and to hash so many zeros takes a minute.
const FREE_HOLES: u64 = 64 << 30;

/// Bytes of memory that names and attributes of an upload may take.
const MAX_HELD: u64 = 2 << 30;

impl Engine {
    /// Builds an engine. `on_close` is called whenever a target is closed.
    pub fn new(
        store: Box<dyn Store>,
        layout: Layout,
        limits: Limits,
        on_close: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            store,
            layout,
            clock: Timekeeper::default(),
            quota: Quota::default(),
            job_runs: JobRuns::default(),
            limits: RwLock::new(limits),
            in_use: InUse::default(),
            closed: Closed::new(Box::new(on_close)),
            folders: RwLock::default(),
            marking: Mutex::default(),
            locks: Locks::default(),
        }
    }

    /// Returns the limits that are in force now.
    pub fn limits(&self) -> Limits {
        *self.limits.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the limits for everything that begins from now on.
    pub fn set_limits(&self, limits: Limits) {
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// How files are moved between directories of backups.
    pub fn mover(&self) -> Mover<'_> {
        Mover {
            layout: &self.layout,
            in_use: &self.in_use,
            reserve: self.limits().reserve,
        }
    }

    /// How archives are unpacked onto a file system of this size in bytes.
    pub fn unpack_options(&self, disk: u64) -> UnpackOptions {
        let Limits {
            preserve_owner,
            share,
            unpack,
            ..
        } = self.limits();
        UnpackOptions {
            attributes: StoreAttributes::Keep { special: false },
            preserve_owner,
            share,
            keep_setid: false,
            limits: bchan_archive::Limits {
                max_bytes: unpack.max_bytes.unwrap_or(disk),
                max_entries: unpack.max_entries,
                max_ratio: unpack.max_ratio,
                free_holes: FREE_HOLES,
                max_held: MAX_HELD,
                ..bchan_archive::Limits::default()
            },
        }
    }

    /// The target with this id or alias.
    pub fn target(&self, id_or_alias: &str) -> Result<Target, Error> {
        let found = self.store.target(id_or_alias)?;
        found.ok_or_else(|| Error::not_found("target", id_or_alias))
    }

    /// Keeps folders from being tidied up.
    pub fn share_folders(&self) -> impl Drop + '_ {
        self.folders.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Exclusive access for cleanup, or none if folders are in use.
    pub fn lock_folders(&self) -> Option<impl Drop + '_> {
        match self.folders.try_write() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Every target there is.
    pub fn all_targets(&self) -> Result<Vec<Target>, Error> {
        /// Targets that are read in one go.
        const BATCH: u64 = 500;

        let mut targets = Vec::new();
        loop {
            let batch = self.store.targets(targets.len() as u64, BATCH)?;
            let last = (batch.len() as u64) < BATCH;
            targets.extend(batch);
            if last {
                return Ok(targets);
            }
        }
    }

    /// Keeps others from changing the target with this id until the guard is dropped, whether it
    /// exists or is closed.
    pub fn hold(&self, id: &str) -> Lock<'_> {
        self.locks.wait_for(id)
    }

    /// Closes a target until its operations are decided. Returns true if it was open.
    pub fn close(&self, target_id: &str, reason: &(dyn StdError + 'static)) -> bool {
        self.closed.close(target_id, reason)
    }

    /// Locks a sequential upload. Callers that also need its target lock that first.
    pub fn lock_sequence(&self, id: &str) -> Lock<'_> {
        // No target is called so: their ids are of the same kind, without a blank.
        self.locks.wait_for(&format!("sequence {id}"))
    }

    /// Fails if a location lies in a backup, of whichever target, or leads through a link in one: what
    /// is put there would be in it, and would go with it, or the location would be another one
    /// once the backup is gone.
    pub fn require_no_backup(&self, location: &str) -> Result<(), Error> {
        let way = self.layout.way(location)?;
        for target in self.all_targets()? {
            let Ok(above) = self.layout.resolve(&target.location) else {
                continue;
            };
            let below = way.iter().filter_map(|step| step.strip_prefix(&above).ok());
            let names: HashSet<_> = below.filter_map(|below| below.iter().next()).collect();
            if names.is_empty() {
                continue;
            }
            let backups = self.store.backups(&target.id)?;
            let is_there = |stored: &StoredBackup| {
                !stored.backup.is_recycled && names.contains(OsStr::new(&stored.file_name))
            };
            if backups.iter().any(is_there) {
                let of = target.name.escape_debug();
                let message = format!("location must not lie in a backup of the target `{of}`");
                return Err(Error::invalid(message));
            }
        }
        Ok(())
    }

    /// All backups that should lie in a directory, of whichever target.
    pub fn backups_in(&self, directory: &Path) -> Result<Vec<StoredBackup>, Error> {
        if directory == self.layout.bin() {
            return Ok(self.store.recycled()?);
        }
        let mut found = Vec::new();
        for target in self.all_targets()? {
            let location = self.layout.resolve(&target.location);
            if location.is_ok_and(|location| location == directory) {
                let mut backups = self.store.backups(&target.id)?;
                backups.retain(|stored| !stored.backup.is_recycled);
                found.extend(backups);
            }
        }
        Ok(found)
    }
}
