//! The front and its upstream server, through real sockets.

mod bodies;
mod lanes;
mod limits;
mod malformed;
mod responses;
mod stalled;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::{Body, Handler, HttpConfig, HttpServer, Request, Response};

/// Longer than anything here takes, so that what hangs fails.
const PATIENCE: Duration = Duration::from_secs(30);

struct Function<F>(F);

impl<F: Fn(&mut Request) -> Response + Send + Sync + 'static> Handler for Function<F> {
    fn handle(&self, request: &mut Request) -> Response {
        (self.0)(request)
    }
}

/// A server that is shut down when dropped.
struct Fixture {
    front: Option<HttpServer>,
    address: SocketAddr,
}

impl Fixture {
    fn start(
        config: HttpConfig,
        handler: impl Fn(&mut Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let handler = Arc::new(Function(handler));
        let front = HttpServer::start(vec![listener], config, None, handler).unwrap();
        let address = front.addresses()[0];
        Self {
            front: Some(front),
            address,
        }
    }

    /// One that answers with the length of the body, or 400 if that was cut off.
    fn counting(config: HttpConfig) -> Self {
        Self::start(config, count)
    }

    /// How many connections there were to the server inside.
    fn let_in(&self) -> u64 {
        self.front.as_ref().unwrap().socket().let_in()
    }

    /// Restarts the upstream server and waits until it is ready.
    fn start_anew(&self) {
        let socket = self.front.as_ref().unwrap().socket();
        let before = socket.sockets();
        socket.is_stuck();
        while socket.sockets() == before {
            std::thread::yield_now();
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads until the server closes.
    fn talk(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        if let Some(front) = self.front.take() {
            front.shutdown(Duration::ZERO);
        }
    }
}

fn count(request: &mut Request) -> Response {
    match io::copy(request.body(), &mut io::sink()) {
        Ok(length) => text(200, &length.to_string()),
        Err(error) => text(400, &error.to_string()),
    }
}

fn text(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: vec![("content-type", "text/plain".to_owned())],
        body: Body::Bytes(body.as_bytes().to_vec()),
        ..Response::default()
    }
}

/// A response as a client sees it.
#[derive(Debug)]
struct Seen {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Seen {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn has(&self, line: &str) -> bool {
        self.head
            .lines()
            .any(|other| other.eq_ignore_ascii_case(line))
    }

    /// Fails unless it is a refusal that ends the connection.
    fn assert_refusal(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.has("connection: close"), "{self:?}");
        assert!(self.has("content-type: text/plain"), "{self:?}");
        assert!(!self.body.is_empty(), "{self:?}");
    }
}

/// Reads one response, and nothing of the next one.
fn read_response(stream: &mut impl Read) -> io::Result<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    };
    let mut body = Vec::new();
    if let Some(length) = header("content-length") {
        body.resize(length.parse().unwrap(), 0);
        stream.read_exact(&mut body)?;
    } else if header("transfer-encoding").as_deref() == Some("chunked") {
        loop {
            let mut line = String::new();
            while !line.ends_with("\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte)?;
                line.push(char::from(byte[0]));
            }
            let length = usize::from_str_radix(line.trim_end(), 16).unwrap();
            let mut chunk = vec![0; length + 2];
            stream.read_exact(&mut chunk)?;
            if length == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..length]);
        }
    } else if status != 100 && status != 204 {
        stream.read_to_end(&mut body)?;
    }
    Ok(Seen { status, head, body })
}

/// The only response in what a server has sent before it closed.
fn only_response(bytes: &[u8]) -> Seen {
    let mut rest = bytes;
    let seen = read_response(&mut rest).unwrap();
    assert!(rest.is_empty(), "{:?}", String::from_utf8_lossy(rest));
    seen
}
