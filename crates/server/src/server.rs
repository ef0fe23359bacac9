//! A running server.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::api::router::Router;
use bchan_api::header;
use bchan_http::RefusalBodies;
use serde_json::json;

use crate::app::App;
use crate::config::{Auth, Config};
use crate::control::Control;
use crate::scheduler;
use crate::start::{self, StartError};
use bchan_engine::chain;
use bchan_http::{HttpConfig, HttpServer};
use bchan_http::{Identity, Probe, Question, Tls, TlsError};
use bchan_storage::data_dir::lock::DataLock;

/// Paths of requests that must not wait for uploads. Tests compare them with the API.
const WATCHED: [&str; 2] = ["/healthz", "/metrics"];

/// The request of the probe.
const LIVE: &str = "/healthz?live";

/// A server that answers on its own threads until it is shut down.
pub struct Server {
    front: HttpServer,
    app: Arc<App>,
    control: Option<Control>,
    jobs: JoinHandle<()>,
    tls: Option<Arc<Tls>>,
    /// As it was started, or last told otherwise.
    config: Mutex<Config>,
    /// Last to go: only when nothing runs any more may another server take the folder.
    _lock: DataLock,
}

impl Server {
    /// Starts a server. It accepts requests when this returns.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        Self::start_on(config, Vec::new())
    }

    /// Starts a server on sockets that listen already, wherever that is; without any, on the
    /// address of the configuration.
    pub fn start_on(config: &Config, listeners: Vec<TcpListener>) -> Result<Self, StartError> {
        start::raise_descriptor_limit();
        let tls = config.tls.as_ref().map(Tls::load).transpose()?;
        let tls = tls.map(Arc::new);
        let listen = |source| StartError::Listen {
            listen: config.listen,
            source,
        };
        let addresses = if listeners.is_empty() {
            vec![config.listen]
        } else {
            let addresses = listeners.iter().map(TcpListener::local_addr);
            addresses.collect::<Result<_, _>>().map_err(listen)?
        };
        let (app, lock) = start::prepare(config, &addresses)?;
        let app = Arc::new(app);
        let router = Arc::new(Router::new(Arc::clone(&app)));
        let guard = HttpConfig {
            socket_parent: Some(config.data.clone()),
            connections: config.max_connections,
            watched_paths: &WATCHED,
            refusals: RefusalBodies {
                content_type: "application/json",
                render: |message| json!({ "success": false, "message": message }).to_string(),
            },
            ..HttpConfig::default()
        };
        let listeners = if listeners.is_empty() {
            vec![TcpListener::bind(config.listen).map_err(listen)?]
        } else {
            listeners
        };
        let front = HttpServer::start(listeners, guard, tls.clone(), router).map_err(listen)?;
        app.set_counts(front.counts().clone());
        let (version, data) = (env!("CARGO_PKG_VERSION"), config.data.display());
        for address in front.addresses() {
            tracing::info!(version, %address, %data, "server started");
        }
        bchan_failpoint::running();
        // Some network file systems have no sockets. Backups matter more than such questions.
        let control = Control::start(Arc::clone(&app), &config.data)
            .inspect_err(|error| {
                tracing::warn!(%error, "`bchan server` cannot ask the server while it runs");
            })
            .ok();
        let jobs = scheduler::start(Arc::clone(&app.engine), Arc::clone(&app.scheduler))
            .map_err(listen)?;
        Ok(Self {
            front,
            app,
            control,
            jobs,
            tls,
            config: Mutex::new(config.clone()),
            _lock: lock,
        })
    }

    /// Where it listens, first of all; with the real port when a free one was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        let first = self.front.addresses().first();
        // There is one at least.
        first.copied().unwrap_or(crate::DEFAULT_LISTEN)
    }

    /// Returns true if connections are encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// How long requests under way may take to end once it is told to stop.
    #[must_use]
    pub fn grace(&self) -> Duration {
        let config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        config.grace
    }

    /// Returns a probe of the running server.
    #[must_use]
    pub fn probe(&self) -> Probe {
        Probe::new(
            self.local_addr(),
            self.tls.clone(),
            self.front.probes(),
            Question {
                target: LIVE,
                header: header::FEATURES,
            },
        )
    }

    /// Applies other settings, all or none of them: limits, the reserve, intervals of jobs, the
    /// grace period, and the certificate, which is reloaded in any case. Returns the names of those
    /// that differ and need a restart. On an error everything stays as it is.
    pub fn reload(&self, new: &Config) -> Result<Vec<&'static str>, TlsError> {
        let mut config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        let left = fixed(&config, new);
        if let (Some(tls), Some(files)) = (&self.tls, &new.tls) {
            let identity = Identity::read(files)?;
            tls.show(identity);
            tracing::info!("reloaded the certificate");
        }
        // Clients with a key see warnings in each answer, the administrator here.
        if let Err(error) = self.app.authenticator.usable() {
            let error = chain(&error);
            tracing::error!(
                error,
                "the key file cannot be used; every request is refused"
            );
        }
        // The file may have been renamed.
        if let Some(Err(error)) = config.log.as_ref().map(|log| log.open(&config.data)) {
            tracing::error!(%error, "the log file cannot be reopened");
        }
        self.app.engine.set_limits(new.into());
        self.app.scheduler.set_intervals(new.intervals.clone());
        self.front.counts().limiter.set_limit(new.max_connections);
        let Config {
            max_connections,
            grace,
            ..
        } = *new;
        let limits = self.app.engine.limits();
        tracing::info!(
            max_unpacked = limits.unpack.max_bytes,
            max_entries = limits.unpack.max_entries,
            max_ratio = limits.unpack.max_ratio,
            preserve_owner = limits.preserve_owner,
            max_connections,
            grace = grace.as_secs(),
            "applied the settings"
        );
        // What needs a restart is compared with what the server was started with.
        *config = Config {
            unpack: new.unpack,
            preserve_owner: new.preserve_owner,
            share: new.share,
            reserve: new.reserve,
            intervals: new.intervals.clone(),
            max_connections,
            grace,
            ..config.clone()
        };
        Ok(left)
    }

    /// Stops accepting connections, waits up to the grace period for running requests, and returns
    /// when all have ended. Uploads that are cut off are discarded.
    pub fn shutdown(self) {
        let config = self.config.into_inner();
        let grace = config.unwrap_or_else(PoisonError::into_inner).grace;
        tracing::info!(?grace, "shutting down");
        self.app.scheduler.stop();
        drop(self.control);
        self.front.shutdown(grace);
        if self.jobs.join().is_err() {
            tracing::error!("the thread of the jobs ended in a panic");
        }
        if let Err(error) = self.app.engine.clock.save(&*self.app.engine.store) {
            tracing::warn!(%error, "trusted time is not written down");
        }
        tracing::info!("server stopped");
    }
}

/// The settings of a running server that are others in a new configuration, and stay all the same.
fn fixed(old: &Config, new: &Config) -> Vec<&'static str> {
    type Part = fn(&Config) -> (Option<&PathBuf>, &[PathBuf]);
    let paths: [(&'static str, Part); 3] = [
        ("data", |config| (Some(&config.data), &[])),
        ("storage-roots", |config| (None, &config.storage_roots)),
        ("recycle-bin", |config| (config.recycle_bin.as_ref(), &[])),
    ];
    let paths = paths.iter().filter(|(_, part)| part(old) != part(new));
    let mut names: Vec<_> = paths.map(|(name, _)| *name).collect();
    if old.listen != new.listen {
        names.push("listen");
    }
    if old.tls.is_some() != new.tls.is_some() {
        names.push("tls-cert");
    }
    if matches!(old.auth, Auth::None) != matches!(new.auth, Auth::None) {
        names.push("no-auth");
    }
    if old.allowed_hosts != new.allowed_hosts {
        names.push("allowed-hosts");
    }
    if old.open_monitoring != new.open_monitoring {
        names.push("open-monitoring");
    }
    names
}

#[cfg(test)]
mod tests {
    use bchan_api::Endpoint;

    use super::*;

    #[test]
    fn monitoring_has_the_paths_of_the_api() {
        let paths = [Endpoint::ShowHealth, Endpoint::ShowMetrics].map(|it| it.path(""));
        assert_eq!(paths, WATCHED);
        assert!(LIVE.starts_with(&paths[0]));
    }
}
