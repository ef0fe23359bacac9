//! A running server.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::Config;
use crate::fault;
use crate::guard::Tls;
use crate::http::{Front, GuardConfig};
use crate::lock::DataLock;
use crate::router::Router;
use crate::schedule;
use crate::start::{self, StartError};
use crate::state::State;

/// How long requests under way may take to end once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// A server that answers on its own threads until it is shut down.
pub struct Server {
    front: Front,
    state: Arc<State>,
    jobs: JoinHandle<()>,
    tls: Option<Arc<Tls>>,
    /// Last to go: only when nothing runs any more may another server take the folder.
    _lock: DataLock,
}

impl Server {
    /// Starts a server. It accepts requests when this returns.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        start::raise_descriptor_limit();
        let tls = config.tls.clone().map(Tls::load).transpose()?;
        let tls = tls.map(Arc::new);
        let (state, lock) = start::prepare(config)?;
        let state = Arc::new(state);
        let router = Arc::new(Router::new(Arc::clone(&state)));
        let listen = |source| StartError::Listen {
            listen: config.listen,
            source,
        };
        let guard = GuardConfig {
            socket_parent: Some(config.data.clone()),
            connections: config.max_connections,
            ..GuardConfig::default()
        };
        let front = Front::start(config.listen, guard, tls.clone(), router).map_err(listen)?;
        let (version, address) = (env!("CARGO_PKG_VERSION"), front.local_addr());
        tracing::info!(version, %address, data = %config.data.display(), "the server runs");
        fault::running();
        let jobs = schedule::start(Arc::clone(&state)).map_err(listen)?;
        Ok(Self {
            front,
            state,
            jobs,
            tls,
            _lock: lock,
        })
    }

    /// Where it listens; with the real port when a free one was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.front.local_addr()
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Reads the certificate and its key anew, for connections to come. When they are not in order,
    /// the old ones stay in use.
    pub fn reload_tls(&self) {
        match self.tls.as_ref().map(|tls| tls.reload()) {
            Some(Ok(())) => tracing::info!("read the certificate anew"),
            Some(Err(error)) => {
                let cause = error.source().map(ToString::to_string).unwrap_or_default();
                tracing::error!(%error, cause, "the certificate stays the old one");
            }
            None => {}
        }
    }

    /// Stops accepting, lets what is under way end for a while, and returns when all is quiet.
    /// Uploads that are cut off leave nothing behind.
    pub fn shutdown(self) {
        self.state.schedule.stop();
        self.front.shutdown(GRACE);
        if self.jobs.join().is_err() {
            tracing::error!("the thread of the jobs ended in a panic");
        }
        tracing::info!("the server has stopped");
    }
}
