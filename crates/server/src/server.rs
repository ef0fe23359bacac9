//! A running server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::Config;
use crate::fault;
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
    /// Last to go: only when nothing runs any more may another server take the folder.
    _lock: DataLock,
}

impl Server {
    /// Starts a server. It accepts requests when this returns.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        start::raise_descriptor_limit();
        let (state, lock) = start::prepare(config)?;
        let state = Arc::new(state);
        let router = Arc::new(Router::new(Arc::clone(&state)));
        let listen = |source| StartError::Listen {
            listen: config.listen,
            source,
        };
        let guard = GuardConfig {
            socket_parent: Some(config.data.clone()),
            ..GuardConfig::default()
        };
        let front = Front::start(config.listen, guard, router).map_err(listen)?;
        fault::running();
        let jobs = schedule::start(Arc::clone(&state)).map_err(listen)?;
        Ok(Self {
            front,
            state,
            jobs,
            _lock: lock,
        })
    }

    /// Where it listens; with the real port when a free one was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.front.local_addr()
    }

    /// Stops accepting, lets what is under way end for a while, and returns when all is quiet.
    /// Uploads that are cut off leave nothing behind.
    pub fn shutdown(self) {
        self.state.schedule.stop();
        self.front.shutdown(GRACE);
        if self.jobs.join().is_err() {
            tracing::error!("the thread of the jobs ended in a panic");
        }
    }
}
