//! Limit of connections: which connection is closed when it is reached.
//!
//! Below the limit every connection is accepted. At the limit, a new connection gets the slot of an
//! idle connection of the peer that has the most idle ones: a peer that fills the server with idle
//! connections loses its own and keeps no other peer out. Connections with a running request stay.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::client_net::ClientNet;

/// How long a connection may only wait before it can lose its slot: time for a request that has been
/// sent to be read, and for a last answer to arrive.
const GRACE: Duration = Duration::from_millis(25);

/// All limiter of a server.
pub struct ConnectionLimiter {
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// Most limiter that may be taken.
    limit: usize,
    /// Seats that are taken.
    taken: usize,
    /// Number of the last change, so that older ones can be told from newer ones.
    clock: u64,
    /// Peers that have a slot.
    peers: HashMap<ClientNet, Holder>,
}

/// The connections of one peer.
#[derive(Default)]
struct Holder {
    limiter: usize,
    /// The limiter that may be taken away, the first ones first.
    waiting: BTreeMap<(Waiting, u64), (Instant, Arc<Notify>)>,
}

/// Reason for which a connection is idle; those listed first are closed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waiting {
    /// It has had its last answer, and the client still sends.
    Ending,
    /// The client takes nothing of its answer.
    Stalled,
    /// It has not asked for anything yet.
    New,
    /// It has been answered and may ask again.
    Idle,
}

/// A slot of a connection, free again when dropped. It begins as [`Waiting::New`].
pub struct Slot {
    limiter: Arc<ConnectionLimiter>,
    peer: ClientNet,
    /// Notified when the slot is taken away.
    lost: Arc<Notify>,
    phase: Mutex<Phase>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting(Waiting, u64),
    Busy,
}

impl ConnectionLimiter {
    pub fn new(limit: usize) -> Arc<Self> {
        let table = Mutex::new(Table {
            limit,
            ..Table::default()
        });
        Arc::new(Self { table })
    }

    /// How many are taken, and how many there are.
    pub fn taken(&self) -> (usize, usize) {
        let table = self.lock();
        (table.taken, table.limit)
    }

    /// Changes the limit for new connections. No connection is closed for it.
    pub fn set_limit(&self, limit: usize) {
        self.lock().limit = limit;
    }

    /// How long to wait before the next newcomer is let in: while there is no free slot, until the
    /// connection that would lose its own has had its grace. Without this, peers that connect again as
    /// soon as they have lost a slot would take those of new connections before these are served.
    pub fn patience(&self) -> Option<Duration> {
        let table = self.lock();
        if table.taken < table.limit {
            return None;
        }
        let holders = table.peers.values();
        let holders = holders.filter(|holder| !holder.waiting.is_empty());
        let greediest = holders.max_by_key(|holder| holder.limiter);
        let (_, (since, _)) = greediest?.waiting.first_key_value()?;
        let left = GRACE.saturating_sub(since.elapsed());
        (!left.is_zero()).then_some(left)
    }

    /// Returns true if a new connection needs the slot of another one.
    pub fn is_full(&self) -> bool {
        let table = self.lock();
        table.taken >= table.limit
    }

    /// Returns a slot, taken from another connection if necessary; none if all connections are
    /// busy, or if the idle ones belong to peers with fewer of them.
    pub fn take(self: &Arc<Self>, peer: impl Into<ClientNet>) -> Option<Slot> {
        let peer = peer.into();
        let mut table = self.lock();
        if table.taken >= table.limit && !table.free_one(peer) {
            return None;
        }
        drop(table);
        Some(self.add(peer))
    }

    /// A slot whatever the limit.
    pub fn add(self: &Arc<Self>, peer: impl Into<ClientNet>) -> Slot {
        let peer = peer.into();
        let mut table = self.lock();
        let lost = Arc::new(Notify::new());
        table.taken += 1;
        table.clock += 1;
        let phase = (Waiting::New, table.clock);
        let holder = table.peers.entry(peer).or_default();
        holder.limiter += 1;
        let since = Instant::now();
        holder.waiting.insert(phase, (since, Arc::clone(&lost)));
        drop(table);
        Slot {
            limiter: Arc::clone(self),
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
    /// Takes a slot away for a newcomer.
    fn free_one(&mut self, newcomer: ClientNet) -> bool {
        let own = self.peers.get(&newcomer).map_or(0, |holder| holder.limiter);
        let loser = self
            .peers
            .iter_mut()
            .filter(|(_, holder)| !holder.waiting.is_empty())
            .filter(|(peer, holder)| **peer == newcomer || holder.limiter > own)
            .max_by_key(|(_, holder)| {
                let first = holder.waiting.first_key_value();
                (
                    holder.limiter,
                    first.map(|(key, _)| std::cmp::Reverse(*key)),
                )
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

    fn leave(&mut self, peer: ClientNet) {
        self.taken -= 1;
        if let Some(holder) = self.peers.get_mut(&peer) {
            holder.limiter -= 1;
            if holder.limiter == 0 {
                self.peers.remove(&peer);
            }
        }
    }
}

impl Slot {
    /// Keeps the slot while a request is under way. Whether it could be kept.
    pub fn keep(&self) -> bool {
        let mut table = self.limiter.lock();
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
    pub fn wait(&self, why: Waiting) {
        // One that is lost already must not come back.
        if !self.keep() {
            return;
        }
        let mut table = self.limiter.lock();
        table.clock += 1;
        let since = table.clock;
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(holder) = table.peers.get_mut(&self.peer) {
            let lost = (Instant::now(), Arc::clone(&self.lost));
            holder.waiting.insert((why, since), lost);
            *phase = Phase::Waiting(why, since);
        }
    }

    /// Resolves when the slot is taken away.
    pub async fn lost(&self) {
        self.lost.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // A slot that was lost has left already.
        if self.keep() {
            self.limiter.lock().leave(self.peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn peer(text: &str) -> ClientNet {
        text.parse::<IpAddr>().unwrap().into()
    }

    async fn is_lost(slot: &Slot) -> bool {
        tokio::select! {
            biased;
            () = slot.lost() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn the_greediest_loses_what_it_does_not_use() {
        let limiter = ConnectionLimiter::new(4);
        let modest = limiter.take(peer("192.0.2.1")).unwrap();
        let greedy: Vec<_> = (0..3)
            .map(|_| limiter.take(peer("192.0.2.2")).unwrap())
            .collect();
        assert!(greedy[0].keep());
        greedy[1].wait(Waiting::Idle);
        let newcomer = limiter.take(peer("192.0.2.3")).unwrap();
        // The one that had never asked goes before the one that had.
        assert!(is_lost(&greedy[2]).await && !greedy[2].keep());
        for slot in [&modest, &greedy[0], &greedy[1], &newcomer] {
            assert!(!is_lost(slot).await);
        }
        // It cannot come back, and leaves no second time.
        greedy[2].wait(Waiting::Ending);
        drop(greedy);
        assert!(limiter.lock().taken == 2 && limiter.lock().peers.len() == 2);
        drop((modest, newcomer));
        assert!(limiter.lock().taken == 0 && limiter.lock().peers.is_empty());
    }

    #[test]
    fn a_newcomer_waits_until_a_seat_can_be_lost() {
        let limiter = ConnectionLimiter::new(2);
        let first = limiter.take(peer("192.0.2.1")).unwrap();
        assert_eq!(limiter.patience(), None);
        let second = limiter.take(peer("192.0.2.1")).unwrap();
        assert!(limiter.patience().unwrap() <= GRACE);
        // Where none can be lost, a newcomer is told so at once.
        assert!(first.keep() && second.keep());
        assert_eq!(limiter.patience(), None);
    }

    #[tokio::test]
    async fn nobody_loses_to_one_who_has_more() {
        let limiter = ConnectionLimiter::new(3);
        let _modest = limiter.take(peer("192.0.2.1")).unwrap();
        let busy: Vec<_> = (0..2)
            .map(|_| limiter.take(peer("192.0.2.2")).unwrap())
            .collect();
        assert!(busy.iter().all(Slot::keep));
        assert!(limiter.take(peer("192.0.2.2")).is_none());
        busy[1].wait(Waiting::Ending);
        let again = limiter.take(peer("192.0.2.2")).unwrap();
        assert!(is_lost(&busy[1]).await && !is_lost(&again).await);
    }

    #[tokio::test]
    async fn busy_connections_stay() {
        let limiter = ConnectionLimiter::new(1);
        let slot = limiter.take(peer("192.0.2.1")).unwrap();
        assert!(slot.keep());
        assert!(limiter.take(peer("192.0.2.2")).is_none());
        drop(slot);
        assert!(limiter.take(peer("192.0.2.2")).is_some());
    }
}
