//! Who may have a connection when not everybody can.
//!
//! Nobody is limited while there is room. Without room, a newcomer gets the seat of a connection
//! that only waits, of the peer that has the most of them: whoever fills the server with
//! connections that do nothing loses his own, and keeps nobody out. Connections with a request
//! under way stay.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::peer::Peer;

/// How long a connection may only wait before it can lose its seat: time for a request that has been
/// sent to be read, and for a last answer to arrive.
const GRACE: Duration = Duration::from_millis(25);

/// All seats of a server.
pub(crate) struct Seats {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// Most seats that may be taken.
    limit: usize,
    /// Seats that are taken.
    taken: usize,
    /// Number of the last change, so that older ones can be told from newer ones.
    clock: u64,
    /// Peers that have a seat.
    peers: HashMap<Peer, Holder>,
}

/// What one peer holds.
#[derive(Default)]
struct Holder {
    seats: usize,
    /// The seats that may be taken away, the first ones first.
    waiting: BTreeMap<(Waiting, u64), (Instant, Arc<Notify>)>,
}

/// Why a connection has nothing under way, those that are missed least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Waiting {
    /// It has had its last answer, and the client still sends.
    Ending,
    /// The client takes nothing of its answer.
    Stalled,
    /// It has not asked for anything yet.
    New,
    /// It has been answered and may ask again.
    Idle,
}

/// A seat of a connection, free again when dropped. It begins as [`Waiting::New`].
pub(super) struct Seat {
    seats: Arc<Seats>,
    peer: Peer,
    /// Told when the seat is somebody else's.
    lost: Arc<Notify>,
    phase: Mutex<Phase>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting(Waiting, u64),
    Busy,
}

impl Seats {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        let table = Mutex::new(Table {
            limit,
            ..Table::default()
        });
        Arc::new(Self { table })
    }

    /// How many are taken, and how many there are.
    pub(crate) fn taken(&self) -> (usize, usize) {
        let table = self.lock();
        (table.taken, table.limit)
    }

    /// Has another number of seats from now on. Nobody has to go for it.
    pub(crate) fn set_limit(&self, limit: usize) {
        self.lock().limit = limit;
    }

    /// How long to wait before the next newcomer is let in: while there is no free seat, until the
    /// connection that would lose its own has had its grace. Without this, peers that connect again as
    /// soon as they have lost a seat would take those of new connections before these are served.
    pub(super) fn patience(&self) -> Option<Duration> {
        let table = self.lock();
        if table.taken < table.limit {
            return None;
        }
        let holders = table.peers.values();
        let holders = holders.filter(|holder| !holder.waiting.is_empty());
        let greediest = holders.max_by_key(|holder| holder.seats);
        let (_, (since, _)) = greediest?.waiting.first_key_value()?;
        let left = GRACE.saturating_sub(since.elapsed());
        (!left.is_zero()).then_some(left)
    }

    /// Whether a newcomer needs the seat of somebody else.
    pub(super) fn is_full(&self) -> bool {
        let table = self.lock();
        table.taken >= table.limit
    }

    /// A seat, if need be that of somebody else; none when all are busy, or when those that are not
    /// belong to peers with fewer of them.
    pub(super) fn take(self: &Arc<Self>, peer: impl Into<Peer>) -> Option<Seat> {
        let peer = peer.into();
        let mut table = self.lock();
        if table.taken >= table.limit && !table.free_one(peer) {
            return None;
        }
        drop(table);
        Some(self.add(peer))
    }

    /// A seat whatever the limit.
    pub(super) fn add(self: &Arc<Self>, peer: impl Into<Peer>) -> Seat {
        let peer = peer.into();
        let mut table = self.lock();
        let lost = Arc::new(Notify::new());
        table.taken += 1;
        table.clock += 1;
        let phase = (Waiting::New, table.clock);
        let holder = table.peers.entry(peer).or_default();
        holder.seats += 1;
        let since = Instant::now();
        holder.waiting.insert(phase, (since, Arc::clone(&lost)));
        drop(table);
        Seat {
            seats: Arc::clone(self),
            peer,
            lost,
            phase: Mutex::new(Phase::Waiting(phase.0, phase.1)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Takes a seat away for a newcomer.
    fn free_one(&mut self, newcomer: Peer) -> bool {
        let own = self.peers.get(&newcomer).map_or(0, |holder| holder.seats);
        let loser = self
            .peers
            .iter_mut()
            .filter(|(_, holder)| !holder.waiting.is_empty())
            .filter(|(peer, holder)| **peer == newcomer || holder.seats > own)
            .max_by_key(|(_, holder)| {
                let first = holder.waiting.first_key_value();
                (holder.seats, first.map(|(key, _)| std::cmp::Reverse(*key)))
            });
        let Some((&peer, holder)) = loser else {
            return false;
        };
        if let Some((_, (_, lost))) = holder.waiting.pop_first() {
            lost.notify_one();
        }
        self.leave(peer);
        true
    }

    fn leave(&mut self, peer: Peer) {
        self.taken -= 1;
        if let Some(holder) = self.peers.get_mut(&peer) {
            holder.seats -= 1;
            if holder.seats == 0 {
                self.peers.remove(&peer);
            }
        }
    }
}

impl Seat {
    /// Keeps the seat while a request is under way. Whether it could be kept.
    pub(super) fn keep(&self) -> bool {
        let mut table = self.seats.lock();
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        if let Phase::Waiting(why, since) = *phase {
            let holder = table.peers.get_mut(&self.peer);
            if holder.is_none_or(|holder| holder.waiting.remove(&(why, since)).is_none()) {
                return false;
            }
        }
        *phase = Phase::Busy;
        true
    }

    /// From now on it may be taken away.
    pub(super) fn wait(&self, why: Waiting) {
        // One that is lost already must not come back.
        if !self.keep() {
            return;
        }
        let mut table = self.seats.lock();
        table.clock += 1;
        let since = table.clock;
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(holder) = table.peers.get_mut(&self.peer) {
            let lost = (Instant::now(), Arc::clone(&self.lost));
            holder.waiting.insert((why, since), lost);
            *phase = Phase::Waiting(why, since);
        }
    }

    /// Resolves when the seat is somebody else's.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        // A seat that was lost has left already.
        if self.keep() {
            self.seats.lock().leave(self.peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn peer(text: &str) -> Peer {
        text.parse::<IpAddr>().unwrap().into()
    }

    async fn is_lost(seat: &Seat) -> bool {
        tokio::select! {
            biased;
            () = seat.lost() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn the_greediest_loses_what_it_does_not_use() {
        let seats = Seats::new(4);
        let modest = seats.take(peer("192.0.2.1")).unwrap();
        let greedy: Vec<_> = (0..3)
            .map(|_| seats.take(peer("192.0.2.2")).unwrap())
            .collect();
        assert!(greedy[0].keep());
        greedy[1].wait(Waiting::Idle);
        let newcomer = seats.take(peer("192.0.2.3")).unwrap();
        // The one that had never asked goes before the one that had.
        assert!(is_lost(&greedy[2]).await && !greedy[2].keep());
        for seat in [&modest, &greedy[0], &greedy[1], &newcomer] {
            assert!(!is_lost(seat).await);
        }
        // It cannot come back, and leaves no second time.
        greedy[2].wait(Waiting::Ending);
        drop(greedy);
        assert!(seats.lock().taken == 2 && seats.lock().peers.len() == 2);
        drop((modest, newcomer));
        assert!(seats.lock().taken == 0 && seats.lock().peers.is_empty());
    }

    #[test]
    fn a_newcomer_waits_until_a_seat_can_be_lost() {
        let seats = Seats::new(2);
        let first = seats.take(peer("192.0.2.1")).unwrap();
        assert_eq!(seats.patience(), None);
        let second = seats.take(peer("192.0.2.1")).unwrap();
        assert!(seats.patience().unwrap() <= GRACE);
        // Where none can be lost, a newcomer is told so at once.
        assert!(first.keep() && second.keep());
        assert_eq!(seats.patience(), None);
    }

    #[tokio::test]
    async fn nobody_loses_to_one_who_has_more() {
        let seats = Seats::new(3);
        let _modest = seats.take(peer("192.0.2.1")).unwrap();
        let busy: Vec<_> = (0..2)
            .map(|_| seats.take(peer("192.0.2.2")).unwrap())
            .collect();
        assert!(busy.iter().all(Seat::keep));
        assert!(seats.take(peer("192.0.2.2")).is_none());
        busy[1].wait(Waiting::Ending);
        let again = seats.take(peer("192.0.2.2")).unwrap();
        assert!(is_lost(&busy[1]).await && !is_lost(&again).await);
    }

    #[tokio::test]
    async fn busy_connections_stay() {
        let seats = Seats::new(1);
        let seat = seats.take(peer("192.0.2.1")).unwrap();
        assert!(seat.keep());
        assert!(seats.take(peer("192.0.2.2")).is_none());
        drop(seat);
        assert!(seats.take(peer("192.0.2.2")).is_some());
    }
}
