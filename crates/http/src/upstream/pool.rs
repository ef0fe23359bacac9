//! Connections to the upstream server that are kept for another request.
//!
//! Only requests without a body use them, and no health requests, because those must find out
//! whether new connections work. Requests use a connection one after the other: the upstream server
//! reads nothing of such a request but its head, which the front has made, so that no byte of it
//! can be taken for the next request. An answer cannot be taken for another one either: a
//! connection is kept only if the frame that ends its last answer has come and no byte after it.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::{Shutdown, shutdown};
use tokio::net::UnixStream;
use tokio::time::sleep;

use crate::upstream::inbox::Inbox;

/// Most connections that wait for a request.
const MOST_SPARE: usize = 64;

/// Time after which unused connections are closed.
const TIDY: Duration = Duration::from_secs(10);

/// A connection to the server inside.
pub(crate) struct PooledConnection {
    pub(crate) inbox: Inbox<UnixStream>,
    /// The same connection, for the code that reports that an answer has no end.
    closer: Arc<OwnedFd>,
    /// Number of the socket that it leads to.
    socket: u64,
}

impl PooledConnection {
    /// A connection to the socket with this number.
    pub(crate) fn new(stream: UnixStream, closer: Arc<OwnedFd>, socket: u64) -> Self {
        Self {
            inbox: Inbox::new(stream),
            closer,
            socket,
        }
    }

    /// Returns a handle that closes a connection from another thread.
    pub(crate) fn closer(stream: &UnixStream) -> io::Result<Arc<OwnedFd>> {
        stream.as_fd().try_clone_to_owned().map(Arc::new)
    }
}

#[derive(Default)]
pub(crate) struct Lanes {
    /// Number of the socket that is in use.
    socket: AtomicU64,
    spare: Mutex<Spare>,
    /// Number of the last trip.
    last: AtomicU64,
    /// Requests under way, by their number.
    trips: Mutex<HashMap<u64, State>>,
}

#[derive(Default)]
struct Spare {
    /// The one that was used last comes last, and is the next to be used.
    lanes: Vec<PooledConnection>,
    /// Number of connections that were not used since the last cleanup.
    unneeded: usize,
}

/// How far a request has come.
struct State {
    is_taken: bool,
    is_cut: bool,
    closer: Arc<OwnedFd>,
}

/// A request under way through a lane.
pub(crate) struct InFlight<'a> {
    lanes: &'a Lanes,
    /// Its number.
    pub(crate) id: u64,
}

impl Lanes {
    /// A lane that waits for a request.
    pub(crate) fn take(&self) -> Option<PooledConnection> {
        let mut spare = self.spare();
        let lane = spare.lanes.pop();
        spare.unneeded = spare.unneeded.min(spare.lanes.len());
        lane
    }

    /// Keeps a lane whose answer has come to its end.
    pub(crate) fn keep(&self, mut lane: PooledConnection) {
        lane.inbox.rest();
        let mut spare = self.spare();
        if self.is_current(&lane) && lane.inbox.is_empty() && spare.lanes.len() < MOST_SPARE {
            spare.lanes.push(lane);
        }
    }

    /// Returns true if a lane leads to the server inside that is in use.
    pub(crate) fn is_current(&self, lane: &PooledConnection) -> bool {
        lane.socket == self.socket.load(Ordering::SeqCst)
    }

    /// From now on, no lane leads to any other socket than this.
    pub(crate) fn renew(&self, socket: u64) {
        self.socket.store(socket, Ordering::SeqCst);
        self.clear();
    }

    /// Closes what waits, for its descriptors.
    pub(crate) fn clear(&self) {
        *self.spare() = Spare::default();
    }

    /// Closes unused connections again and again. Never returns.
    pub(crate) async fn tidy(&self) {
        loop {
            sleep(TIDY).await;
            self.close_unneeded();
        }
    }

    fn close_unneeded(&self) {
        let mut spare = self.spare();
        let unneeded = spare.unneeded;
        spare.lanes.drain(..unneeded);
        spare.unneeded = spare.lanes.len();
    }

    /// Begins a trip through a connection.
    pub(crate) fn set_out(&self, closer: &Arc<OwnedFd>) -> InFlight<'_> {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let state = State {
            is_taken: false,
            is_cut: false,
            closer: Arc::clone(closer),
        };
        self.trips().insert(id, state);
        InFlight { lanes: self, id }
    }

    /// Begins a trip through a lane.
    pub(crate) fn set_out_on(&self, lane: &PooledConnection) -> InFlight<'_> {
        self.set_out(&lane.closer)
    }

    /// Notes that a request has been handed over.
    pub(crate) fn took(&self, id: u64) {
        if let Some(state) = self.trips().get_mut(&id) {
            state.is_taken = true;
        }
    }

    /// Reports that the answer to a request was cut off. Readers of the rest find the connection
    /// closed.
    pub(crate) fn cut(&self, id: u64) {
        if let Some(state) = self.trips().get_mut(&id) {
            state.is_cut = true;
            // It fails only where there is no connection any more.
            let _ = shutdown(&state.closer, Shutdown::Both);
        }
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trips(&self) -> MutexGuard<'_, HashMap<u64, State>> {
        self.trips.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InFlight<'_> {
    /// Returns true if the request has been handed over.
    pub(crate) fn is_taken(&self) -> bool {
        let trips = self.lanes.trips();
        trips.get(&self.id).is_some_and(|state| state.is_taken)
    }

    /// Ends the request; returns true if it was not cut off.
    pub(crate) fn end(self) -> bool {
        let state = self.lanes.trips().remove(&self.id);
        state.is_some_and(|state| !state.is_cut)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.lanes.trips().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn pair(socket: u64) -> (PooledConnection, UnixStream) {
        let (near, far) = UnixStream::pair().unwrap();
        let closer = PooledConnection::closer(&near).unwrap();
        (PooledConnection::new(near, closer, socket), far)
    }

    /// Waits until the other end has been closed.
    async fn is_closed(far: &mut UnixStream) -> bool {
        far.read_u8().await.is_err()
    }

    #[tokio::test]
    async fn only_those_are_kept_that_lead_somewhere() {
        let lanes = Lanes::default();
        lanes.renew(1);
        let (lane, _far) = pair(1);
        lanes.keep(lane);
        lanes.keep(pair(2).0);
        assert!(lanes.take().is_some() && lanes.take().is_none());
        let (lane, mut far) = pair(1);
        lanes.keep(lane);
        lanes.renew(2);
        assert!(lanes.take().is_none() && is_closed(&mut far).await);
    }

    #[tokio::test]
    async fn one_with_something_left_in_it_is_not_kept() {
        let lanes = Lanes::default();
        let (mut lane, mut far) = pair(0);
        far.write_all(b"\0\0\0\0more").await.unwrap();
        assert!(matches!(
            lane.inbox.next().await,
            crate::upstream::inbox::Piece::End
        ));
        lanes.keep(lane);
        assert!(lanes.take().is_none());
    }

    #[tokio::test]
    async fn what_is_not_needed_is_closed() {
        let lanes = Lanes::default();
        let (old, mut far) = pair(0);
        let (new, _stays) = pair(0);
        lanes.keep(old);
        lanes.keep(new);
        lanes.close_unneeded();
        let taken = lanes.take().unwrap();
        lanes.keep(taken);
        lanes.close_unneeded();
        assert!(
            is_closed(&mut far).await,
            "both connections were not needed"
        );
        assert!(lanes.take().is_some() && lanes.take().is_none());
    }

    #[tokio::test]
    async fn whoever_waits_for_an_answer_sees_it_cut() {
        let lanes = Lanes::default();
        let (mut lane, _far) = pair(0);
        let trip = lanes.set_out_on(&lane);
        let id = trip.id;
        assert!(!trip.is_taken());
        lanes.took(id);
        assert!(trip.is_taken());
        lanes.cut(id);
        assert!(matches!(
            lane.inbox.next().await,
            crate::upstream::inbox::Piece::Cut
        ));
        assert!(!trip.end());
        let next = lanes.set_out_on(&lane);
        lanes.cut(id);
        assert!(next.end(), "what is over is not this one");
    }
}
