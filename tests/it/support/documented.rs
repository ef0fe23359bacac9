//! A server that does not say what it can do beyond the documented API.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Program, TestServer};

/// The header that is lost on the way.
const HEADER: &[u8] = b"backup-chan-features";

/// A server behind a proxy that removes one header and remembers the requests.
pub(crate) struct DocumentedServer {
    pub(crate) inner: TestServer,
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<u8>>>,
}

impl DocumentedServer {
    /// One with a target of many files called `any`.
    pub(crate) fn start() -> Self {
        let inner = TestServer::start();
        inner.target("any", "multi");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (asked, to) = (Arc::<Mutex<Vec<u8>>>::default(), inner.addr());
        let seen = Arc::clone(&asked);
        // It ends with the process.
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(to)) else {
                    return;
                };
                let (from, into) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let seen = Arc::clone(&seen);
                thread::spawn(move || {
                    pass(from, into, |bytes| {
                        seen.lock().unwrap().extend_from_slice(bytes);
                    });
                });
                thread::spawn(move || pass(server, client, blank));
            }
        });
        Self { inner, addr, asked }
    }

    /// The program, with this server as its server.
    pub(crate) fn bchan<S: AsRef<std::ffi::OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Program {
        let url = format!("http://{}", self.addr);
        self.inner.bchan(args).env("BCHAN_SERVER", url)
    }

    /// How often this was asked for, such as `/upload HTTP/1.1`.
    pub(crate) fn asked(&self, what: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        let windows = asked.windows(what.len());
        windows.filter(|window| *window == what.as_bytes()).count()
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&mut [u8])) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        look(&mut buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Heads of answers come in one piece.
fn blank(bytes: &mut [u8]) {
    while let Some(at) = bytes
        .windows(HEADER.len())
        .position(|window| window.eq_ignore_ascii_case(HEADER))
    {
        bytes[at] = b'x';
    }
}
