//! Steps that every exchange has: waiting for the upstream, and sending its answer.

use std::io;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::time::sleep;

use super::connection::{Connection, Next};
use super::download::{self, Circumstances, Sent};
use super::head::Head;
use super::inner::{Answer, Inbox};
use super::outlet::Outlet;
use super::reply::Refusal;
use super::seats::{Seat, Waiting};
use super::shared::Shared;
use super::workers::Worker;

pub(super) const BUSY: Refusal = Refusal::new(503, "the server is busy; try again later");
pub(super) const FAILED: Refusal = Refusal::new(500, "the server failed to answer");

/// How long a request waits to be passed on before it matters whether its client is still there.
const ABSENCE: Duration = Duration::from_secs(1);

/// Waits until a request has been let in, or until nobody waits for its answer.
pub(super) async fn wait<T>(
    connection: &Connection<'_>,
    entered: impl Future<Output = io::Result<T>>,
) -> Result<T, Next> {
    // Those who have gone while they waited for their turn hold descriptors, which may be just what
    // the server inside lacks. Clients that only end what they send are not waiting for so long.
    let gone = async {
        sleep(ABSENCE).await;
        connection.stream.closed().await;
    };
    let entered = tokio::select! {
        biased;
        entered = entered => entered,
        () = gone => return Err(Next::Drop),
    };
    entered.map_err(|error| {
        tracing::error!(%error, "a request cannot be passed on");
        Next::Refuse(BUSY)
    })
}

pub(super) fn circumstances(guard: &Shared, head: &Head, whole: bool) -> Circumstances {
    Circumstances {
        head_only: head.method == "HEAD",
        old: head.old,
        close: !whole || !head.keep_alive || guard.is_stopping(),
    }
}

/// Sends an answer whose handler is done, once its time has come. It keeps no worker.
pub(super) async fn deliver(
    guard: &Shared,
    connection: &mut Connection<'_>,
    answer: &Answer,
    body: &[u8],
    now: Circumstances,
    seat: &Seat,
) -> Next {
    if answer.delay > Duration::ZERO {
        seat.wait(Waiting::Ending);
        sleep(answer.delay).await;
        if !seat.keep() {
            return Next::Drop;
        }
    }
    let mut outlet = Outlet::new(seat, None, guard.config.write_timeout);
    let stream = &mut connection.stream;
    match download::deliver(answer, body, stream, now, &mut outlet).await {
        true if now.close => Next::Close,
        true => Next::KeepAlive,
        false => Next::Abort,
    }
}

/// Sends an answer that is too large to be buffered, while its handler makes it.
pub(super) async fn stream(
    guard: &Shared,
    connection: &mut Connection<'_>,
    answer: &Answer,
    inbox: &mut Inbox<impl AsyncRead + Unpin>,
    now: Circumstances,
    worker: &mut Worker<'_>,
    seat: &Seat,
) -> Next {
    if !worker.stay().await {
        return Next::Refuse(BUSY);
    }
    let workers = Some(&guard.workers);
    let mut outlet = Outlet::new(seat, workers, guard.config.write_timeout);
    // The seat may be lost, or the server stop, before the answer is complete.
    connection.stream.reset_when_dropped(true);
    let sent = download::send(answer, inbox, &mut connection.stream, now, &mut outlet).await;
    if !matches!(sent, Sent::Part) {
        connection.stream.reset_when_dropped(false);
    }
    match sent {
        Sent::Whole if now.close => Next::Close,
        Sent::Whole => Next::KeepAlive,
        Sent::Nothing => Next::Refuse(FAILED),
        Sent::Part => Next::Abort,
    }
}
