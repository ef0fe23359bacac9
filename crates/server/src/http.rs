//! The HTTP server inside, which only the guard talks to. No other file knows which one it is.

mod front;
mod message;

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime;

pub(crate) use self::front::Front;
pub(crate) use self::message::{Body, Exchange, Handler, Headers, Request, Response};
pub(crate) use crate::guard::GuardConfig;
use crate::guard::frame::{FrameReader, FrameWriter};
use crate::guard::{self, Door};

/// How long starting the server inside anew waits after it has failed.
const RETRY: Duration = Duration::from_millis(50);

/// Takes requests from the server inside and gives each to a thread of its own.
struct Desk {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// What the thread of the desk shares with whoever wants it to stop.
struct Shared {
    door: Arc<Door>,
    server: Mutex<Arc<tiny_http::Server>>,
    closing: AtomicBool,
}

impl Desk {
    /// Starts the server inside behind a door.
    fn open(
        door: Arc<Door>,
        handler: Arc<dyn Handler>,
        threads: runtime::Handle,
    ) -> io::Result<Self> {
        let server = Mutex::new(start(&door)?);
        let closing = AtomicBool::new(false);
        let shared = Arc::new(Shared {
            door,
            server,
            closing,
        });
        let desk = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("desk".into())
            .spawn(move || desk.serve(&handler, &threads))?;
        Ok(Self { shared, thread })
    }

    /// Starts the server inside anew whenever it is stuck. Never returns.
    async fn keep_going(&self) {
        loop {
            self.shared.door.stuck().await;
            tracing::error!("the HTTP server inside hands nothing over; starting it anew");
            self.shared.server().unblock();
        }
    }

    /// Stops the server inside.
    fn close(self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.shared.server().unblock();
        if self.thread.join().is_err() {
            tracing::error!("the thread of the desk ended in a panic");
        }
    }
}

impl Shared {
    fn server(&self) -> Arc<tiny_http::Server> {
        Arc::clone(&self.server.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, handler: &Arc<dyn Handler>, threads: &runtime::Handle) {
        loop {
            match self.server().recv() {
                Ok(tiny) => {
                    let Some(id) = header(&tiny, guard::ID).and_then(|id| id.parse().ok()) else {
                        continue;
                    };
                    self.door.took(id);
                    let handler = Arc::clone(handler);
                    threads.spawn_blocking(move || answer(tiny, &*handler));
                }
                Err(_) if self.closing.load(Ordering::SeqCst) => return,
                // It accepts nothing any more once accepting has failed, for want of descriptors
                // say, or it is stuck.
                Err(error) => match start(&self.door) {
                    Ok(server) => {
                        tracing::warn!(%error, "the HTTP server inside was started anew");
                        *self.server.lock().unwrap_or_else(PoisonError::into_inner) = server;
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the HTTP server inside cannot be started");
                        thread::sleep(RETRY);
                        self.server().unblock();
                    }
                },
            }
        }
    }
}

fn start(door: &Door) -> io::Result<Arc<tiny_http::Server>> {
    let listener = door.bind()?;
    let server = tiny_http::Server::from_listener(listener, None).map_err(io::Error::other)?;
    Ok(Arc::new(server))
}

/// A request as the server inside has it, read as it comes from the guard.
struct Inner(tiny_http::Request);

impl Read for Inner {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // The first time, this sends the word that the client may be waiting for.
        self.0.as_reader().read(out)
    }
}

fn header<'a>(tiny: &'a tiny_http::Request, name: &'static str) -> Option<&'a str> {
    let mut named = tiny
        .headers()
        .iter()
        .filter(|header| header.field.equiv(name));
    named.next().map(|header| header.value.as_str())
}

/// A request as handlers see it, or `None` if the guard has not made it.
fn read(tiny: tiny_http::Request) -> Option<Request> {
    let (path, query) = tiny.url().split_once('?').unwrap_or((tiny.url(), ""));
    let headers = tiny.headers().iter().map(|header| {
        let (name, value) = (header.field.as_str(), header.value.as_str());
        (name.to_string(), value.to_owned())
    });
    let headers = headers.filter(|(name, _)| !guard::is_private(name));
    Some(Request {
        method: tiny.method().as_str().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: Headers(headers.collect()),
        peer: header(&tiny, guard::PEER)?.parse().ok()?,
        content_length: header(&tiny, guard::LENGTH).and_then(|length| length.parse().ok()),
        has_body: header(&tiny, guard::BODY).is_some(),
        body: FrameReader::new(Inner(tiny)),
    })
}

/// Has a request handled and sends what the handler answers.
fn answer(tiny: tiny_http::Request, handler: &dyn Handler) {
    let begun = Instant::now();
    let Some(mut request) = read(tiny) else {
        return;
    };
    let response = catch_unwind(AssertUnwindSafe(|| handler.handle(&mut request)));
    let head_only = request.method == "HEAD";
    let mut exchange = Exchange {
        received: request.body.count(),
        ..Exchange::default()
    };
    // Its reader goes with it, which tells the guard that no more of the body is wanted.
    let out = request.body.into_inner().0.into_writer();
    let (method, path) = (request.method, request.path);
    if let Ok(response) = response {
        (exchange.endpoint, exchange.status) = (response.endpoint, response.status);
        let sent = AssertUnwindSafe(|| send(response, out, head_only, &mut exchange.sent));
        match catch_unwind(sent) {
            Ok(Ok(())) => exchange.whole = true,
            Ok(Err(error)) => tracing::warn!(%method, %path, %error, "a response was cut off"),
            Err(_) => tracing::error!(%method, %path, "a handler panicked in its response"),
        }
    } else {
        // The guard answers for what no handler has.
        drop(out);
        tracing::error!(method, path, "a handler panicked");
    }
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
    let mut head = format!(
        "HTTP/1.1 {status} {}\r\n{}: yes\r\n",
        guard::reason(*status),
        guard::BODY
    );
    // Writing to a string cannot fail.
    if let Some(length) = length {
        let _ = write!(head, "{}: {length}\r\n", guard::LENGTH);
    }
    if response.delay > Duration::ZERO {
        let _ = write!(head, "{}: {}\r\n", guard::DELAY, response.delay.as_millis());
    }
    for (name, value) in headers {
        if guard::is_valid_header(name, value) {
            let _ = write!(head, "{name}: {value}\r\n");
        } else {
            tracing::error!(name, value, "a handler's header cannot be sent");
        }
    }
    head.push_str("\r\n");
    head
}
