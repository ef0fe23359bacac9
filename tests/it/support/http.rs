//! HTTP by hand: what goes over the wire is what the test says, byte by byte.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::described;

/// A server to talk to, one connection for each request.
pub(crate) struct Http {
    addr: SocketAddr,
    key: Option<String>,
}

/// What a server has said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) bytes: Vec<u8>,
}

impl Http {
    pub(crate) fn new(addr: SocketAddr, key: Option<String>) -> Self {
        Self { addr, key }
    }

    pub(crate) fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    pub(crate) fn with_key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub(crate) fn json(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        self.send(
            method,
            path,
            &[("Content-Type", "application/json")],
            body.as_bytes(),
        )
    }

    pub(crate) fn post(&self, path: &str, form: &Form) -> Answer {
        let body = form.finish();
        self.send(
            "POST",
            path,
            &[("Content-Type", &Form::content_type())],
            &body,
        )
    }

    /// A request with a body of known length; without a body, no length is sent. The answer must be
    /// one that is described.
    #[track_caller]
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let answer = self.raw(&self.request(method, path, headers, body));
        described::check(method, path, &answer);
        answer
    }

    /// The same to a server that may die before it has answered.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let answer = self.try_raw(&self.request(method, path, headers, body))?;
        described::check(method, path, &answer);
        Some(answer)
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.addr);
        if let Some(key) = &self.key {
            write!(head, "Authorization: Bearer {key}\r\n").unwrap();
        }
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if !body.is_empty() {
            write!(head, "Content-Length: {}\r\n", body.len()).unwrap();
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        request
    }

    /// Exactly these bytes.
    pub(crate) fn raw(&self, request: &[u8]) -> Answer {
        self.try_raw(request).expect("an answer")
    }

    /// Exactly these bytes, to a server that may die before it has answered completely.
    pub(crate) fn try_raw(&self, request: &[u8]) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.addr).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        // The server may answer and close before it has read everything.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        Answer::parse(&bytes, !request.starts_with(b"HEAD "))
    }
}

impl Answer {
    /// The answer to HEAD has the head of one that has a body.
    fn parse(bytes: &[u8], has_body: bool) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let status = status.parse().unwrap();
        let split = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let headers = lines.map(split).collect();
        let mut answer = Self {
            status,
            headers,
            bytes: bytes[end + 4..].to_vec(),
        };
        if !has_body {
            return Some(answer);
        }
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.bytes = dechunk(&answer.bytes)?;
        } else if let Some(length) = answer.header("content-length")
            && length.parse() != Ok(answer.bytes.len())
        {
            return None;
        }
        Some(answer)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON, which every answer but a download's must have.
    #[track_caller]
    pub(crate) fn body(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        let value: Value = serde_json::from_slice(&self.bytes).unwrap();
        assert_eq!(value["success"], self.status < 400, "{value}");
        value
    }

    /// The message of a failure with this status.
    #[track_caller]
    pub(crate) fn failure(&self, status: u16) -> String {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self.body()["message"]
            .as_str()
            .expect("a message")
            .to_owned()
    }

    /// A download, which is no JSON.
    #[track_caller]
    pub(crate) fn success_download(self) -> Self {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The body of a success with this status.
    #[track_caller]
    pub(crate) fn success(&self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        self.body()
    }
}

/// The content of chunks; `None` if they are cut off.
fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

/// A multipart form.
#[derive(Default)]
pub(crate) struct Form {
    body: Vec<u8>,
}

impl Form {
    const BOUNDARY: &str = "----boundary-of-the-tests";

    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn content_type() -> String {
        format!("multipart/form-data; boundary={}", Self::BOUNDARY)
    }

    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n",
            Self::BOUNDARY
        );
        self.body.extend_from_slice(head.as_bytes());
        self
    }

    pub(crate) fn file(self, file_name: &str, content: &[u8]) -> Self {
        self.part("backup_file", file_name, content)
    }

    /// A file in a field of any name.
    pub(crate) fn part(mut self, field: &str, file_name: &str, content: &[u8]) -> Self {
        let head = format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{field}\"; \
             filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
            Self::BOUNDARY
        );
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The whole body, with its closing delimiter.
    pub(crate) fn finish(&self) -> Vec<u8> {
        let mut body = self.body.clone();
        body.extend_from_slice(format!("--{}--\r\n", Self::BOUNDARY).as_bytes());
        body
    }
}
