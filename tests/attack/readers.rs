//! Connections that ask and never read what they are answered.

use std::io::{self, ErrorKind, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// Pause before more is asked.
const PAUSE: Duration = Duration::from_millis(50);

/// Some that take next to nothing of what the server sends. Those that are sent off come again.
pub(crate) struct Stalled {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Stalled {
    /// Every other one asks for the state of health, the others for what they have no key for.
    pub(crate) fn gather(addr: SocketAddr, count: usize) -> Self {
        let paths = ["/healthz", "/api/jobs"].iter().cycle();
        let mut readers: Vec<_> = paths
            .take(count)
            .map(|path| Reader::new(addr, path))
            .collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                readers.iter_mut().for_each(Reader::ask);
                thread::sleep(PAUSE);
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

/// One that never reads.
struct Reader {
    addr: SocketAddr,
    stream: Option<TcpStream>,
    requests: Vec<u8>,
    /// How much of them was sent.
    sent: usize,
}

impl Reader {
    fn new(addr: SocketAddr, path: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Self {
            addr,
            stream: Some(open(addr).unwrap()),
            requests: request.repeat(200).into_bytes(),
            sent: 0,
        }
    }

    /// Asks until the server takes no more.
    fn ask(&mut self) {
        for _ in 0..20 {
            let Some(stream) = &mut self.stream else {
                self.stream = open(self.addr).ok();
                self.sent = 0;
                return;
            };
            match stream.write(&self.requests[self.sent..]) {
                Ok(sent) => self.sent = (self.sent + sent) % self.requests.len(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => self.stream = None,
            }
        }
    }
}

/// A connection with the smallest buffer for what comes in, and small segments, for which the system
/// gives the server only a small buffer. Both must be set before it is made.
fn open(addr: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
    socket.set_recv_buffer_size(2048)?;
    socket.set_tcp_mss(536)?;
    socket.connect(&addr.into())?;
    let stream = TcpStream::from(socket);
    stream.set_nonblocking(true)?;
    Ok(stream)
}

impl Drop for Stalled {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
