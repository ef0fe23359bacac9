//! Work on threads of its own, which ends before the program does.
//!
//! A cancelled command drops its futures, and its threads end when they next read or write what they
//! share with them. Until then, the runtime has to go on: a connection that is not polled holds the
//! end of a pipe that a thread writes to.

use std::sync::LazyLock;

use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Threads at work.
static AT_WORK: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

struct Counted;

impl Counted {
    fn new() -> Self {
        AT_WORK.send_modify(|count| *count += 1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        AT_WORK.send_modify(|count| *count -= 1);
    }
}

/// Does work that blocks.
pub(crate) fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    let counted = Counted::new();
    tokio::task::spawn_blocking(move || {
        let _counted = counted;
        work()
    })
}

/// Waits until no work is left.
pub async fn ended() {
    // The sender is never dropped.
    let _ = AT_WORK.subscribe().wait_for(|count| *count == 0).await;
}
