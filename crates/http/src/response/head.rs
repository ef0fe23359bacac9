//! Heads of responses, and the responses that the front makes itself.

use std::fmt::Write as _;

use crate::config::RefusalBodies;

/// An answer of the front itself. The connection is closed after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Status code.
    pub(crate) status: u16,
    /// For people.
    pub(crate) message: &'static str,
}

impl Refusal {
    pub(crate) const fn new(status: u16, message: &'static str) -> Self {
        Self { status, message }
    }

    /// A request that is not HTTP as it should be.
    pub(crate) const fn bad(message: &'static str) -> Self {
        Self::new(400, message)
    }

    /// The whole response.
    pub(crate) fn render(self, bodies: RefusalBodies) -> Vec<u8> {
        let body = (bodies.render)(self.message);
        let mut head = head(self.status, [("content-type", bodies.content_type)]);
        // Writing to a string cannot fail.
        let _ = write!(
            head,
            "content-length: {}\r\nconnection: close\r\n",
            body.len()
        );
        if self.status == 503 {
            head.push_str("retry-after: 10\r\n");
        }
        head.push_str("\r\n");
        head.push_str(&body);
        head.into_bytes()
    }
}

/// A head without its empty line, so that more can be added.
pub(crate) fn head<'a>(
    status: u16,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    let mut head = String::with_capacity(512);
    let _ = write!(
        head,
        "HTTP/1.1 {status} {}\r\ndate: {date}\r\nserver: bchan\r\n",
        reason(status)
    );
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head
}

/// The phrase that belongs to a status.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        417 => "Expectation Failed",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        507 => "Insufficient Storage",
        _ => "Other",
    }
}

/// Returns true if a handler's header can be sent: it must be one line, and not one that frames the
/// message, which is the front's to say.
pub(crate) fn is_valid_header(name: &str, value: &str) -> bool {
    let framing = [
        "connection",
        "content-length",
        "transfer-encoding",
        "date",
        "server",
    ];
    let reserved = framing.iter().any(|other| name.eq_ignore_ascii_case(other));
    let token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !reserved
        && !name.is_empty()
        && name.bytes().all(token)
        && value
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

pub(crate) const FULL: Refusal =
    Refusal::new(503, "the server has too many connections; try again later");
