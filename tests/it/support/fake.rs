//! Servers that are not ours: a test says what they answer, and sees what they were asked.

use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What to answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    content_type: &'static str,
    headers: String,
    body: Vec<u8>,
}

/// A server on a free port that lives as long as the test's process.
pub(crate) struct Fake {
    url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Method and path, as one would say it.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The body as JSON; null if it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Names and values of the parts of a form.
    pub(crate) fn form(&self) -> Vec<(String, Vec<u8>)> {
        let kind = self.header("content-type").unwrap();
        let boundary = kind.split_once("boundary=").unwrap().1;
        let delimiter = format!("\r\n--{boundary}");
        let whole = [b"\r\n", &self.body[..]].concat();
        let parts = split(&whole, delimiter.as_bytes());
        let parts = parts
            .into_iter()
            .skip(1)
            .filter(|part| part.starts_with(b"\r\n"));
        parts
            .map(|part| {
                let end = part
                    .windows(4)
                    .position(|four| four == b"\r\n\r\n")
                    .unwrap();
                let head = String::from_utf8_lossy(&part[..end]).into_owned();
                let name = head.split_once("name=\"").unwrap().1;
                let name = name.split('"').next().unwrap().to_owned();
                (name, part[end + 4..].to_vec())
            })
            .collect()
    }
}

fn split<'a>(mut bytes: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = bytes
        .windows(delimiter.len())
        .position(|window| window == delimiter)
    {
        pieces.push(&bytes[..at]);
        bytes = &bytes[at + delimiter.len()..];
    }
    pieces.push(bytes);
    pieces
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json",
            headers: String::new(),
            body: body.to_string().into_bytes(),
        }
    }

    /// A file.
    pub(crate) fn bytes(status: u16, body: &[u8]) -> Self {
        Self {
            status,
            content_type: "application/octet-stream",
            headers: String::new(),
            body: body.to_vec(),
        }
    }

    /// The same with a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers = format!("{}{name}: {value}\r\n", self.headers);
        self
    }

    /// What web frameworks say when a program has failed.
    pub(crate) fn html(status: u16, title: &str) -> Self {
        let body = format!(
            "<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n"
        );
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            headers: String::new(),
            body: body.into_bytes(),
        }
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            content_type: "text/html; charset=utf-8",
            headers: String::new(),
            body: text.as_bytes().to_vec(),
        }
    }
}

impl Fake {
    /// One that answers by this function.
    pub(crate) fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || {
                    // A client may leave in the middle, and that is its affair.
                    let _ = serve(&stream.unwrap(), &log, &*answer);
                });
            }
        });
        Self { url, asked }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything that it was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Answers one request; no connection has more.
fn serve(
    stream: &TcpStream,
    log: &Mutex<Vec<Asked>>,
    answer: &dyn Fn(&Asked) -> Reply,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let Some(asked) = read(&mut reader)? else {
        return Ok(());
    };
    let reply = answer(&asked);
    log.lock().unwrap().push(asked);
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n",
        reply.status,
        reply.content_type,
        reply.body.len(),
        reply.headers
    )?;
    stream.write_all(&reply.body)?;
    stream.shutdown(Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Reads a request to its end; none if the connection is closed without one.
fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Asked>> {
    let first = line(reader)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut headers = Vec::new();
    loop {
        let line = line(reader)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut asked = Asked {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    let length = asked
        .header("content-length")
        .map(|text| text.parse().unwrap());
    if asked.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = u64::from_str_radix(line(reader)?.trim(), 16).map_err(io::Error::other)?;
            reader.by_ref().take(size).read_to_end(&mut asked.body)?;
            // An end in the middle shows here.
            line(reader)?
                .is_empty()
                .then_some(())
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = length {
        asked.body.resize(length, 0);
        reader.read_exact(&mut asked.body)?;
    }
    Ok(Some(asked))
}

/// A line without its end.
fn line(reader: &mut BufReader<&TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(line);
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
