//! Everything that requests work with.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::api::json_body::Lists;
use crate::api::page_cache::PageCache;
use crate::auth::{Authenticator, Shares, Throttle};
use crate::config::Config;
use crate::health::HealthChecker;
use crate::log;
use crate::metrics::Metrics;
use crate::scheduler::Scheduler;
use bchan_catalog::StoreError;
use bchan_engine::Engine;
use bchan_http::ConnectionStats;
use bchan_storage::data_dir::lock::Place;

/// The server: the engine, and everything about clients, keys and monitoring.
pub(crate) struct App {
    pub(crate) engine: Arc<Engine>,
    pub(crate) scheduler: Arc<Scheduler>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) throttle: Throttle,
    pub(crate) shares: Arc<Shares>,
    /// Host names that the server is known by, besides its addresses.
    pub(crate) allowed_hosts: Vec<String>,
    /// True if monitoring requests of this machine need no key.
    pub(crate) open_monitoring: bool,
    pub(crate) lists: Lists,
    pub(crate) metrics: Metrics,
    /// Pages of the target list as keys that see all targets got them.
    pub(crate) pages: PageCache,
    pub(crate) health: HealthChecker,
    /// Path of the data folder's log file.
    pub(crate) log: PathBuf,
    /// Set once the server listens.
    counts: OnceLock<ConnectionStats>,
    /// The locked data folder.
    place: Place,
    /// True once the database remembers that there are keys.
    keys_noted: AtomicBool,
    /// Addresses that the server listens on.
    addresses: Vec<IpAddr>,
}

impl App {
    pub(crate) fn new(
        engine: Engine,
        scheduler: Arc<Scheduler>,
        authenticator: Authenticator,
        config: &Config,
        addresses: Vec<IpAddr>,
        place: Place,
    ) -> Self {
        Self {
            health: HealthChecker::new(&engine.layout),
            engine: Arc::new(engine),
            scheduler,
            authenticator: Arc::new(authenticator),
            throttle: Throttle::default(),
            shares: Arc::default(),
            allowed_hosts: config.allowed_hosts.clone(),
            open_monitoring: config.open_monitoring,
            lists: Lists::default(),
            metrics: Metrics::default(),
            pages: PageCache::default(),
            log: log::path(&config.data),
            counts: OnceLock::new(),
            place,
            keys_noted: AtomicBool::new(false),
            addresses,
        }
    }

    pub(crate) fn set_counts(&self, counts: ConnectionStats) {
        // There is only one start.
        let _ = self.counts.set(counts);
    }

    pub(crate) fn counts(&self) -> Option<&ConnectionStats> {
        self.counts.get()
    }

    /// Fails if the data folder at its path is not the one that was locked.
    pub(crate) fn require_place(&self) -> Result<(), String> {
        self.place.check()
    }

    /// Records in the database that the server has keys, once it has the first one. Such a server
    /// must not become open to all when the key files are lost.
    pub(crate) fn note_keys(&self) -> Result<(), StoreError> {
        if self.authenticator.has_keys() && !self.keys_noted.load(Ordering::Relaxed) {
            if !self.engine.store.had_keys()? {
                self.engine.store.note_keys()?;
            }
            self.keys_noted.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Returns true if an address belongs to this machine. No other machine can have an address
    /// that the server itself listens on.
    pub(crate) fn is_own_machine(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut own = self.addresses.iter();
        address.is_loopback() || own.any(|own| own.to_canonical() == address)
    }
}
