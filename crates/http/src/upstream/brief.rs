//! A request without a body, which goes through a connection that may have served others before.

use std::io;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::connection::exchange::answering::{BUSY, FAILED, circumstances, deliver, stream, wait};
use crate::connection::limit::Slot;
use crate::connection::session::{Connection, Next};
use crate::connection::shared::Shared;
use crate::connection::workers::Worker;
use crate::request::head::Head;
use crate::response::body::{self, Gathered};
use crate::upstream::inbox::{self, Answer, Place};
use crate::upstream::pool::{InFlight, PooledConnection};
use crate::upstream::socket::HANDOVER;

/// Has a request answered that ends with its head.
pub(crate) async fn run(
    shared: &Shared,
    connection: &mut Connection<'_>,
    head: &Head,
    mut worker: Worker<'_>,
    slot: &Slot,
) -> Next {
    let (mut lane, trip) = match set_out(shared, connection, head).await {
        Ok(under_way) => under_way,
        Err(next) => return next,
    };
    let answer = match answer(shared, &mut lane, &trip).await {
        Ok(answer) => answer,
        Err(next) => return next,
    };
    let now = circumstances(shared, head, true);
    match body::gather(&answer, &mut lane.inbox, now, &shared.workers).await {
        Gathered::Whole(body, _memory) => {
            if trip.end() {
                shared.socket.lanes.keep(lane);
            }
            drop(worker);
            deliver(shared, connection, &answer, &body, now, slot).await
        }
        Gathered::Large => {
            let inbox = &mut lane.inbox;
            let next = stream(shared, connection, &answer, inbox, now, &mut worker, slot).await;
            // Where the client was not told everything, there may be more to come.
            if matches!(next, Next::KeepAlive | Next::Close) && trip.end() {
                shared.socket.lanes.keep(lane);
            }
            next
        }
        Gathered::Cut => Next::Refuse(FAILED),
    }
}

/// Sends a request through a lane that is there, or else lets it in through the socket.
async fn set_out<'a>(
    shared: &'a Shared,
    connection: &Connection<'_>,
    head: &Head,
) -> Result<(PooledConnection, InFlight<'a>), Next> {
    let (lanes, peer) = (&shared.socket.lanes, connection.peer);
    while let Some(mut lane) = lanes.take() {
        let trip = lanes.set_out_on(&lane);
        let bytes = inbox::request_head(head, Place::Later(trip.id), peer);
        // An upstream connection that was closed at its other end has delivered no whole request.
        if lane.inbox.stream.write_all(&bytes).await.is_ok() {
            return Ok((lane, trip));
        }
    }
    let mut begun = None;
    let entered = shared.socket.enter(false, |stream, id| {
        let closer = PooledConnection::closer(stream)?;
        let trip = lanes.set_out(&closer);
        let bytes = inbox::request_head(head, Place::First(id, trip.id), peer);
        begun = Some((closer, trip));
        Ok(bytes)
    });
    let (stream, socket) = wait(connection, entered).await?;
    let missing = || io::Error::from(io::ErrorKind::NotConnected);
    let (closer, trip) = begun
        .ok_or_else(missing)
        .map_err(|_| Next::Refuse(FAILED))?;
    Ok((PooledConnection::new(stream, closer, socket), trip))
}

/// Waits for an answer, for as long as it takes once the request is with a handler.
async fn answer(
    shared: &Shared,
    lane: &mut PooledConnection,
    trip: &InFlight<'_>,
) -> Result<Answer, Next> {
    let answer = match timeout(HANDOVER, lane.inbox.head()).await {
        Ok(answer) => answer,
        Err(_) if trip.is_taken() => lane.inbox.head().await,
        Err(_) => {
            // Answers of an upstream server that has been replaced are discarded.
            if shared.socket.lanes.is_current(lane) {
                shared.socket.is_stuck();
            }
            return Err(Next::Refuse(BUSY));
        }
    };
    answer.ok_or(Next::Refuse(FAILED))
}
