//! One connection of a client: its requests in order, and its end.

use std::io;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::SemaphorePermit;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout, timeout_at};

use crate::connection::buffer::{Buffer, SMALL};
use crate::connection::exchange;
use crate::connection::limit::{Slot, Waiting};
use crate::connection::shared::Shared;
use crate::connection::stream::Stream;
use crate::connection::tls;
use crate::request::head::{self, Head};
use crate::response::head::Refusal;
use crate::upstream::inbox::Sender;

const CROWDED: Refusal = Refusal::new(503, "too many requests have long heads; try again later");

const PLAIN: Refusal = Refusal::bad("this server speaks TLS; use https://");

/// A client's connection. The next head is read only when the response before is sent.
pub(crate) struct Connection<'a> {
    pub(crate) stream: Stream,
    pub(crate) peer: Sender,
    /// Data that has arrived and was not read yet.
    pub(crate) buffer: Buffer,
    /// For the memory of a head that does not fit into a small buffer.
    large_head: Option<SemaphorePermit<'a>>,
}

/// The fate of a connection after an exchange.
pub(crate) enum Next {
    /// It waits for the next request.
    KeepAlive,
    /// It has been told that it ends.
    Close,
    /// It gets this answer, and ends.
    Refuse(Refusal),
    /// It ends in a way that the client must notice.
    Abort,
    /// The client is gone.
    Drop,
}

/// Serves a connection to its end, or until another connection takes its slot.
pub(crate) async fn serve(shared: &Shared, stream: TcpStream, peer: Sender, slot: Slot) {
    tokio::select! {
        () = talk(shared, stream, peer, &slot) => {}
        () = slot.lost() => {
            let peer = peer.address;
            tracing::debug!(%peer, "a connection made room for another one");
        }
    }
}

async fn talk(shared: &Shared, stream: TcpStream, peer: Sender, slot: &Slot) {
    // Without it, small answers would only be slower.
    let _ = stream.set_nodelay(true);
    let Some(stream) = open(shared, stream, peer).await else {
        return;
    };
    let mut connection = Connection {
        stream,
        peer,
        buffer: Buffer::new(),
        large_head: None,
    };
    // A client that has said nothing yet is not idle but slow.
    let mut deadline = Some(Instant::now() + shared.config.head_timeout);
    loop {
        let next = match read_head(shared, &mut connection, deadline.take()).await {
            Ok(Some(_)) if !slot.keep() => Next::Drop,
            Ok(Some(head)) => exchange::run(shared, &mut connection, &head, slot).await,
            Ok(None) => Next::Drop,
            Err(refusal) => Next::Refuse(refusal),
        };
        slot.wait(match next {
            Next::KeepAlive => Waiting::Idle,
            _ => Waiting::Ending,
        });
        match next {
            Next::KeepAlive => {
                connection.buffer.shrink();
                connection.large_head = None;
            }
            Next::Close => return close(shared, connection.into_stream()).await,
            Next::Refuse(refusal) => {
                return refuse(shared, connection.into_stream(), refusal).await;
            }
            Next::Abort => return connection.stream.abort(),
            Next::Drop => return,
        }
    }
}

impl Connection<'_> {
    /// Frees all other memory.
    fn into_stream(self) -> Stream {
        self.stream
    }
}

/// Shakes hands, where that is asked for. None when the client does not come to the end of it.
async fn open(shared: &Shared, stream: TcpStream, peer: Sender) -> Option<Stream> {
    let Some(tls) = &shared.tls else {
        return Some(Stream::Plain(stream));
    };
    let shake = async {
        match tls::is_hello(&stream).await {
            Some(true) => tls.accept(stream, &shared.handshakes).await,
            Some(false) => {
                refuse(shared, Stream::Plain(stream), PLAIN).await;
                Err(io::ErrorKind::InvalidData.into())
            }
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    };
    let shaken: io::Result<_> = timeout(shared.config.head_timeout, shake)
        .await
        .map_err(io::Error::from)
        .flatten();
    match shaken {
        Ok(stream) => Some(stream),
        Err(error) => {
            let peer = peer.address;
            tracing::debug!(%peer, %error, "no TLS came about");
            None
        }
    }
}

/// The next head, or `None` when there is no reason to wait for one any longer.
async fn read_head<'a>(
    shared: &'a Shared,
    connection: &mut Connection<'a>,
    deadline: Option<Instant>,
) -> Result<Option<Head>, Refusal> {
    let Connection {
        stream,
        buffer,
        large_head,
        ..
    } = connection;
    let mut deadline = deadline;
    let mut seen = 0;
    loop {
        while seen == 0 && buffer.data().starts_with(b"\r\n") {
            // Some clients send one after a body.
            buffer.take(2);
        }
        if let Some(end) = head::find_end(buffer.data(), seen)? {
            if end > shared.config.head_bytes {
                return Err(too_long());
            }
            let range = buffer.take(end);
            let head = head::parse(buffer.slice(range));
            buffer.shrink();
            return head.map(Some);
        }
        seen = buffer.data().len();
        if seen >= shared.config.head_bytes {
            return Err(too_long());
        }
        if seen > 0 {
            deadline.get_or_insert_with(|| Instant::now() + shared.config.head_timeout);
        }
        let until = deadline.unwrap_or_else(|| Instant::now() + shared.config.idle_timeout);
        if seen >= SMALL && large_head.is_none() {
            let permit = shared.workers.large_heads.try_acquire();
            *large_head = Some(permit.map_err(|_| CROWDED)?);
        }
        let capacity = (seen * 2).clamp(SMALL, shared.config.head_bytes.max(SMALL));
        let read = tokio::select! {
            read = timeout_at(until, buffer.fill(stream, capacity)) => read,
            _ = shared.stopped() => return Ok(None),
        };
        if !matches!(read, Ok(Ok(1..))) {
            return Ok(None);
        }
    }
}

fn too_long() -> Refusal {
    Refusal::new(431, "the head of the request is too long")
}

/// Sends the front's own answer and ends the connection.
pub(crate) async fn refuse(shared: &Shared, mut stream: Stream, refusal: Refusal) {
    shared.counts.refuse(refusal.status);
    tracing::debug!(?refusal, "refused a request");
    let response = refusal.render(shared.config.refusals);
    let send = async {
        stream.write_all(&response).await?;
        stream.flush().await
    };
    if matches!(timeout(shared.config.write_timeout, send).await, Ok(Ok(()))) {
        close(shared, stream).await;
    }
}

/// Ends a connection so that the client gets to see the answer: closing while it still sends would
/// reset the connection, and the answer would be lost with it.
async fn close(shared: &Shared, stream: Stream) {
    let Ok(Ok(stream)) = timeout(shared.config.write_timeout, stream.end()).await else {
        return;
    };
    let drain = async {
        let mut left = shared.config.drain_bytes;
        while left > 0 && stream.readable().await.is_ok() {
            match shared.discard(&stream) {
                Ok(length @ 1..) => left = left.saturating_sub(length as u64),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                _ => return,
            }
            // A client that sends fast must not keep the others waiting.
            yield_now().await;
        }
    };
    let _ = timeout(shared.config.drain_timeout, drain).await;
}
