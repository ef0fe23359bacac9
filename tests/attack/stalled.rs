//! Peers without a key that do not read answers, send unwanted bodies, and send long heads slowly.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};

/// Pause between two rounds over all connections.
const PAUSE: Duration = Duration::from_millis(20);

/// What one kind of them sends, first and then again and again.
struct Kind {
    count: usize,
    first: Vec<u8>,
    again: Vec<u8>,
}

/// Peers at work until this is dropped. Those that are sent off come again.
pub(crate) struct Stalled {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Stalled {
    /// Returns when all have asked once.
    pub(crate) fn gather(address: SocketAddr) -> Self {
        let ask = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").repeat(100);
        let upload = "POST /api/target/t/upload HTTP/1.1\r\nHost: x\r\n\
            Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000000\r\n\r\n";
        let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "x".repeat(15_000));
        let kinds = [
            (10, ask("/healthz"), ask("/healthz")),
            (10, ask("/metrics"), ask("/metrics")),
            (300, ask("/api/target"), ask("/api/target")),
            (300, upload.to_owned(), "x".repeat(64 * 1024)),
            (700, head, String::new()),
        ];
        let kinds = kinds.map(|(count, first, again)| Kind {
            count,
            first: first.into_bytes(),
            again: again.into_bytes(),
        });
        let begin = move |kind: &Kind| {
            let mut stream = narrow(address).unwrap();
            let _ = stream.write(&kind.first);
            stream
        };
        let begin_all = |kind: &Kind| (0..kind.count).map(|_| begin(kind)).collect::<Vec<_>>();
        let mut peers: Vec<_> = kinds.iter().map(begin_all).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                for (kind, streams) in kinds.iter().zip(&mut peers) {
                    for stream in streams {
                        if !goes_on(stream, &kind.again) {
                            *stream = begin(kind);
                        }
                    }
                }
                thread::sleep(PAUSE);
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Stalled {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A connection that takes little at a time.
fn narrow(address: SocketAddr) -> io::Result<TcpStream> {
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    set_socket_recv_buffer_size(&socket, 2048)?;
    connect(&socket, &address)?;
    let stream = TcpStream::from(socket);
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// Sends more, without ever reading. Whether the server has not hung up.
fn goes_on(stream: &mut TcpStream, more: &[u8]) -> bool {
    let would_block = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
    match stream.write(more) {
        Err(error) if !would_block(&error) => return false,
        _ => {}
    }
    stream.take_error().is_ok_and(|error| error.is_none())
}

/// A service manager that wants a sign of life from time to time.
pub(crate) struct Watchdog {
    socket: UnixDatagram,
    limit: Duration,
}

impl Watchdog {
    pub(crate) fn new(socket: UnixDatagram, limit: Duration) -> Self {
        Self { socket, limit }
    }

    /// Fails unless there are signs of life for this long.
    pub(crate) fn watch(&self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let begun = Instant::now();
            loop {
                let left = self.limit.checked_sub(begun.elapsed());
                let left = left.filter(|left| !left.is_zero());
                let left = left.expect("a sign of life in time");
                self.socket.set_read_timeout(Some(left)).unwrap();
                let mut message = [0; 1024];
                let Ok(length) = self.socket.recv(&mut message) else {
                    continue;
                };
                let message = String::from_utf8_lossy(&message[..length]);
                if message.contains("WATCHDOG=1") {
                    break;
                }
            }
        }
    }
}
