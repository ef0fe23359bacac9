//! The bounds that the front keeps.

use std::path::PathBuf;
use std::time::Duration;

/// Most connections at a time unless told otherwise.
pub const DEFAULT_CONNECTIONS: usize = 1024;

/// Most requests at a time that a handler works on.
pub const DEFAULT_WORKERS: usize = 256;

/// The bodies of responses that the front makes itself.
#[derive(Clone, Copy, Debug)]
pub struct RefusalBodies {
    pub content_type: &'static str,
    /// Makes a body from the reason.
    pub render: fn(&str) -> String,
}

/// Limits for peers. Sizes are in bytes.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Longest head of a request; a longer one is answered with 431.
    pub head_bytes: usize,
    /// Most connections at a time whose heads need more than a small buffer.
    pub large_heads: usize,
    /// How long a head may take to arrive.
    pub head_timeout: Duration,
    /// How long a body may be silent, and how long a request waits for a free worker.
    pub body_timeout: Duration,
    /// How long a peer may take nothing of a response. It must also take 1 KiB per second on average.
    pub write_timeout: Duration,
    /// After how long without progress a streamed answer is cut off when another request needs its
    /// worker.
    pub give_way: Duration,
    /// How long a connection may wait for its next request.
    pub idle_timeout: Duration,
    /// Most connections at a time. One more takes the place of one that only waits, or is answered
    /// with 503 when all are busy.
    pub connections: usize,
    /// Most requests at a time that a handler works on, each on a thread of its own. An eighth is
    /// kept for requests without a body whose answers are small.
    pub workers: usize,
    /// How many more there may be of those that ask how the server is. They wait for no upload.
    pub watchers: usize,
    /// Paths of those requests.
    pub watched_paths: &'static [&'static str],
    /// Most bytes of a body that are read and thrown away after an early answer.
    pub drain_bytes: u64,
    /// How long that may take.
    pub drain_timeout: Duration,
    /// Where the folder of the private socket is made, if its path is short enough there; where
    /// the system has such folders otherwise.
    pub socket_parent: Option<PathBuf>,
    pub refusals: RefusalBodies,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            head_bytes: 16 * 1024,
            large_heads: 512,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(60),
            give_way: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            connections: DEFAULT_CONNECTIONS,
            workers: DEFAULT_WORKERS,
            watchers: 4,
            watched_paths: &[],
            drain_bytes: 64 * 1024 * 1024,
            drain_timeout: Duration::from_secs(5),
            socket_parent: None,
            refusals: RefusalBodies {
                content_type: "text/plain",
                render: str::to_owned,
            },
        }
    }
}
