//! Steps that every exchange has: waiting for the upstream, and sending its answer.

use std::io;
use std::time::Duration;

use tokio::io::AsyncRead;
use tokio::time::sleep;

use crate::connection::exchange::outlet::Outlet;
use crate::connection::limit::{Slot, Waiting};
use crate::connection::session::{Connection, Next};
use crate::connection::shared::Shared;
use crate::connection::workers::Worker;
use crate::request::head::Head;
use crate::response::body::{self, Circumstances, Sent};
use crate::response::head::Refusal;
use crate::upstream::inbox::{Answer, Inbox};

pub(crate) const BUSY: Refusal = Refusal::new(503, "the server is busy; try again later");
pub(crate) const FAILED: Refusal = Refusal::new(500, "the server failed to answer");

/// How long a request waits to be passed on before it matters whether its client is still there.
const ABSENCE: Duration = Duration::from_secs(1);

/// Waits until a request has been admitted or its client is gone.
pub(crate) async fn wait<T>(
    connection: &Connection<'_>,
    entered: impl Future<Output = io::Result<T>>,
) -> Result<T, Next> {
    // Clients that have gone while their requests waited hold descriptors, which may be just what
    // the upstream server lacks. A client that only closes its sending side does not wait this
    // long.
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

pub(crate) fn circumstances(shared: &Shared, head: &Head, whole: bool) -> Circumstances {
    Circumstances {
        head_only: head.method == "HEAD",
        old: head.old,
        close: !whole || !head.keep_alive || shared.is_stopping(),
    }
}

/// Sends an answer whose handler is done, once its time has come. It keeps no worker.
pub(crate) async fn deliver(
    shared: &Shared,
    connection: &mut Connection<'_>,
    answer: &Answer,
    body: &[u8],
    now: Circumstances,
    slot: &Slot,
) -> Next {
    if answer.delay > Duration::ZERO {
        slot.wait(Waiting::Ending);
        sleep(answer.delay).await;
        if !slot.keep() {
            return Next::Drop;
        }
    }
    let mut outlet = Outlet::new(slot, None, shared.config.write_timeout);
    let stream = &mut connection.stream;
    match body::deliver(answer, body, stream, now, &mut outlet).await {
        true if now.close => Next::Close,
        true => Next::KeepAlive,
        false => Next::Abort,
    }
}

/// Sends an answer that is too large to be buffered, while its handler makes it.
pub(crate) async fn stream(
    shared: &Shared,
    connection: &mut Connection<'_>,
    answer: &Answer,
    inbox: &mut Inbox<impl AsyncRead + Unpin>,
    now: Circumstances,
    worker: &mut Worker<'_>,
    slot: &Slot,
) -> Next {
    if !worker.stay().await {
        return Next::Refuse(BUSY);
    }
    let workers = Some(&shared.workers);
    let mut outlet = Outlet::new(slot, workers, shared.config.write_timeout);
    // The slot may be lost, or the server stop, before the answer is complete.
    connection.stream.reset_when_dropped(true);
    let sent = body::send(answer, inbox, &mut connection.stream, now, &mut outlet).await;
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
