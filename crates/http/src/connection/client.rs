//! Clients whose requests are being handled, and what the handlers can know of them.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The client that waits for the answer to a request.
#[derive(Clone, Debug, Default)]
pub struct WaitingClient(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// It has closed its side of the connection.
    closed: AtomicBool,
    /// The front waits no more for the answer: the connection has ended, or the server stops.
    gone: AtomicBool,
}

impl WaitingClient {
    /// Fails if the client does not wait for the answer any more.
    pub fn check(&self) -> io::Result<()> {
        if self.0.gone.load(Ordering::Relaxed) {
            return Err(io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the client has gone, or the server is stopping",
            ));
        }
        Ok(())
    }

    /// Fails if the client does not wait for the answer any more or seems not to: a client that has
    /// closed only its sending side cannot be told from one that is gone. For work that takes long
    /// while nothing arrives.
    pub fn check_strictly(&self) -> io::Result<()> {
        if self.0.closed.load(Ordering::Relaxed) {
            self.0.gone.store(true, Ordering::Relaxed);
        }
        self.check()
    }
}

/// The callers whose requests have a body, by the numbers of the requests.
#[derive(Default)]
pub(crate) struct Callers(Mutex<HashMap<u64, WaitingClient>>);

impl Callers {
    /// Adds a caller, for as long as the result lives.
    pub(crate) fn add(&self, id: u64) -> Waiting<'_> {
        let caller = WaitingClient::default();
        self.lock().insert(id, caller.clone());
        Waiting {
            callers: self,
            id,
            caller,
        }
    }

    /// The caller of a request. One that is not known has gone before its request was handled.
    pub(crate) fn find(&self, id: u64) -> WaitingClient {
        self.lock().get(&id).cloned().unwrap_or_else(|| {
            let caller = WaitingClient::default();
            caller.0.gone.store(true, Ordering::Relaxed);
            caller
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, WaitingClient>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller that waits until this is dropped.
pub(crate) struct Waiting<'a> {
    callers: &'a Callers,
    id: u64,
    caller: WaitingClient,
}

impl Waiting<'_> {
    /// Notes that the client has closed its side.
    pub(crate) fn close(&self) {
        self.caller.0.closed.store(true, Ordering::Relaxed);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.caller.0.gone.store(true, Ordering::Relaxed);
        self.callers.lock().remove(&self.id);
    }
}
