//! The state that all connections share.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime;
use tokio::sync::watch;

use super::config::GuardConfig;
use super::count::Counts;
use super::door::Door;
use super::probes::Probes;
use super::tls::Tls;
use super::workers::Workers;

/// Bytes that are thrown away at a time.
const SINK: usize = 64 * 1024;

/// Told to stop, how long what is under way may take to end.
pub(crate) type Stop = Option<Duration>;

/// What the connections share.
pub(crate) struct Shared {
    pub(super) config: GuardConfig,
    pub(super) door: Arc<Door>,
    pub(super) workers: Workers,
    pub(super) counts: Counts,
    /// Connections of the server's own probe.
    pub(super) probes: Arc<Probes>,
    /// Where all connections put what they read and throw away.
    sink: Mutex<Vec<u8>>,
    /// The identity that is shown; without one, nothing is encrypted.
    pub(super) tls: Option<Arc<Tls>>,
    /// Where hands are shaken.
    pub(super) handshakes: runtime::Handle,
    stop: watch::Receiver<Stop>,
}

impl Shared {
    /// Builds the state over a private socket. `handshakes` runs on another thread.
    pub(crate) fn new(
        config: GuardConfig,
        counts: Counts,
        probes: Arc<Probes>,
        door: Arc<Door>,
        tls: Option<Arc<Tls>>,
        handshakes: runtime::Handle,
        stop: watch::Receiver<Stop>,
    ) -> Self {
        let workers = Workers::new(&config);
        Self {
            config,
            door,
            workers,
            counts,
            probes,
            sink: Mutex::new(vec![0; SINK]),
            tls,
            handshakes,
            stop,
        }
    }

    /// Reads what has arrived and throws it away.
    pub(super) fn discard(&self, stream: &TcpStream) -> io::Result<usize> {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        stream.try_read(&mut sink)
    }

    /// Whether no connection may wait for another request.
    pub(super) fn is_stopping(&self) -> bool {
        self.stop.borrow().is_some()
    }

    /// Resolves to the time that is left when told to stop.
    pub(super) async fn stopped(&self) -> Duration {
        let mut stop = self.stop.clone();
        // Whoever started the guard is gone when it cannot say so any more.
        match stop.wait_for(Option::is_some).await {
            Ok(grace) => grace.unwrap_or_default(),
            Err(_) => Duration::ZERO,
        }
    }
}
