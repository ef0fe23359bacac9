//! The upstream HTTP server. No other file names `tiny_http`.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::message::{Body, Exchange, Handler, Headers, Request, Response, Upstream};
use crate::response::head::{is_valid_header, reason};
use crate::upstream::frame::{FrameReader, FrameWriter};
use crate::upstream::private_headers::{BODY, DELAY, ID, LANE, LENGTH, PEER, PROBE, is_private};
use crate::upstream::socket::UpstreamSocket;

/// The server inside.
pub(crate) type Inside = tiny_http::Server;

/// A request that it hands over.
pub(crate) type Arrival = tiny_http::Request;

pub(crate) fn start(socket: &UpstreamSocket) -> io::Result<Arc<tiny_http::Server>> {
    let listener = socket.bind()?;
    let server = tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
    Ok(Arc::new(server))
}

/// A request as the server inside has it, read as it comes from the front.
struct Inner(tiny_http::Request);

impl Read for Inner {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // The first time, this sends the word that the client may be waiting for.
        self.0.as_reader().read(out)
    }
}

impl Upstream for Inner {
    fn into_writer(self: Box<Self>) -> Box<dyn Write + Send> {
        self.0.into_writer()
    }
}

fn header<'a>(tiny: &'a tiny_http::Request, name: &'static str) -> Option<&'a str> {
    let mut named = tiny
        .headers()
        .iter()
        .filter(|header| header.field.equiv(name));
    named.next().map(|header| header.value.as_str())
}

/// The number in a header.
pub(crate) fn number(tiny: &tiny_http::Request, name: &'static str) -> Option<u64> {
    header(tiny, name).and_then(|number| number.parse().ok())
}

/// A request as handlers see it, or `None` if the front has not made it.
fn read(tiny: tiny_http::Request, socket: &UpstreamSocket) -> Option<Request> {
    let (path, query) = tiny.url().split_once('?').unwrap_or((tiny.url(), ""));
    let headers = tiny.headers().iter().map(|header| {
        let (name, value) = (header.field.as_str(), header.value.as_str());
        (name.to_string(), value.to_owned())
    });
    let headers = headers.filter(|(name, _)| !is_private(name));
    Some(Request {
        method: tiny.method().as_str().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: Headers(headers.collect()),
        peer: header(&tiny, PEER)?.parse().ok()?,
        content_length: header(&tiny, LENGTH).and_then(|length| length.parse().ok()),
        has_body: header(&tiny, BODY).is_some(),
        is_probe: header(&tiny, PROBE).is_some(),
        extension: None,
        caller: socket.caller(number(&tiny, ID).filter(|_| number(&tiny, LANE).is_none())),
        // A request that keeps its connection has nothing after it.
        body: match number(&tiny, LANE) {
            Some(_) => FrameReader::empty(Box::new(Inner(tiny))),
            None => FrameReader::new(Box::new(Inner(tiny))),
        },
    })
}

/// Says that an answer has no end, unless it has had one, whatever becomes of its thread. Where a
/// connection is not kept, its end says so.
struct Ending<'a> {
    socket: &'a UpstreamSocket,
    trip: Option<u64>,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if let Some(trip) = self.trip {
            self.socket.cut(trip);
        }
    }
}

/// Has a request handled and sends what the handler answers.
pub(crate) fn answer(tiny: tiny_http::Request, handler: &dyn Handler, socket: &UpstreamSocket) {
    let begun = Instant::now();
    let mut ending = Ending {
        socket,
        trip: number(&tiny, LANE),
    };
    let Some(mut request) = read(tiny, socket) else {
        return;
    };
    let response = catch_unwind(AssertUnwindSafe(|| handler.handle(&mut request)));
    let head_only = request.method == "HEAD";
    let mut exchange = Exchange {
        received: request.body.count(),
        ..Exchange::default()
    };
    // Its reader goes with it, which tells the front that no more of the body is wanted.
    let out = request.body.into_inner().into_writer();
    let (method, path) = (request.method, request.path);
    if let Ok(mut response) = response {
        let _hold = response.hold.take();
        (exchange.tag, exchange.status) = (response.tag, response.status);
        let sent = AssertUnwindSafe(|| send(response, out, head_only, &mut exchange.sent));
        match catch_unwind(sent) {
            Ok(Ok(())) => {
                exchange.whole = true;
                ending.trip = None;
            }
            Ok(Err(error)) => tracing::warn!(%method, %path, %error, "a response was cut off"),
            Err(_) => tracing::error!(%method, %path, "a handler panicked in its response"),
        }
    } else {
        // The front answers for what no handler has.
        drop(out);
        tracing::error!(method, path, "a handler panicked");
    }
    drop(ending);
    exchange.took = begun.elapsed();
    handler.done(&exchange);
}

/// Sends a response, and that it is complete only if it is. `sent` is how much of the body went out.
fn send(
    response: Response,
    out: impl Write + Send,
    head_only: bool,
    sent: &mut u64,
) -> io::Result<()> {
    let length = match &response.body {
        Body::Bytes(bytes) => Some(bytes.len() as u64),
        Body::Sized { length, .. } => Some(*length),
        Body::Stream(_) => None,
    };
    let mut writer = FrameWriter::new(out, head(&response, length).into_bytes());
    let write = || {
        match response.body {
            _ if head_only => {}
            Body::Bytes(bytes) => writer.write_all(&bytes)?,
            Body::Sized { mut reader, length } => writer.copy(&mut reader, length)?,
            Body::Stream(write) => write(&mut writer)?,
        }
        writer.finish()
    };
    let outcome = write();
    *sent = writer.count();
    outcome
}

fn head(response: &Response, length: Option<u64>) -> String {
    let Response {
        status, headers, ..
    } = response;
    let mut head = format!("HTTP/1.1 {status} {}\r\n{BODY}: yes\r\n", reason(*status));
    // Writing to a string cannot fail.
    if let Some(length) = length {
        let _ = write!(head, "{LENGTH}: {length}\r\n");
    }
    if response.delay > Duration::ZERO {
        let _ = write!(head, "{DELAY}: {}\r\n", response.delay.as_millis());
    }
    for (name, value) in headers {
        if is_valid_header(name, value) {
            let _ = write!(head, "{name}: {value}\r\n");
        } else {
            tracing::error!(name, value, "a handler's header cannot be sent");
        }
    }
    head.push_str("\r\n");
    head
}
