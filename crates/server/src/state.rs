//! What every request and every job works with.

use std::collections::HashSet;
use std::error::Error;
use std::ffi::OsStr;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError, RwLock, TryLockError};
use std::time::Duration;

use bchan_api::Target;
use bchan_archive::{StoreAttributes, UnpackOptions};

use crate::body::Lists;
use crate::clock::Timekeeper;
use crate::closed::Closed;
use crate::config::{Config, UnpackLimits};
use crate::error::ApiError;
use crate::guard::Counts;
use crate::health::Doctor;
use crate::key::{Gate, Shares, Throttle};
use crate::layout::Layout;
use crate::live::Live;
use crate::lock::Place;
use crate::log;
use crate::markers;
use crate::metrics::Meter;
use crate::ops;
use crate::page::Pages;
use crate::quota::Quota;
use crate::room::Reserve;
use crate::schedule::Schedule;
use crate::store::{Store, StoreError, StoredBackup};

/// See the module.
pub(crate) struct State {
    pub(crate) store: Box<dyn Store>,
    pub(crate) layout: Layout,
    pub(crate) gate: Arc<Gate>,
    pub(crate) throttle: Throttle,
    pub(crate) shares: Arc<Shares>,
    /// Names that the server is known by, beside its addresses.
    pub(crate) allowed_hosts: Vec<String>,
    /// Whether the own machine needs no key for what monitoring asks for.
    pub(crate) open_monitoring: bool,
    pub(crate) lists: Lists,
    pub(crate) clock: Timekeeper,
    /// Uploads under way with keys that only append.
    pub(crate) quota: Quota,
    pub(crate) schedule: Schedule,
    /// What may change while the server runs.
    limits: RwLock<Limits>,
    pub(crate) meter: Meter,
    /// What was shown to those who may see all targets.
    pub(crate) pages: Pages,
    pub(crate) doctor: Doctor,
    /// What the guard counts, once there is one.
    counts: OnceLock<Counts>,
    /// What the data folder was when it was locked, once it is.
    place: OnceLock<Place>,
    /// The database knows that there are keys.
    keys_noted: AtomicBool,
    /// Addresses that the server listens on, once it does.
    addresses: OnceLock<Vec<IpAddr>>,
    /// Where the log of the data folder is, if there is one.
    pub(crate) log: PathBuf,
    /// Folders that are being worked in.
    pub(crate) live: Live,
    /// Targets that take no change until an operation is decided.
    pub(crate) closed: Closed,
    /// Shared by whoever makes folders and puts something into them, so that nobody takes them for
    /// empty ones in between.
    folders: RwLock<()>,
    /// Held by the one that gives directories their markers.
    pub(crate) marking: Mutex<()>,
    busy: Busy,
}

/// Bytes of holes that an upload may have whatever its size: a large image that is nothing but a hole
/// is nothing unusual, and to hash so many zeros takes a minute.
const FREE_HOLES: u64 = 64 << 30;

/// Bytes of memory that names and attributes of an upload may take.
const MAX_HELD: u64 = 2 << 30;

/// Bounds of what uploads may use, and what becomes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) preserve_owner: bool,
    pub(crate) unpack: UnpackLimits,
    pub(crate) reserve: Reserve,
}

impl From<&Config> for Limits {
    fn from(config: &Config) -> Self {
        Self {
            preserve_owner: config.preserve_owner,
            unpack: config.unpack,
            reserve: config.reserve,
        }
    }
}

impl State {
    pub(crate) fn new(
        store: Box<dyn Store>,
        layout: Layout,
        gate: Gate,
        schedule: Schedule,
        config: &Config,
    ) -> Self {
        Self {
            store,
            doctor: Doctor::new(&layout),
            layout,
            gate: Arc::new(gate),
            throttle: Throttle::default(),
            shares: Arc::default(),
            allowed_hosts: config.allowed_hosts.clone(),
            open_monitoring: config.open_monitoring,
            lists: Lists::default(),
            clock: Timekeeper::default(),
            quota: Quota::default(),
            schedule,
            limits: RwLock::new(config.into()),
            meter: Meter::default(),
            pages: Pages::default(),
            counts: OnceLock::new(),
            place: OnceLock::new(),
            keys_noted: AtomicBool::new(false),
            addresses: OnceLock::new(),
            log: log::path(&config.data),
            live: Live::default(),
            closed: Closed::default(),
            folders: RwLock::default(),
            marking: Mutex::default(),
            busy: Busy::default(),
        }
    }

    /// The bounds that are in force now.
    pub(crate) fn limits(&self) -> Limits {
        *self.limits.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts other bounds into force, for what begins from now on.
    pub(crate) fn set_limits(&self, limits: Limits) {
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// Tells what the guard counts.
    pub(crate) fn set_counts(&self, counts: Counts) {
        // There is only one start.
        let _ = self.counts.set(counts);
    }

    pub(crate) fn counts(&self) -> Option<&Counts> {
        self.counts.get()
    }

    /// Tells which data folder is locked.
    pub(crate) fn set_place(&self, place: Place) {
        // There is only one start.
        let _ = self.place.set(place);
    }

    /// Fails if the data folder is not the one that was locked.
    pub(crate) fn require_place(&self) -> Result<(), String> {
        self.place.get().map_or(Ok(()), Place::check)
    }

    /// Has the database remember that the server has keys, from the first one on: such a server must
    /// not be open to all because the files of the keys are gone.
    pub(crate) fn note_keys(&self) -> Result<(), StoreError> {
        if self.gate.has_keys() && !self.keys_noted.load(Ordering::Relaxed) {
            if !self.store.had_keys()? {
                self.store.note_keys()?;
            }
            self.keys_noted.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Tells where the server listens.
    pub(crate) fn set_addresses(&self, addresses: Vec<IpAddr>) {
        // There is only one start.
        let _ = self.addresses.set(addresses);
    }

    /// Whether an address that a request comes from is one of this machine: nobody else can have
    /// one that the server itself listens on.
    pub(crate) fn is_own_machine(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut own = self.addresses.get().into_iter().flatten();
        address.is_loopback() || own.any(|own| own.to_canonical() == address)
    }

    /// How archives are unpacked onto a file system of this size in bytes.
    pub(crate) fn unpack_options(&self, disk: u64) -> UnpackOptions {
        let Limits {
            preserve_owner,
            unpack,
            ..
        } = self.limits();
        UnpackOptions {
            attributes: StoreAttributes::Keep { special: false },
            preserve_owner,
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
    pub(crate) fn target(&self, id_or_alias: &str) -> Result<Target, ApiError> {
        let found = self.store.target(id_or_alias)?;
        found.ok_or_else(|| ApiError::not_found("target", id_or_alias))
    }

    /// Keeps folders from being tidied up.
    pub(crate) fn at_work(&self) -> impl Drop + '_ {
        self.folders.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to tidy up, unless somebody is at work.
    pub(crate) fn alone(&self) -> Option<impl Drop + '_> {
        match self.folders.try_write() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Every target there is.
    pub(crate) fn all_targets(&self) -> Result<Vec<Target>, ApiError> {
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

    /// The target with this id or alias, which nobody else changes until the guard is dropped.
    ///
    /// Uploads take it only for the moment in which they become visible.
    pub(crate) fn lock_target(
        &self,
        id_or_alias: &str,
    ) -> Result<(Target, BusyTarget<'_>), ApiError> {
        let id = self.target(id_or_alias)?.id;
        let guard = self.hold(&id);
        self.decide_if_closed(&id)?;
        // It may have changed, or gone, before its turn came.
        Ok((self.target(&id)?, guard))
    }

    /// Opens a target that the caller holds, if it is closed; fails if it stays so.
    fn decide_if_closed(&self, id: &str) -> Result<(), ApiError> {
        if self.closed.reason(id).is_some() {
            ops::decide(self, id)?;
        }
        Ok(())
    }

    /// Keeps others from changing the target with this id until the guard is dropped, whether it
    /// exists or is closed.
    pub(crate) fn hold(&self, id: &str) -> BusyTarget<'_> {
        self.busy.wait_for(id)
    }

    /// Closes a target until its operations are decided, which is soon tried again; says whether it
    /// was open.
    pub(crate) fn close(&self, target_id: &str, reason: &(dyn Error + 'static)) -> bool {
        let was_open = self.closed.close(target_id, reason);
        self.schedule.wake();
        was_open
    }

    /// Fails if a target is closed and stays so.
    pub(crate) fn require_open(&self, target: &Target) -> Result<(), ApiError> {
        if self.closed.reason(&target.id).is_some() {
            self.lock_target(&target.id)?;
        }
        Ok(())
    }

    /// Keeps others from changing a sequential upload until the guard is dropped. Whoever needs the
    /// target, too, takes that first.
    pub(crate) fn lock_sequence(&self, id: &str) -> BusyTarget<'_> {
        // No target is called so: their ids are of the same kind, without a blank.
        self.busy.wait_for(&format!("sequence {id}"))
    }

    /// The backup with this id, its target, and a guard as [`lock_target`](Self::lock_target) has.
    pub(crate) fn lock_backup(
        &self,
        id: &str,
    ) -> Result<(StoredBackup, Target, BusyTarget<'_>), ApiError> {
        let missing = || ApiError::not_found("backup", id);
        let found = self.store.backup(id)?.ok_or_else(missing)?;
        let (target, guard) = self.lock_target(&found.backup.target_id)?;
        let backup = self.store.backup(id)?.ok_or_else(missing)?;
        Ok((backup, target, guard))
    }

    /// The same, if the target is free or becomes so within this time.
    pub(crate) fn lock_backup_within(
        &self,
        id: &str,
        patience: Duration,
    ) -> Result<Option<(StoredBackup, Target, BusyTarget<'_>)>, ApiError> {
        let missing = || ApiError::not_found("backup", id);
        let found = self.store.backup(id)?.ok_or_else(missing)?;
        let target_id = &found.backup.target_id;
        let Some(guard) = self.busy.wait_within(target_id, patience) else {
            return Ok(None);
        };
        self.decide_if_closed(target_id)?;
        let backup = self.store.backup(id)?.ok_or_else(missing)?;
        Ok(Some((backup, self.target(target_id)?, guard)))
    }

    /// The directory that a backup of `target` lies in: the location or the recycle bin.
    pub(crate) fn directory(&self, target: &Target, recycled: bool) -> Result<PathBuf, ApiError> {
        if recycled {
            Ok(self.layout.bin().to_owned())
        } else {
            self.layout.resolve(&target.location)
        }
    }

    /// Where a backup of `target` lies.
    pub(crate) fn path(&self, target: &Target, stored: &StoredBackup) -> Result<PathBuf, ApiError> {
        Ok(self
            .directory(target, stored.backup.is_recycled)?
            .join(&stored.file_name))
    }

    /// Fails if a location lies in a backup, of whichever target, or leads through a link in one: what
    /// is put there would be in it, and would go with it, or the location would be another one
    /// once the backup is gone.
    pub(crate) fn require_no_backup(&self, location: &str) -> Result<(), ApiError> {
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
                return Err(ApiError::bad_request(message));
            }
        }
        Ok(())
    }

    /// The location of a target. Refuses to go on when it is away: its disk is probably not mounted,
    /// and what is written now would vanish below the mount.
    pub(crate) fn require_location(&self, target: &Target) -> Result<PathBuf, ApiError> {
        self.require_home(target, false)
    }

    /// The same for something that is about to be put there: marks the location as used.
    pub(crate) fn enter_location(&self, target: &Target) -> Result<PathBuf, ApiError> {
        let location = self.directory(target, false)?;
        markers::enter(self, &location)?;
        Ok(location)
    }

    /// The same for whatever directory backups of a target lie in, recycled ones or the others.
    pub(crate) fn require_home(
        &self,
        target: &Target,
        recycled: bool,
    ) -> Result<PathBuf, ApiError> {
        if let Some(reason) = self.closed.reason(&target.id) {
            return Err(ops::closed(&target.id, &reason));
        }
        let directory = self.directory(target, recycled)?;
        self.require_disk(&directory)?;
        Ok(directory)
    }

    /// Fails if a directory of backups is away. See [`markers`].
    pub(crate) fn require_disk(&self, directory: &Path) -> Result<(), ApiError> {
        markers::require(self, directory)
    }

    /// All backups that should lie in a directory, of whichever target.
    pub(crate) fn backups_in(&self, directory: &Path) -> Result<Vec<StoredBackup>, ApiError> {
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

/// The targets that somebody is changing.
#[derive(Default)]
struct Busy {
    ids: Mutex<HashSet<String>>,
    freed: Condvar,
}

/// Keeps others from changing a target.
pub(crate) struct BusyTarget<'a> {
    home: &'a Busy,
    id: String,
}

impl Busy {
    fn wait_for(&self, id: &str) -> BusyTarget<'_> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ids = self
            .freed
            .wait_while(ids, |ids| ids.contains(id))
            .unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned());
        BusyTarget {
            home: self,
            id: id.to_owned(),
        }
    }

    fn wait_within(&self, id: &str, patience: Duration) -> Option<BusyTarget<'_>> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut ids, _) = self
            .freed
            .wait_timeout_while(ids, patience, |ids| ids.contains(id))
            .unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned()).then(|| BusyTarget {
            home: self,
            id: id.to_owned(),
        })
    }
}

impl Drop for BusyTarget<'_> {
    fn drop(&mut self) {
        self.home
            .ids
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
        self.home.freed.notify_all();
    }
}
