//! Accepting connections, and ending them all.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{sleep, timeout};

use crate::connection::session;
use crate::connection::shared::Shared;
use crate::connection::stream::Stream;
use crate::response::head::FULL;
use crate::upstream::inbox::Sender;

/// How long accepting pauses when the system has no descriptors or memory for more.
const PAUSE: Duration = Duration::from_millis(50);

/// Most connections beyond the limit that are told so, rather than just closed.
const TOLD: usize = 64;

impl Shared {
    /// Serves until told to stop and until nothing is under way any more.
    pub(crate) async fn serve(self: Arc<Self>, listeners: Vec<TcpListener>) {
        let told = Arc::new(Semaphore::new(TOLD));
        let mut connections = JoinSet::new();
        // Which listener is looked at first, so that none has to wait for another one's crowd.
        let mut turn = 0;
        let grace = 'accepting: loop {
            turn += 1;
            // Their memory is kept until they are asked for.
            while let Some(ended) = connections.try_join_next() {
                report(ended);
            }
            while let Some(patience) = self.counts.limiter.patience() {
                tokio::select! {
                    () = sleep(patience) => {}
                    grace = self.stopped() => break 'accepting grace,
                }
            }
            if self.counts.limiter.is_full() {
                // Requests that have arrived are read first: after a pause of the whole process, all
                // connections seem to have waited for long.
                yield_now().await;
            }
            tokio::select! {
                accepted = accept(&listeners, turn) => match accepted {
                    Ok((stream, peer)) => self.admit(&told, &mut connections, stream, peer),
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        self.socket.lanes.clear();
                        sleep(PAUSE).await;
                    }
                },
                Some(ended) = connections.join_next() => report(ended),
                grace = self.stopped() => break grace,
            }
        };
        drop(listeners);
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
        told: &Arc<Semaphore>,
        connections: &mut JoinSet<()>,
        stream: TcpStream,
        peer: SocketAddr,
    ) {
        let shared = Arc::clone(self);
        let address = peer;
        let is_probe = self.probes.is_one(address);
        let peer = Sender { address, is_probe };
        let limiter = &self.counts.limiter;
        let slot = if is_probe {
            Some(limiter.add(address.ip()))
        } else {
            limiter.take(address.ip())
        };
        if let Some(slot) = slot {
            connections.spawn(async move {
                session::serve(&shared, stream, peer, slot).await;
            });
        } else if let Ok(slot) = Arc::clone(told).try_acquire_owned() {
            tracing::warn!(peer = %address, "too many connections");
            connections.spawn(async move {
                if shared.tls.is_none() {
                    session::refuse(&shared, Stream::Plain(stream), FULL).await;
                } else {
                    shared.counts.refuse(FULL.status);
                }
                drop(slot);
            });
        } else {
            self.counts.refuse(FULL.status);
        }
    }
}

/// The next connection of any listener.
async fn accept(listeners: &[TcpListener], turn: usize) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|context| {
        let first = turn % listeners.len().max(1);
        let (after, before) = listeners.split_at(first);
        for listener in before.iter().chain(after) {
            if let Poll::Ready(accepted) = listener.poll_accept(context) {
                return Poll::Ready(accepted);
            }
        }
        Poll::Pending
    })
    .await
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "a connection ended in a panic");
    }
}
