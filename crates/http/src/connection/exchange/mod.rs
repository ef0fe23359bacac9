//! One request and its response.

pub(crate) mod answering;
pub(crate) mod outlet;

use std::io::{self, IoSlice};
use std::pin::pin;

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use crate::connection::buffer::Buffer;
use crate::connection::client::Waiting as Waits;
use crate::connection::exchange::answering::{BUSY, FAILED, circumstances, deliver, stream, wait};
use crate::connection::exchange::outlet::Outlet;
use crate::connection::limit::Slot;
use crate::connection::session::{Connection, Next};
use crate::connection::shared::Shared;
use crate::connection::workers::{Kind, Worker};
use crate::request::body::Body;
use crate::request::head::Head;
use crate::response::body::{self, Gathered};
use crate::upstream::body::{Passed, pass};
use crate::upstream::brief;
use crate::upstream::frame;
use crate::upstream::inbox::{self, Inbox, Place};

/// The word that a client may wait for before it sends a body.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Has a request answered, and says what is to become of the connection.
pub(crate) async fn run(
    shared: &Shared,
    connection: &mut Connection<'_>,
    head: &Head,
    slot: &Slot,
) -> Next {
    let kind = match () {
        () if connection.peer.is_probe => Kind::Probe,
        () if !head.has_no_body() => Kind::Body,
        () if is_watching(shared, &head.target) => Kind::Watching,
        () => Kind::Short,
    };
    let worker = shared.workers.get(kind, shared.config.body_timeout).await;
    let Some(worker) = worker else {
        return Next::Refuse(BUSY);
    };
    // Requests for the server's health must notice when no new connection gets in.
    if kind == Kind::Short {
        return brief::run(shared, connection, head, worker, slot).await;
    }
    let peer = connection.peer;
    let mut waiting = None;
    let entered = shared.socket.enter(kind == Kind::Body, |_, id| {
        waiting = Some(shared.socket.callers.add(id));
        Ok(inbox::request_head(head, Place::Only(id), peer))
    });
    match wait(connection, entered).await {
        Ok((inner, _)) => {
            converse(
                shared,
                connection,
                head,
                inner,
                worker,
                slot,
                waiting.as_ref(),
            )
            .await
        }
        Err(next) => next,
    }
}

/// Returns true if a request asks for the server's state. It must not wait for those that use the
/// server.
fn is_watching(shared: &Shared, target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    shared.config.watched_paths.contains(&path)
}

async fn converse(
    shared: &Shared,
    connection: &mut Connection<'_>,
    head: &Head,
    mut inner: UnixStream,
    mut worker: Worker<'_>,
    slot: &Slot,
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
        } else if send_continue(shared, connection, slot).await.is_err() {
            return Next::Abort;
        }
    }
    if answer.is_none() {
        let mut coming = pin!(inbox.head());
        let passing = pass(
            &mut body,
            &mut connection.buffer,
            &mut connection.stream,
            &mut to_handler,
            shared.config.body_timeout,
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
        && connection.buffer.data().len() <= shared.config.head_bytes;
    if whole {
        connection.buffer.shrink();
    } else {
        connection.buffer = Buffer::new();
    }
    let now = circumstances(shared, head, whole);
    match body::gather(&answer, &mut inbox, now, &shared.workers).await {
        Gathered::Whole(body, _memory) => {
            drop((inner, worker));
            deliver(shared, connection, &answer, &body, now, slot).await
        }
        Gathered::Large => {
            stream(
                shared,
                connection,
                &answer,
                &mut inbox,
                now,
                &mut worker,
                slot,
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
    shared: &Shared,
    connection: &mut Connection<'_>,
    slot: &Slot,
) -> io::Result<()> {
    let mut outlet = Outlet::new(slot, Some(&shared.workers), shared.config.write_timeout);
    let word = &mut [IoSlice::new(CONTINUE)];
    outlet.write_all(&mut connection.stream, word).await
}
