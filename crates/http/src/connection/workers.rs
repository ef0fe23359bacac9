//! Permits: how many requests a handler works on at a time, and how much memory peers can take.
//!
//! A request that may take long (one with a body, or with an answer too large to be buffered) also
//! needs one of the *long* permits, of which there are fewer, so that workers are left for all
//! others. The service manager's probe has a permit that no peer can take.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::config::HttpConfig;

/// Largest answer that is buffered, in bytes. A larger one is streamed and keeps its worker.
pub(crate) const LARGEST_ANSWER: u64 = 256 * 1024;

/// Most memory for buffered answers of all connections, in KiB.
const ANSWERS: usize = 32 * 1024;

/// How long a request with a large answer waits for a long permit.
const LONG_PATIENCE: Duration = Duration::from_secs(5);

/// Which permit a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The service manager's probe.
    Probe,
    /// A request for the server's health or metrics.
    Watching,
    /// Any other request without a body.
    Short,
    /// A request with a body.
    Body,
}

/// All permits of a front.
pub(crate) struct Workers {
    all: Semaphore,
    long: Semaphore,
    watching: Semaphore,
    probe: Semaphore,
    answers: Semaphore,
    pub(crate) large_heads: Semaphore,
    /// Requests that wait for a worker.
    waiting: AtomicUsize,
    stalls: Mutex<Stalls>,
    /// After how long a stream is stalled.
    pub(crate) give_way: Duration,
}

/// Streamed answers whose client takes nothing, the longest stalled first.
#[derive(Default)]
struct Stalls {
    last: u64,
    streams: BTreeMap<u64, Arc<Notify>>,
}

/// The right of a request to be worked on.
pub(crate) struct Worker<'a> {
    home: &'a Workers,
    _permit: SemaphorePermit<'a>,
    long: Option<SemaphorePermit<'a>>,
}

/// A registered stall; dropping it removes it.
pub(crate) struct Stall<'a> {
    home: &'a Workers,
    number: u64,
    evicted: Arc<Notify>,
}

impl Workers {
    pub(crate) fn new(config: &HttpConfig) -> Self {
        let kept = config.workers / 8;
        Self {
            all: Semaphore::new(config.workers),
            long: Semaphore::new(config.workers - kept),
            watching: Semaphore::new(config.watchers),
            probe: Semaphore::new(1),
            answers: Semaphore::new(ANSWERS),
            large_heads: Semaphore::new(config.large_heads),
            waiting: AtomicUsize::new(0),
            stalls: Mutex::default(),
            give_way: config.give_way,
        }
    }

    /// A worker for a request, unless none is free for too long.
    pub(crate) async fn get(&self, kind: Kind, patience: Duration) -> Option<Worker<'_>> {
        let get = async {
            let long = match kind {
                Kind::Body => Some(self.acquire(&self.long).await?),
                _ => None,
            };
            let permit = match kind {
                Kind::Probe => self.probe.acquire().await.ok()?,
                Kind::Watching => self.watching.acquire().await.ok()?,
                Kind::Short | Kind::Body => self.acquire(&self.all).await?,
            };
            Some(Worker {
                home: self,
                _permit: permit,
                long,
            })
        };
        timeout(patience, get).await.ok().flatten()
    }

    /// Memory for a buffered answer of so many bytes, if there is any left.
    pub(crate) fn buffer(&self, length: u64) -> Option<SemaphorePermit<'_>> {
        let kib = u32::try_from(length.div_ceil(1024)).ok()?;
        self.answers.try_acquire_many(kib).ok()
    }

    async fn acquire<'a>(&self, permits: &'a Semaphore) -> Option<SemaphorePermit<'a>> {
        if let Ok(permit) = permits.try_acquire() {
            return Some(permit);
        }
        let _waiting = Count::up(&self.waiting);
        self.evict_one();
        permits.acquire().await.ok()
    }

    /// Cuts off the answer that has been stalled for longest.
    fn evict_one(&self) {
        if let Some((_, evicted)) = self.stalls().streams.pop_first() {
            evicted.notify_one();
        }
    }

    /// Registers that a streamed answer is stalled. It is cut off as soon as another request waits.
    pub(crate) fn stall(&self) -> Stall<'_> {
        let evicted = Arc::new(Notify::new());
        let mut stalls = self.stalls();
        stalls.last += 1;
        let number = stalls.last;
        if self.waiting.load(Ordering::SeqCst) > 0 {
            evicted.notify_one();
        } else {
            stalls.streams.insert(number, Arc::clone(&evicted));
        }
        drop(stalls);
        Stall {
            home: self,
            number,
            evicted,
        }
    }

    fn stalls(&self) -> MutexGuard<'_, Stalls> {
        self.stalls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker<'_> {
    /// Asks for a long permit, for an answer that is streamed. Whether there is one.
    pub(crate) async fn stay(&mut self) -> bool {
        if self.long.is_none() {
            let home = self.home;
            let permit = timeout(LONG_PATIENCE, home.acquire(&home.long)).await;
            self.long = permit.ok().flatten();
        }
        self.long.is_some()
    }
}

impl Stall<'_> {
    /// Resolves when the stream must end.
    pub(crate) async fn evicted(&self) {
        self.evicted.notified().await;
    }
}

impl Drop for Stall<'_> {
    fn drop(&mut self) {
        self.home.stalls().streams.remove(&self.number);
    }
}

/// One more for as long as it lives.
struct Count<'a>(&'a AtomicUsize);

impl<'a> Count<'a> {
    fn up(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    fn workers(count: usize) -> Workers {
        Workers::new(&HttpConfig {
            workers: count,
            watchers: 1,
            ..HttpConfig::default()
        })
    }

    #[tokio::test]
    async fn bodies_and_large_answers_leave_workers_for_short_requests() {
        let workers = workers(16);
        let mut held = Vec::new();
        for _ in 0..14 {
            held.push(workers.get(Kind::Body, SOON).await.unwrap());
        }
        assert!(workers.get(Kind::Body, SOON).await.is_none());
        let short = workers.get(Kind::Short, SOON).await.unwrap();
        held.push(workers.get(Kind::Short, SOON).await.unwrap());
        assert!(workers.get(Kind::Short, SOON).await.is_none());
        // Neither needs one of those.
        assert!(workers.get(Kind::Watching, SOON).await.is_some());
        assert!(workers.get(Kind::Probe, SOON).await.is_some());
        drop(short);
        assert!(workers.get(Kind::Short, SOON).await.is_some());
    }

    #[tokio::test]
    async fn only_a_request_that_waits_ends_a_stalled_stream() {
        let workers = workers(1);
        let worker = workers.get(Kind::Short, SOON).await.unwrap();
        let stalled = workers.stall();
        assert!(timeout(SOON, stalled.evicted()).await.is_err());
        let (next, ()) = tokio::join!(workers.get(Kind::Short, SOON * 100), async {
            stalled.evicted().await;
            drop(worker);
        });
        assert!(next.is_some());
        drop(stalled);
        assert!(workers.stalls().streams.is_empty());
        // One that stalls while a request waits ends at once.
        let ended = async {
            tokio::task::yield_now().await;
            workers.stall().evicted().await;
            drop(next);
        };
        let (another, ()) = tokio::join!(workers.get(Kind::Short, SOON * 100), ended);
        assert!(another.is_some());
    }

    #[tokio::test]
    async fn memory_for_answers_is_bounded() {
        let workers = workers(1);
        let held: Vec<_> = std::iter::from_fn(|| workers.buffer(LARGEST_ANSWER)).collect();
        assert_eq!(held.len() * 256, ANSWERS);
        assert!(workers.buffer(1).is_none());
        drop(held);
        assert!(workers.buffer(1).is_some());
    }
}
