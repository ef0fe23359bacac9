//! A proxy between a client and a server that a test can cut, slow down, or redirect.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// What becomes of connections.
#[derive(Clone)]
pub(crate) enum Way {
    /// Connections are closed at once, as without a listener.
    Cut,
    /// They lead to the server.
    Open(SocketAddr),
    /// They lead to the server, a few bytes at a time.
    Slow(SocketAddr),
    /// They are taken, and nothing ever passes.
    Stuck,
    /// The first large request stops in its middle; the test is told, and what comes from it is cut.
    Breaks(SocketAddr, SyncSender<()>),
    /// The first large request arrives as a whole; the test is told, and its answer is lost.
    Swallows(SocketAddr, SyncSender<()>),
}

/// An address that stays the same.
pub(crate) struct Link {
    url: String,
    way: Arc<Mutex<Way>>,
}

impl Link {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let way = Arc::new(Mutex::new(Way::Cut));
        let shared = Arc::clone(&way);
        thread::spawn(move || {
            let mut kept = Vec::new();
            for client in listener.incoming().map(Result::unwrap) {
                let way = shared.lock().unwrap().clone();
                match way {
                    Way::Cut => {}
                    Way::Stuck => kept.push(client),
                    Way::Open(server) => pass(client, server, 65_536, None),
                    Way::Slow(server) => pass(client, server, 7, None),
                    Way::Breaks(server, tell) => pass(client, server, 65_536, Some(tell)),
                    Way::Swallows(server, tell) => swallow(client, server, tell),
                }
            }
        });
        Self { url, way }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Decides about the connections to come.
    pub(crate) fn lead(&self, way: Way) {
        *self.way.lock().unwrap() = way;
    }

    /// Breaks the next large request in its middle, and calls `meanwhile` before its client knows.
    pub(crate) fn break_once(&self, server: SocketAddr) -> std::sync::mpsc::Receiver<()> {
        // The other side waits until the test has done what it wants.
        let (tell, told) = sync_channel(0);
        self.lead(Way::Breaks(server, tell));
        told
    }

    /// Loses the answer to the next large request, and calls `meanwhile` before its client knows.
    pub(crate) fn swallow_once(&self, server: SocketAddr) -> std::sync::mpsc::Receiver<()> {
        let (tell, told) = sync_channel(0);
        self.lead(Way::Swallows(server, tell));
        told
    }
}

fn swallow(client: TcpStream, server: SocketAddr, tell: SyncSender<()>) {
    thread::spawn(move || {
        let Ok(upstream) = TcpStream::connect(server) else {
            return;
        };
        let passed = Arc::new(AtomicUsize::new(0));
        let (mut answers, mut back) = (upstream.try_clone().unwrap(), client.try_clone().unwrap());
        let seen = Arc::clone(&passed);
        thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = answers.read(&mut buffer) {
                if seen.load(Ordering::SeqCst) > 1_000_000 {
                    if tell.send(()).is_ok() {
                        let _ = tell.send(());
                    }
                    break;
                }
                if back.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = back.shutdown(Shutdown::Both);
            let _ = answers.shutdown(Shutdown::Both);
        });
        let (mut client, mut upstream) = (client, upstream);
        let mut buffer = vec![0; 65_536];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            passed.fetch_add(count, Ordering::SeqCst);
            if upstream.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = upstream.shutdown(Shutdown::Write);
    });
}

fn pass(client: TcpStream, server: SocketAddr, chunk: usize, breaks: Option<SyncSender<()>>) {
    thread::spawn(move || {
        let Ok(upstream) = TcpStream::connect(server) else {
            return;
        };
        let (mut answers, mut back) = (upstream.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut answers, &mut back));
        let (mut client, mut upstream) = (client, upstream);
        let mut buffer = vec![0; chunk];
        let mut passed = 0;
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            passed += count;
            if let Some(tell) = breaks.as_ref().filter(|_| passed > 1_000_000) {
                let _ = upstream.shutdown(Shutdown::Both);
                // Twice: that it is broken, and that the test is ready for what comes next.
                if tell.send(()).is_ok() {
                    let _ = tell.send(());
                }
                let _ = client.shutdown(Shutdown::Both);
                return;
            }
            if upstream.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = upstream.shutdown(Shutdown::Write);
    });
}
