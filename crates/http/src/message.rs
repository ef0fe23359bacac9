//! Requests and responses as handlers see them.

use std::any::Any;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use crate::WaitingClient;
use crate::upstream::frame::FrameReader;

/// A request whose head is known to be sound.
pub struct Request {
    /// As sent, in whatever case.
    pub method: String,
    /// Percent-encoded, without the query.
    pub path: String,
    /// The part after the question mark.
    pub query: String,
    pub headers: Headers,
    /// Address of the client.
    pub peer: SocketAddr,
    /// Length of the body in bytes, as the client declared it.
    pub content_length: Option<u64>,
    /// True if there is a body, of declared length or not.
    pub has_body: bool,
    /// True if this process itself sent it, to see whether it answers.
    pub is_probe: bool,
    /// Anything that the handler wants to find again in this request.
    pub extension: Option<Box<dyn Any + Send + Sync>>,
    /// The client, as far as something is known of it while the request is handled.
    pub caller: WaitingClient,
    pub(crate) body: FrameReader<Box<dyn Upstream>>,
}

impl Request {
    /// The body. It ends with an error if the client went away or broke the framing before all of
    /// it had arrived, and with `Ok(0)` only when it is complete.
    pub fn body(&mut self) -> &mut (dyn Read + Send) {
        &mut self.body
    }

    /// Returns true if the body is not complete because its client has sent nothing for too long.
    pub fn fell_silent(&self) -> bool {
        self.body.fell_silent()
    }
}

/// A request in the upstream server.
pub(crate) trait Upstream: Read + Send {
    /// Ends reading and begins the response.
    fn into_writer(self: Box<Self>) -> Box<dyn Write + Send>;
}

/// Headers of a request; values are ASCII.
#[derive(Debug, Default)]
pub struct Headers(pub(crate) Vec<(String, String)>);

impl Headers {
    /// The value of a header, whose name may be in any case. The first if there are several.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut named = self
            .0
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }

    /// Returns true if there is a header whose name begins like this.
    pub fn has_any(&self, prefix: &str) -> bool {
        let begins = |name: &str| {
            name.get(..prefix.len())
                .is_some_and(|b| b.eq_ignore_ascii_case(prefix))
        };
        self.0.iter().any(|(name, _)| begins(name))
    }

    /// All values of a header.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self
            .0
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }
}

impl From<&[(&str, &str)]> for Headers {
    fn from(lines: &[(&str, &str)]) -> Self {
        let owned = lines
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self(owned.collect())
    }
}

/// The response of a handler.
#[derive(Default)]
pub struct Response {
    pub status: u16,
    /// Headers about the content. Those about the connection and the length are the front's.
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
    /// How long the client has to wait for it, which takes no thread.
    pub delay: Duration,
    /// A number for the statistics of the handler; see [`Exchange`].
    pub tag: Option<usize>,
    /// Dropped when the response is sent.
    pub hold: Option<Box<dyn Any + Send>>,
}

/// A request and what became of it.
pub struct Exchange {
    /// The tag of the response, if there was one.
    pub tag: Option<usize>,
    pub status: u16,
    /// Bytes of the bodies, as far as they were read and sent.
    pub received: u64,
    pub sent: u64,
    /// True if the answer got to its end.
    pub whole: bool,
    /// How long all of it took.
    pub took: Duration,
}

/// A request that has no answer yet.
impl Default for Exchange {
    fn default() -> Self {
        Self {
            tag: None,
            status: 500,
            received: 0,
            sent: 0,
            whole: false,
            took: Duration::ZERO,
        }
    }
}

/// The body of a response.
pub enum Body {
    /// All of it.
    Bytes(Vec<u8>),
    /// So many bytes. If the reader fails or ends early, the client's connection is aborted.
    Sized {
        reader: Box<dyn Read + Send>,
        length: u64,
    },
    /// Whatever is written, of unknown length. If it returns an error, the client's connection is
    /// aborted; writing fails once the client is gone.
    Stream(Writer),
}

impl Default for Body {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

/// Writes the body of a response.
pub(crate) type Writer = Box<dyn FnOnce(&mut (dyn Write + Send)) -> io::Result<()> + Send>;

/// Answers requests, each on a thread that may block.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request. A panic is answered with 500.
    fn handle(&self, request: &mut Request) -> Response;

    /// Learns what became of a request.
    fn done(&self, _exchange: &Exchange) {}
}
