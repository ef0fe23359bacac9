//! A request without a body, which goes through a connection that may have served others before.

use std::io;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::answering::{BUSY, FAILED, circumstances, deliver, stream, wait};
use super::connection::{Connection, Next};
use super::door::HANDOVER;
use super::download::{self, Gathered};
use super::head::Head;
use super::inner::{self, Answer, Place};
use super::lane::{Lane, Trip};
use super::seats::Seat;
use super::shared::Shared;
use super::workers::Worker;

/// Has a request answered that ends with its head.
pub(super) async fn run(
    guard: &Shared,
    connection: &mut Connection<'_>,
    head: &Head,
    mut worker: Worker<'_>,
    seat: &Seat,
) -> Next {
    let (mut lane, trip) = match set_out(guard, connection, head).await {
        Ok(under_way) => under_way,
        Err(next) => return next,
    };
    let answer = match answer(guard, &mut lane, &trip).await {
        Ok(answer) => answer,
        Err(next) => return next,
    };
    let now = circumstances(guard, head, true);
    match download::gather(&answer, &mut lane.inbox, now, &guard.workers).await {
        Gathered::Whole(body, _memory) => {
            if trip.end() {
                guard.door.lanes.keep(lane);
            }
            drop(worker);
            deliver(guard, connection, &answer, &body, now, seat).await
        }
        Gathered::Large => {
            let inbox = &mut lane.inbox;
            let next = stream(guard, connection, &answer, inbox, now, &mut worker, seat).await;
            // Where the client was not told everything, there may be more to come.
            if matches!(next, Next::KeepAlive | Next::Close) && trip.end() {
                guard.door.lanes.keep(lane);
            }
            next
        }
        Gathered::Cut => Next::Refuse(FAILED),
    }
}

/// Sends a request through a lane that is there, or else lets it in through the door.
async fn set_out<'a>(
    guard: &'a Shared,
    connection: &Connection<'_>,
    head: &Head,
) -> Result<(Lane, Trip<'a>), Next> {
    let (lanes, peer) = (&guard.door.lanes, connection.peer);
    while let Some(mut lane) = lanes.take() {
        let trip = lanes.set_out_on(&lane);
        let bytes = inner::request_head(head, Place::Later(trip.id), peer);
        // A lane that has been closed at its other end has brought nobody a whole request.
        if lane.inbox.stream.write_all(&bytes).await.is_ok() {
            return Ok((lane, trip));
        }
    }
    let mut begun = None;
    let entered = guard.door.enter(false, |stream, id| {
        let closer = Lane::closer(stream)?;
        let trip = lanes.set_out(&closer);
        let bytes = inner::request_head(head, Place::First(id, trip.id), peer);
        begun = Some((closer, trip));
        Ok(bytes)
    });
    let (stream, socket) = wait(connection, entered).await?;
    let missing = || io::Error::from(io::ErrorKind::NotConnected);
    let (closer, trip) = begun
        .ok_or_else(missing)
        .map_err(|_| Next::Refuse(FAILED))?;
    Ok((Lane::new(stream, closer, socket), trip))
}

/// Waits for an answer, for as long as it takes once the request is with a handler.
async fn answer(guard: &Shared, lane: &mut Lane, trip: &Trip<'_>) -> Result<Answer, Next> {
    let answer = match timeout(HANDOVER, lane.inbox.head()).await {
        Ok(answer) => answer,
        Err(_) if trip.is_taken() => lane.inbox.head().await,
        Err(_) => {
            // Of a server inside that has been replaced, nobody expects anything.
            if guard.door.lanes.is_current(lane) {
                guard.door.is_stuck();
            }
            return Err(Next::Refuse(BUSY));
        }
    };
    answer.ok_or(Next::Refuse(FAILED))
}
