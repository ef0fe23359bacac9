//! One request and its response.

mod brief;

use std::io::{self, IoSlice};
use std::pin::pin;
use std::time::Duration;

use bchan_api::Endpoint;
use tokio::io::{AsyncRead, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::sync::SemaphorePermit;
use tokio::time::{sleep, timeout};

use super::body::Body;
use super::caller::Waiting as Waits;
use super::connection::{Connection, Next};
use super::download::{self, Circumstances, Sent};
use super::head::Head;
use super::inner::{self, Answer, Inbox, Place};
use super::listener::Guard;
use super::reply::Refusal;
use super::seats::{Seat, Waiting};
use super::upload::{self, Passed};

const BUSY: Refusal = Refusal::new(503, "the server is busy; try again later");
const FAILED: Refusal = Refusal::new(500, "the server failed to answer");

/// How long a request waits to be passed on before it matters whether its client is still there.
const ABSENCE: Duration = Duration::from_secs(1);

/// The word that a client may wait for before it sends a body.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Has a request answered, and says what is to become of the connection.
pub(super) async fn run(
    guard: &Guard,
    connection: &mut Connection,
    head: &Head,
    seat: &Seat,
) -> Next {
    let is_watching = is_watching(&head.target);
    let workers = if is_watching {
        &guard.watchers
    } else {
        &guard.workers
    };
    let worker = timeout(guard.config.body_timeout, workers.acquire()).await;
    let Ok(Ok(worker)) = worker else {
        return Next::Refuse(BUSY);
    };
    // Whoever asks how the server is must learn whether anybody new gets in.
    if head.has_no_body() && !is_watching {
        return brief::run(guard, connection, head, worker, seat).await;
    }
    let peer = connection.peer;
    let mut waiting = None;
    let entered = guard.door.enter(|_, id| {
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
    connection: &Connection,
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
    connection: &mut Connection,
    head: &Head,
    mut inner: UnixStream,
    worker: SemaphorePermit<'_>,
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
        } else if send_continue(guard, connection).await.is_err() {
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
                if passed == Passed::Cut {
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
    let Some(_worker) = sit_out(&answer, worker, seat).await else {
        return Next::Drop;
    };
    // What is left of an unwanted body would be taken for the next request.
    let whole = body.skip_arrived(&mut connection.buffer);
    respond(guard, connection, head, &answer, &mut inbox, whole).await
}

/// Has the handler know when the client has closed its side. Never returns: the client may have
/// closed only that, and wait for the answer.
async fn note_absence(connection: &Connection, waiting: Option<&Waits<'_>>) {
    connection.stream.closed().await;
    if let Some(waiting) = waiting {
        waiting.close();
    }
    std::future::pending::<()>().await;
}

/// Lets a client wait for its answer, where it has to; `None` when it is not there any more. A
/// worker is kept unless there is nothing to do for it.
async fn sit_out<'a>(
    answer: &Answer,
    worker: SemaphorePermit<'a>,
    seat: &Seat,
) -> Option<Option<SemaphorePermit<'a>>> {
    if answer.delay == Duration::ZERO {
        return Some(Some(worker));
    }
    // Its handler is done, and so could be the client.
    drop(worker);
    seat.wait(Waiting::Ending);
    sleep(answer.delay).await;
    seat.keep().then_some(None)
}

/// Sends the word that a client waits for.
async fn send_continue(guard: &Guard, connection: &mut Connection) -> io::Result<()> {
    let word = &mut [IoSlice::new(CONTINUE)];
    let stall = Some(guard.config.write_timeout);
    upload::write_all(&mut connection.stream, word, stall).await
}

async fn respond(
    guard: &Guard,
    connection: &mut Connection,
    head: &Head,
    answer: &Answer,
    inbox: &mut Inbox<impl AsyncRead + Unpin>,
    whole: bool,
) -> Next {
    let close = !whole || !head.keep_alive || guard.is_stopping();
    let now = Circumstances {
        head_only: head.method == "HEAD",
        old: head.old,
        close,
        stall: guard.config.write_timeout,
    };
    match download::send(answer, inbox, &mut connection.stream, now).await {
        Sent::Whole if close => Next::Close,
        Sent::Whole => Next::KeepAlive,
        Sent::Nothing => Next::Refuse(FAILED),
        Sent::Part => Next::Abort,
    }
}
