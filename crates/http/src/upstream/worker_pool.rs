//! Taking requests from the server inside, and the threads that answer them.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;

use crate::message::Handler;
use crate::upstream::private_headers::{ID, LANE};
use crate::upstream::socket::UpstreamSocket;
use crate::upstream::tiny_http::{Arrival, Inside, answer, number, start};

/// Time to wait before restarting the upstream server after a failure.
const RETRY: Duration = Duration::from_millis(50);

/// Most clerks that wait for a request.
pub(crate) const MOST_CLERKS: usize = 16;

/// How often a clerk looks for one before it sleeps.
const TRIES: usize = 4;

/// How long a clerk waits for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes requests from the server inside and has each answered on a thread of its own.
///
/// Threads that have answered a request wait for another one and take it themselves, as *clerks*: that
/// saves handing it over. The desk takes what comes when no clerk waits.
pub(crate) struct WorkerPool {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// State that the threads share with their owner.
struct Shared {
    socket: Arc<UpstreamSocket>,
    handler: Arc<dyn Handler>,
    threads: runtime::Handle,
    server: Mutex<Arc<Inside>>,
    closing: AtomicBool,
    /// The upstream server is to be restarted.
    stuck: AtomicBool,
    /// Clerks that wait.
    clerks: AtomicUsize,
    /// Wakes the dispatcher.
    bell: (Mutex<()>, Condvar),
}

impl WorkerPool {
    /// Starts the upstream server on a socket.
    pub(crate) fn open(
        socket: Arc<UpstreamSocket>,
        handler: Arc<dyn Handler>,
        threads: runtime::Handle,
    ) -> io::Result<Self> {
        let server = Mutex::new(start(&socket)?);
        let shared = Arc::new(Shared {
            socket,
            handler,
            threads,
            server,
            closing: AtomicBool::new(false),
            stuck: AtomicBool::new(false),
            clerks: AtomicUsize::new(0),
            bell: (Mutex::new(()), Condvar::new()),
        });
        let desk = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("desk".into())
            .spawn(move || desk.serve())?;
        Ok(Self { shared, thread })
    }

    /// Restarts the upstream server whenever it is stuck. Never returns.
    pub(crate) async fn keep_going(&self) {
        loop {
            self.shared.socket.stuck().await;
            tracing::error!("the upstream HTTP server does not respond; restarting it");
            self.shared.interrupt(&self.shared.stuck);
        }
    }

    /// Stops the server inside.
    pub(crate) fn close(self) {
        self.shared.interrupt(&self.shared.closing);
        if self.thread.join().is_err() {
            tracing::error!("the thread of the desk ended in a panic");
        }
    }
}

impl Shared {
    fn server(&self) -> Arc<Inside> {
        Arc::clone(&self.server.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets a flag and has the desk see it, wherever it waits.
    fn interrupt(&self, flag: &AtomicBool) {
        flag.store(true, Ordering::SeqCst);
        self.ring();
        self.server().unblock();
    }

    fn ring(&self) {
        let (lock, bell) = &self.bell;
        // A thread that holds the lock checks for changes before it waits.
        drop(lock.lock().unwrap_or_else(PoisonError::into_inner));
        bell.notify_all();
    }

    /// The desk's work.
    fn serve(self: &Arc<Self>) {
        loop {
            self.wait_until_needed();
            if self.closing.load(Ordering::SeqCst) {
                // The clerks are told one by the other.
                self.server().unblock();
                return;
            }
            if self.stuck.swap(false, Ordering::SeqCst) {
                self.start_anew();
                continue;
            }
            match self.server().recv() {
                Ok(arrival) => {
                    let (desk, arrival) = (Arc::clone(self), self.take(arrival));
                    self.threads.spawn_blocking(move || {
                        answer(arrival, &*desk.handler, &desk.socket);
                        desk.clerk();
                    });
                }
                Err(error) => self.note(&error),
            }
        }
    }

    /// Waits until no clerk does, or until there is something else to do.
    fn wait_until_needed(&self) {
        let (lock, bell) = &self.bell;
        let shared = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |(): &mut ()| {
            self.clerks.load(Ordering::SeqCst) > 0
                && !self.closing.load(Ordering::SeqCst)
                && !self.stuck.load(Ordering::SeqCst)
        };
        drop(bell.wait_while(shared, idle));
    }

    /// Notes why nothing has been received.
    fn note(&self, error: &io::Error) {
        // An interrupted wait is an error of this kind. The upstream server accepts nothing more
        // once accepting has failed, for example for lack of descriptors.
        if error.kind() != io::ErrorKind::Other {
            tracing::warn!(%error, "the upstream HTTP server accepts nothing any more");
            self.stuck.store(true, Ordering::SeqCst);
        }
    }

    fn start_anew(&self) {
        match start(&self.socket) {
            Ok(new) => {
                tracing::warn!("the upstream HTTP server was restarted");
                let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
                let old = std::mem::replace(&mut *server, new);
                drop(server);
                // For the first clerk that waits there.
                old.unblock();
            }
            Err(error) => {
                tracing::warn!(%error, "the upstream HTTP server cannot be started");
                thread::sleep(RETRY);
                self.stuck.store(true, Ordering::SeqCst);
            }
        }
    }

    /// Notes that a request has been handed over.
    fn take(&self, arrival: Arrival) -> Arrival {
        self.socket
            .took(number(&arrival, ID), number(&arrival, LANE));
        arrival
    }

    /// Takes and answers requests while too few other threads do.
    fn clerk(&self) {
        loop {
            if self.clerks.fetch_add(1, Ordering::SeqCst) >= MOST_CLERKS {
                self.leave();
                return;
            }
            let server = self.server();
            let received = self.receive(&server);
            self.leave();
            match received {
                Ok(Some(arrival)) => answer(self.take(arrival), &*self.handler, &self.socket),
                outcome => {
                    if let Err(error) = outcome {
                        self.note(&error);
                        self.ring();
                    }
                    // This wake-up may have been meant for another thread.
                    if self.is_over(&server) {
                        server.unblock();
                    }
                    return;
                }
            }
        }
    }

    /// Returns the next request; none if none comes for long, or if the wait was interrupted.
    fn receive(&self, server: &Arc<Inside>) -> io::Result<Option<Arrival>> {
        // A sleeping thread is woken with the queue locked and has to sleep again. Under load, the
        // next request comes sooner than that.
        for _ in 0..TRIES {
            match server.try_recv() {
                Ok(None) if !self.is_over(server) => thread::yield_now(),
                received => return received,
            }
        }
        server.recv_timeout(PATIENCE)
    }

    /// Returns true if no thread should wait for the upstream server.
    fn is_over(&self, server: &Arc<Inside>) -> bool {
        let flags = [&self.closing, &self.stuck];
        flags.iter().any(|flag| flag.load(Ordering::SeqCst)) || !Arc::ptr_eq(server, &self.server())
    }

    /// Waits no more. The last one leaves it to the desk.
    fn leave(&self) {
        if self.clerks.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.ring();
        }
    }
}
