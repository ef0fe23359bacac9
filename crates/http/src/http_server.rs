//! The whole of it: the front, the server inside, and the threads of the handlers.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::watch;

use crate::config::HttpConfig;
use crate::connection::probes::Probes;
use crate::connection::shared::{Shared, Stop};
use crate::connection::tls::Tls;
use crate::message::Handler;
use crate::stats::ConnectionStats;
use crate::upstream::socket::UpstreamSocket;
use crate::upstream::worker_pool::{MOST_CLERKS, WorkerPool};

/// Most connections that wait to be accepted.
const BACKLOG: i32 = 4096;

/// A server that listens.
pub struct HttpServer {
    addresses: Vec<SocketAddr>,
    counts: ConnectionStats,
    probes: Arc<Probes>,
    stop: watch::Sender<Stop>,
    thread: JoinHandle<()>,
    handshakes: Option<JoinHandle<()>>,
    #[cfg(test)]
    socket: Arc<UpstreamSocket>,
}

impl HttpServer {
    /// Has requests handled from now on that come to these sockets.
    pub fn start(
        listeners: Vec<TcpListener>,
        config: HttpConfig,
        tls: Option<Arc<Tls>>,
        handler: Arc<dyn Handler>,
    ) -> io::Result<Self> {
        let addresses = listeners.iter().map(TcpListener::local_addr);
        let addresses = addresses.collect::<io::Result<Vec<_>>>()?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            // One more for the probe.
            .max_blocking_threads(config.workers + config.watchers + MOST_CLERKS + 1)
            .build()?;
        let listeners = {
            let _context = runtime.enter();
            let listen = |listener: TcpListener| {
                // Many may come at once, and what the queue does not hold has to try again after a
                // second. It is no matter if the system keeps to its own length.
                let _ = rustix::net::listen(&listener, BACKLOG);
                listener.set_nonblocking(true)?;
                tokio::net::TcpListener::from_std(listener)
            };
            listeners
                .into_iter()
                .map(listen)
                .collect::<io::Result<Vec<_>>>()?
        };
        let socket = Arc::new(UpstreamSocket::new(config.socket_parent.as_deref())?);
        let desk = WorkerPool::open(Arc::clone(&socket), handler, runtime.handle().clone())?;
        let (stop, stopped) = watch::channel(None);
        let (shaking, handshakes) = match &tls {
            Some(_) => start_handshakes(stopped.clone()).map(|(a, b)| (a, Some(b)))?,
            None => (runtime.handle().clone(), None),
        };
        let counts = ConnectionStats::new(config.connections);
        #[cfg(test)]
        let inner = Arc::clone(&socket);
        let behind = Arc::clone(&socket);
        let probes = Arc::new(Probes::default());
        let known = Arc::clone(&probes);
        let shared = Shared::new(config, counts.clone(), known, behind, tls, shaking, stopped);
        let shared = Arc::new(shared);
        let thread = thread::Builder::new()
            .name("connections".into())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = shared.serve(listeners) => {}
                        () = desk.keep_going() => {}
                        () = socket.tidy() => {}
                    }
                });
                desk.close();
                // Handlers that are still at work now find their connections gone. This waits for them.
                drop(runtime);
            })?;
        Ok(Self {
            addresses,
            counts,
            probes,
            stop,
            thread,
            handshakes,
            #[cfg(test)]
            socket: inner,
        })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Returns the statistics of connections.
    pub fn counts(&self) -> &ConnectionStats {
        &self.counts
    }

    /// Connections of the server's own probe.
    pub fn probes(&self) -> Arc<Probes> {
        Arc::clone(&self.probes)
    }

    /// The socket to the server inside.
    #[cfg(test)]
    pub(crate) fn socket(&self) -> &UpstreamSocket {
        &self.socket
    }

    /// Stops accepting, lets requests under way end for at most `grace`, cuts off the others, and
    /// returns when no handler is at work any more.
    pub fn shutdown(self, grace: Duration) {
        self.stop.send_replace(Some(grace));
        for thread in [Some(self.thread), self.handshakes].into_iter().flatten() {
            if thread.join().is_err() {
                tracing::error!("a thread of the front ended in a panic");
            }
        }
    }
}

/// A thread for nothing but handshakes, which ends when the server stops.
fn start_handshakes(
    mut stopped: watch::Receiver<Stop>,
) -> io::Result<(runtime::Handle, JoinHandle<()>)> {
    let runtime = runtime::Builder::new_current_thread().build()?;
    let handle = runtime.handle().clone();
    let thread = thread::Builder::new()
        .name("handshakes".into())
        .spawn(move || {
            // A dropped sender also means stop.
            let _ = runtime.block_on(stopped.wait_for(Option::is_some));
        })?;
    Ok((handle, thread))
}
