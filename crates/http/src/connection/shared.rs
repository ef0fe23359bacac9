//! The state that all connections share.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime;
use tokio::sync::watch;

use crate::config::HttpConfig;
use crate::connection::probes::Probes;
use crate::connection::tls::Tls;
use crate::connection::workers::Workers;
use crate::stats::ConnectionStats;
use crate::upstream::socket::UpstreamSocket;

/// Bytes that are thrown away at a time.
const SINK: usize = 64 * 1024;

/// Told to stop, how long what is under way may take to end.
pub(crate) type Stop = Option<Duration>;

/// State that all connections share.
pub(crate) struct Shared {
    pub(crate) config: HttpConfig,
    pub(crate) socket: Arc<UpstreamSocket>,
    pub(crate) workers: Workers,
    pub(crate) counts: ConnectionStats,
    /// Connections of the server's own probe.
    pub(crate) probes: Arc<Probes>,
    /// Where all connections put what they read and throw away.
    sink: Mutex<Vec<u8>>,
    /// The identity that is shown; without one, nothing is encrypted.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Where hands are shaken.
    pub(crate) handshakes: runtime::Handle,
    stop: watch::Receiver<Stop>,
}

impl Shared {
    /// Builds the state over a private socket. `handshakes` runs on another thread.
    pub(crate) fn new(
        config: HttpConfig,
        counts: ConnectionStats,
        probes: Arc<Probes>,
        socket: Arc<UpstreamSocket>,
        tls: Option<Arc<Tls>>,
        handshakes: runtime::Handle,
        stop: watch::Receiver<Stop>,
    ) -> Self {
        let workers = Workers::new(&config);
        Self {
            config,
            socket,
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
    pub(crate) fn discard(&self, stream: &TcpStream) -> io::Result<usize> {
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        stream.try_read(&mut sink)
    }

    /// Returns true if no connection may wait for another request.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.borrow().is_some()
    }

    /// Resolves to the time that is left when told to stop.
    pub(crate) async fn stopped(&self) -> Duration {
        let mut stop = self.stop.clone();
        // The thread that started the front has ended if it cannot send this any more.
        match stop.wait_for(Option::is_some).await {
            Ok(grace) => grace.unwrap_or_default(),
            Err(_) => Duration::ZERO,
        }
    }
}
