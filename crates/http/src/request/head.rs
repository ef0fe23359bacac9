//! Reading the head of a request to the letter of RFC 9112, without the leniency that lets two
//! readers of the same bytes see different requests.

use crate::request::body::Framing;
use crate::request::target;
use crate::response::head::Refusal;
use crate::upstream::private_headers;

/// Most headers of a request.
const MOST_HEADERS: usize = 128;

/// Headers that are between two neighbours, or that the front answers for.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers of which a second one would leave open which of them counts.
const SINGLE: [&str; 4] = ["authorization", "content-length", "content-type", "host"];

/// The head of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// End to end, ASCII only.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) framing: Framing,
    /// HTTP/1.0, which knows neither chunks nor interim responses.
    pub(crate) old: bool,
    /// The client wants to go on with this connection.
    pub(crate) keep_alive: bool,
    /// The client waits for a word before it sends the body.
    pub(crate) expects_continue: bool,
}

impl Head {
    /// Returns true if the request ends with its head.
    pub(crate) fn has_no_body(&self) -> bool {
        matches!(self.framing, Framing::None | Framing::Length(0)) && !self.expects_continue
    }
}

/// Where the head at the start of `data` ends. Bytes before `seen` were looked at before.
pub(crate) fn find_end(data: &[u8], seen: usize) -> Result<Option<usize>, Refusal> {
    // What speaks another protocol, TLS before all, need not be waited for.
    if data
        .first()
        .is_some_and(|&byte| byte != b'\r' && !byte.is_ascii_graphic())
    {
        return Err(Refusal::bad("this is not HTTP"));
    }
    for at in memchr::memchr_iter(b'\n', &data[seen..]) {
        let head = &data[..=seen + at];
        if !head.ends_with(b"\r\n") {
            return Err(Refusal::bad("a line must end with CR and LF"));
        }
        if head.ends_with(b"\r\n\r\n") {
            return Ok(Some(head.len()));
        }
    }
    Ok(None)
}

/// Reads a head, the empty line included.
pub(crate) fn parse(bytes: &[u8]) -> Result<Head, Refusal> {
    if bytes
        .windows(2)
        .any(|pair| pair[0] == b'\r' && pair[1] != b'\n')
    {
        return Err(Refusal::bad("a line must end with CR and LF"));
    }
    let mut slots = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut slots);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) if length == bytes.len() => {}
        Ok(_) => return Err(Refusal::bad("the head of the request is malformed")),
        Err(error) => return Err(refusal(error)),
    }
    let (Some(method), Some(path), Some(version)) = (request.method, request.path, request.version)
    else {
        return Err(Refusal::bad("the first line of the request is malformed"));
    };
    let old = version == 0;
    let lines = Lines(&*request.headers);
    for name in SINGLE {
        if lines.all(name).count() > 1 {
            return Err(Refusal::bad("a header is repeated that must not be"));
        }
    }
    check_host(&lines, old)?;
    let framing = framing(&lines, old)?;
    let connection = lines.tokens("connection")?;
    Ok(Head {
        method: method.to_owned(),
        target: target::path_and_query(method, path)?,
        headers: lines.end_to_end(),
        old,
        keep_alive: !old && !connection.iter().any(|token| token == "close"),
        expects_continue: !old && expects_continue(&lines)? && framing != Framing::Length(0),
        framing,
    })
}

fn refusal(error: httparse::Error) -> Refusal {
    match error {
        httparse::Error::TooManyHeaders => Refusal::new(431, "the request has too many headers"),
        httparse::Error::Version => Refusal::bad("only HTTP/1.1 and HTTP/1.0 are spoken here"),
        _ => Refusal::bad("the head of the request is malformed"),
    }
}

/// The headers as they came.
struct Lines<'a>(&'a [httparse::Header<'a>]);

impl Lines<'_> {
    fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let named = move |line: &&httparse::Header<'_>| line.name.eq_ignore_ascii_case(name);
        self.0.iter().filter(named).map(|line| line.value)
    }

    /// The members of a list, in lower case.
    fn tokens(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let mut tokens = Vec::new();
        for value in self.all(name) {
            let value = std::str::from_utf8(value)
                .map_err(|_| Refusal::bad("a header has characters that it must not have"))?;
            let members = value
                .split(',')
                .map(|token| token.trim().to_ascii_lowercase());
            tokens.extend(members.filter(|token| !token.is_empty()));
        }
        Ok(tokens)
    }

    /// Returns the headers for the handler, without hop-by-hop headers and those of the front. A
    /// name in `Connection` takes no header away: handlers decide by headers that a proxy has
    /// added, and no peer may hide one of them.
    fn end_to_end(&self) -> Vec<(String, String)> {
        let mut headers = Vec::with_capacity(self.0.len());
        for line in self.0 {
            let name = line.name.to_ascii_lowercase();
            if HOP_BY_HOP.contains(&&*name) || private_headers::is_private(&name) {
                continue;
            }
            // No header that means something here has anything but ASCII.
            let plain = |&byte: &u8| {
                if byte.is_ascii() {
                    char::from(byte)
                } else {
                    '?'
                }
            };
            headers.push((name, line.value.iter().map(plain).collect()));
        }
        headers
    }
}

fn check_host(lines: &Lines<'_>, old: bool) -> Result<(), Refusal> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_:[]%~".contains(byte);
    match lines.all("host").next() {
        Some(host) if host.iter().all(plain) => Ok(()),
        Some(_) => Err(Refusal::bad("the Host header is malformed")),
        None if old => Ok(()),
        None => Err(Refusal::bad("the request needs a Host header")),
    }
}

fn framing(lines: &Lines<'_>, old: bool) -> Result<Framing, Refusal> {
    let mut encodings = lines.all("transfer-encoding");
    let length = lines.all("content-length").next();
    match (encodings.next(), length) {
        (Some(_), Some(_)) => Err(Refusal::bad(
            "a request has a Content-Length or a Transfer-Encoding, not both",
        )),
        (Some(_), None) if old => Err(Refusal::bad("HTTP/1.0 has no Transfer-Encoding")),
        (Some(_), None) if encodings.next().is_some() => {
            Err(Refusal::bad("a header is repeated that must not be"))
        }
        (Some(encoding), None) if encoding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
        (Some(_), None) => Err(Refusal::new(
            501,
            "the only Transfer-Encoding known here is chunked",
        )),
        (None, Some(length)) => parse_length(length)
            .map(Framing::Length)
            .ok_or(Refusal::bad("the Content-Length is no length")),
        (None, None) => Ok(Framing::None),
    }
}

/// Digits and nothing else, within 64 bits.
fn parse_length(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn expects_continue(lines: &Lines<'_>) -> Result<bool, Refusal> {
    let mut expected = false;
    for token in lines.tokens("expect")? {
        if token != "100-continue" {
            return Err(Refusal::new(
                417,
                "the only expectation known here is 100-continue",
            ));
        }
        expected = true;
    }
    Ok(expected
        && lines
            .all("content-length")
            .chain(lines.all("transfer-encoding"))
            .next()
            .is_some())
}
