//! One request and its response.

mod brief;

use std::io::{self, IoSlice};
use std::pin::pin;
use std::time::Duration;

use bchan_api::Endpoint;
use tokio::io::{AsyncRead, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::sleep;

use super::body::Body;
use super::buffer::Buffer;
use super::caller::Waiting as Waits;
use super::connection::{Connection, Next};
use super::download::{self, Circumstances, Gathered, Sent};
use super::frame;
use super::head::Head;
use super::inner::{self, Answer, Inbox, Place};
use super::listener::Guard;
use super::outlet::Outlet;
use super::reply::Refusal;
use super::seats::{Seat, Waiting};
use super::upload::{self, Passed};
use super::workers::{Kind, Worker};

const BUSY: Refusal = Refusal::new(503, "the server is busy; try again later");
const FAILED: Refusal = Refusal::new(500, "the server failed to answer");

/// How long a request waits to be passed on before it matters whether its client is still there.
const ABSENCE: Duration = Duration::from_secs(1);

/// The word that a client may wait for before it sends a body.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Has a request answered, and says what is to become of the connection.
pub(super) async fn run(
    guard: &Guard,
    connection: &mut Connection<'_>,
    head: &Head,
    seat: &Seat,
) -> Next {
    let kind = match () {
        () if connection.peer.is_probe => Kind::Probe,
        () if !head.has_no_body() => Kind::Body,
        () if is_watching(&head.target) => Kind::Watching,
        () => Kind::Short,
    };
    let worker = guard.workers.get(kind, guard.config.body_timeout).await;
    let Some(worker) = worker else {
        return Next::Refuse(BUSY);
    };
    // Requests for the server's health must notice when no new connection gets in.
    if kind == Kind::Short {
        return brief::run(guard, connection, head, worker, seat).await;
    }
    let peer = connection.peer;
    let mut waiting = None;
    let entered = guard.door.enter(kind == Kind::Body, |_, id| {
        waiting = Some(guard.door.callers.add(id));
        Ok(inner::request_head(head, Place::Only(id), peer))
    });
    match wait(connection, entered).await {
        Ok((inner, _)) => {
            converse(
                guard,
                connection,
                head,
                inner,
                worker,
                seat,
                waiting.as_ref(),
            )
            .await
        }
        Err(next) => next,
    }
}

/// Waits until a request has been let in, or until nobody waits for its answer.
async fn wait<T>(
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

/// Whether a request asks how the server is. It must not wait for those that use the server.
fn is_watching(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    [Endpoint::ShowHealth, Endpoint::ShowMetrics]
        .iter()
        .any(|endpoint| endpoint.path("") == path)
}

async fn converse(
    guard: &Guard,
    connection: &mut Connection<'_>,
    head: &Head,
    mut inner: UnixStream,
    mut worker: Worker<'_>,
    seat: &Seat,
    waiting: Option<&Waits<'_>>,
) -> Next {
    let (from_handler, mut to_handler) = inner.split();
    let mut inbox = Inbox::new(from_handler);
    let mut body = Body::new(head.framing);
    let mut answer = None;
    if head.expects_continue {
        // An answer now means that the handler does without the body.
        let Some(word) = inbox.head().await else {
            return Next::Refuse(FAILED);
        };
        if word.status != 100 {
            answer = Some(word);
        } else if send_continue(guard, connection, seat).await.is_err() {
            return Next::Abort;
        }
    }
    if answer.is_none() {
        let mut coming = pin!(inbox.head());
        let passing = upload::pass(
            &mut body,
            &mut connection.buffer,
            &mut connection.stream,
            &mut to_handler,
            guard.config.body_timeout,
        );
        answer = tokio::select! {
            biased;
            passed = passing => {
                if passed == Passed::Silent {
                    // A client that is still there may try again.
                    let _ = to_handler.write_all(&frame::SILENT).await;
                }
                if matches!(passed, Passed::Cut | Passed::Silent) {
                    // The handler now finds that its body has no end.
                    let _ = to_handler.shutdown().await;
                }
                tokio::select! {
                    biased;
                    answer = &mut coming => answer,
                    () = note_absence(connection, waiting) => None,
                }
            }
            early = &mut coming => early,
        };
    }
    let Some(answer) = answer else {
        return Next::Refuse(FAILED);
    };
    // What is left of an unwanted body would be taken for the next request, and what a client sends
    // ahead of its answer takes memory.
    let whole = body.skip_arrived(&mut connection.buffer)
        && connection.buffer.data().len() <= guard.config.head_bytes;
    if whole {
        connection.buffer.shrink();
    } else {
        connection.buffer = Buffer::new();
    }
    let now = circumstances(guard, head, whole);
    match download::gather(&answer, &mut inbox, now, &guard.workers).await {
        Gathered::Whole(body, _memory) => {
            drop((inner, worker));
            deliver(guard, connection, &answer, &body, now, seat).await
        }
        Gathered::Large => {
            stream(
                guard,
                connection,
                &answer,
                &mut inbox,
                now,
                &mut worker,
                seat,
            )
            .await
        }
        Gathered::Cut => Next::Refuse(FAILED),
    }
}

/// Has the handler know when the client has closed its side. Never returns: the client may have
/// closed only that, and wait for the answer.
async fn note_absence(connection: &Connection<'_>, waiting: Option<&Waits<'_>>) {
    connection.stream.closed().await;
    if let Some(waiting) = waiting {
        waiting.close();
    }
    std::future::pending::<()>().await;
}

/// Sends the word that a client waits for.
async fn send_continue(
    guard: &Guard,
    connection: &mut Connection<'_>,
    seat: &Seat,
) -> io::Result<()> {
    let mut outlet = Outlet::new(seat, Some(&guard.workers), guard.config.write_timeout);
    let word = &mut [IoSlice::new(CONTINUE)];
    outlet.write_all(&mut connection.stream, word).await
}

fn circumstances(guard: &Guard, head: &Head, whole: bool) -> Circumstances {
    Circumstances {
        head_only: head.method == "HEAD",
        old: head.old,
        close: !whole || !head.keep_alive || guard.is_stopping(),
    }
}

/// Sends an answer whose handler is done, once its time has come. It keeps no worker.
async fn deliver(
    guard: &Guard,
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
async fn stream(
    guard: &Guard,
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
