//! HTTP by hand, for which a server that dies is nothing special.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longest silence of a server that is alive.
const PATIENCE: Duration = Duration::from_secs(60);

/// What has become of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A complete answer has come.
    Answered(Answer),
    /// No connection: the request was never read.
    NotSent,
    /// The server may have done anything from nothing to everything.
    Lost,
}

/// A complete answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        self.status < 300
    }
}

/// A request with a body of any kind.
pub(crate) fn send(
    addr: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Outcome {
    let Ok(mut stream) = TcpStream::connect(addr) else {
        return Outcome::NotSent;
    };
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    if !body.is_empty() {
        write!(head, "Content-Length: {}\r\n", body.len()).unwrap();
    }
    head.push_str("\r\n");
    let sent = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
    if let Err(error) = sent {
        assert_alive(&error, method, path);
        // It may have answered before it closed.
    }
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_alive(&error, method, path);
    }
    parse(&bytes).map_or(Outcome::Lost, Outcome::Answered)
}

/// A request with a JSON body.
pub(crate) fn json(addr: SocketAddr, method: &str, path: &str, body: &Value) -> Outcome {
    let headers = [("Content-Type", "application/json")];
    send(addr, method, path, &headers, body.to_string().as_bytes())
}

pub(crate) fn get(addr: SocketAddr, path: &str) -> Outcome {
    send(addr, "GET", path, &[], b"")
}

/// A killed server closes its connections; silence is a server that hangs.
fn assert_alive(error: &std::io::Error, method: &str, path: &str) {
    let silent = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
    assert!(!silent, "the server hangs: {method} {path}");
}

/// The answer, if it is complete.
fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let body = &bytes[end + 4..];
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
    let header = |wanted: &str| {
        let mut lines = head.split("\r\n").skip(1);
        lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
    };
    let body = if header("transfer-encoding") == Some("chunked") {
        dechunk(body)?
    } else {
        let length: usize = header("content-length")?.parse().unwrap();
        body.get(..length)?.to_vec()
    };
    let body = serde_json::from_slice(&body)
        .unwrap_or_else(|error| panic!("an answer is no JSON: {error}: {bytes:?}"));
    Some(Answer { status, body })
}

fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + size)?);
        rest = rest.get(end + 4 + size..)?;
    }
}
