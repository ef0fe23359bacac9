//! Accepting connections, and ending them all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::config::GuardConfig;
use super::connection;
use super::door::Door;
use super::reply::Refusal;
use super::seats::Seats;
use super::stream::Stream;
use super::tls::Tls;

/// How long accepting pauses when the system has no descriptors or memory for more.
const PAUSE: Duration = Duration::from_millis(50);

/// Most connections beyond the limit that are told so, rather than just closed.
const TOLD: usize = 64;

const FULL: Refusal = Refusal::new(503, "the server has too many connections; try again later");

/// Told to stop, how long what is under way may take to end.
pub(crate) type Stop = Option<Duration>;

/// What the connections share.
pub(crate) struct Guard {
    pub(super) config: GuardConfig,
    pub(super) door: Arc<Door>,
    /// One permit for each request that a handler may work on.
    pub(super) workers: Semaphore,
    /// The identity that is shown; without one, nothing is encrypted.
    pub(super) tls: Option<Arc<Tls>>,
    /// Where hands are shaken.
    pub(super) handshakes: runtime::Handle,
    stop: watch::Receiver<Stop>,
}

impl Guard {
    /// A guard over a door. `handshakes` runs on another thread.
    pub(crate) fn new(
        config: GuardConfig,
        door: Arc<Door>,
        tls: Option<Arc<Tls>>,
        handshakes: runtime::Handle,
        stop: watch::Receiver<Stop>,
    ) -> Self {
        let workers = Semaphore::new(config.workers);
        Self {
            config,
            door,
            workers,
            tls,
            handshakes,
            stop,
        }
    }

    /// Serves until told to stop and until nothing is under way any more.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let seats = Seats::new(self.config.connections);
        let told = Arc::new(Semaphore::new(TOLD));
        let mut connections = JoinSet::new();
        let grace = loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.admit(&seats, &told, &mut connections, stream, peer),
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        sleep(PAUSE).await;
                    }
                },
                Some(ended) = connections.join_next() => report(ended),
                grace = self.stopped() => break grace,
            }
        };
        drop(listener);
        let quiet = async {
            while let Some(ended) = connections.join_next().await {
                report(ended);
            }
        };
        if timeout(grace, quiet).await.is_err() {
            tracing::warn!(
                connections = connections.len(),
                "requests under way are cut off"
            );
            connections.shutdown().await;
        }
    }

    fn admit(
        self: &Arc<Self>,
        seats: &Arc<Seats>,
        told: &Arc<Semaphore>,
        connections: &mut JoinSet<()>,
        stream: TcpStream,
        peer: SocketAddr,
    ) {
        let guard = Arc::clone(self);
        if let Some(seat) = seats.take(peer.ip()) {
            connections.spawn(async move {
                connection::serve(&guard, stream, peer, seat).await;
            });
        } else if let Ok(slot) = Arc::clone(told).try_acquire_owned() {
            tracing::warn!(%peer, "too many connections");
            connections.spawn(async move {
                if guard.tls.is_none() {
                    connection::refuse(&guard, Stream::Plain(stream), FULL).await;
                }
                drop(slot);
            });
        }
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

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection ended in a panic");
    }
}
