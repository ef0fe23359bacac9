//! The private socket between the front and the server inside.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;
use tokio::sync::{Mutex as AsyncMutex, Notify, watch};
use tokio::time::{sleep, timeout};

use crate::connection::client::{Callers, WaitingClient};
use crate::upstream::pool::Lanes;

/// Longest path of a socket that every Unix takes, in bytes.
const LONGEST_PATH: usize = 100;

/// How long the server inside may take to hand over a request that has been sent to it whole.
pub(crate) const HANDOVER: Duration = Duration::from_secs(5);

/// Where requests go in, one at a time.
///
/// The server inside queues a connection for a thread that may be about to take another one, and
/// then the second waits for as long as the first request lasts. That cannot happen when each
/// connection is let in only after the request of the one before has been handed over.
pub(crate) struct UpstreamSocket {
    folder: Mutex<Folder>,
    /// Where the folder is made.
    parent: Option<PathBuf>,
    /// The socket in use. Each restart of the upstream server makes a new one.
    socket: Mutex<(PathBuf, u64)>,
    /// Held by the one request with a body that waits for its turn. All others with a body wait for
    /// that one, and those without for none of them.
    bodies: AsyncMutex<()>,
    /// Number of the last request that was let in.
    turn: AsyncMutex<u64>,
    /// Highest number of a request that was handed over.
    taken: watch::Sender<u64>,
    stuck: Notify,
    /// Connections that were let in and may be used again.
    pub lanes: Lanes,
    /// Clients that wait for the answers to requests with a body.
    pub callers: Callers,
}

impl UpstreamSocket {
    /// A socket that leads nowhere yet.
    pub(crate) fn new(parent: Option<&Path>) -> io::Result<Self> {
        Ok(Self {
            folder: Mutex::new(Folder::create(parent)?),
            parent: parent.map(Path::to_owned),
            socket: Mutex::default(),
            bodies: AsyncMutex::default(),
            turn: AsyncMutex::new(0),
            taken: watch::Sender::new(0),
            stuck: Notify::new(),
            lanes: Lanes::default(),
            callers: Callers::default(),
        })
    }

    /// Where the sockets are.
    #[cfg(test)]
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.lock().unwrap().0.clone()
    }

    /// How many requests have come through it.
    #[cfg(test)]
    pub(crate) fn let_in(&self) -> u64 {
        *self.turn.try_lock().unwrap()
    }

    /// How many sockets there were.
    #[cfg(test)]
    pub(crate) fn sockets(&self) -> u64 {
        self.socket.lock().unwrap().1
    }

    /// Makes a new socket, to which all requests go from now on. If the folder of the sockets was
    /// removed, it makes a new folder.
    pub(crate) fn bind(&self) -> io::Result<UnixListener> {
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let number = socket.1 + 1;
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let mut path = folder.0.join(number.to_string());
        let listener = match UnixListener::bind(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *folder = Folder::create(self.parent.as_deref())?;
                path = folder.0.join(number.to_string());
                UnixListener::bind(&path)?
            }
            bound => bound?,
        };
        *socket = (path, number);
        self.lanes.renew(number);
        Ok(listener)
    }

    /// Notes that a request has been handed over, by its numbers.
    pub(crate) fn took(&self, id: Option<u64>, trip: Option<u64>) {
        if let Some(trip) = trip {
            self.lanes.took(trip);
        }
        let Some(id) = id else {
            return;
        };
        self.taken.send_if_modified(|last| {
            let higher = id > *last;
            *last = id.max(*last);
            higher
        });
    }

    /// Returns the client that waits for the answer to a request. Requests without a number have no
    /// body, and nothing is known of their client.
    pub(crate) fn caller(&self, id: Option<u64>) -> WaitingClient {
        id.map_or_else(WaitingClient::default, |id| self.callers.find(id))
    }

    /// Says that the answer to a request whose connection is kept will have no end.
    pub(crate) fn cut(&self, trip: u64) {
        self.lanes.cut(trip);
    }

    /// Says that the server inside hands nothing over any more.
    pub(crate) fn is_stuck(&self) {
        self.stuck.notify_one();
    }

    /// Closes unused connections. Never returns.
    pub(crate) async fn tidy(&self) {
        self.lanes.tidy().await;
    }

    /// Resolves when the server inside hands nothing over any more.
    pub(crate) async fn stuck(&self) {
        self.stuck.notified().await;
    }

    /// Lets a request in, whose head is made of its connection and its number, and returns when it
    /// is handed over, with the number of the socket that it went to.
    pub(crate) async fn enter(
        &self,
        has_body: bool,
        head: impl FnOnce(&UnixStream, u64) -> io::Result<Vec<u8>>,
    ) -> io::Result<(UnixStream, u64)> {
        let _body = if has_body {
            Some(self.bodies.lock().await)
        } else {
            None
        };
        let mut turn = self.turn.lock().await;
        *turn += 1;
        let id = *turn;
        let handover = async {
            let (mut stream, socket) = self.connect().await?;
            let head = head(&stream, id)?;
            stream.write_all(&head).await?;
            // The sender lives as long as this socket.
            let _ = self.taken.subscribe().wait_for(|last| *last >= id).await;
            Ok((stream, socket))
        };
        let entered: io::Result<_> = timeout(HANDOVER, handover)
            .await
            .map_err(io::Error::from)
            .flatten();
        if let Err(error) = &entered {
            // Descriptors may be what is wanting.
            self.lanes.clear();
            if error.kind() == io::ErrorKind::TimedOut {
                self.is_stuck();
            }
        }
        entered
    }

    /// Returns a connection to the socket in use, with its number. A socket that was removed or
    /// that has no listener is replaced first, so that the request does not fail for it.
    async fn connect(&self) -> io::Result<(UnixStream, u64)> {
        /// How often the new socket is looked for.
        const RETRY: Duration = Duration::from_millis(10);

        let mut reported = None;
        loop {
            let (path, number) = self
                .socket
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            match UnixStream::connect(path).await {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                    ) =>
                {
                    // Once for each, or the next one would be replaced, too.
                    if reported.replace(number) != Some(number) {
                        self.is_stuck();
                    }
                    sleep(RETRY).await;
                }
                connected => return Ok((connected?, number)),
            }
        }
    }
}

/// Prefix of the folders with sockets.
pub const SOCKET_FOLDER: &str = ".bchan-socket-";

/// A folder that no other user can enter. Dropping it removes it.
struct Folder(PathBuf);

impl Folder {
    /// Makes one where it is wanted, or else where there are folders for such things, if its path is
    /// short enough there.
    fn create(wanted: Option<&Path>) -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let name = format!("{SOCKET_FOLDER}{}", hex::encode(random));
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let mut last = io::Error::from(io::ErrorKind::InvalidFilename);
        let wanted = wanted.map(Path::to_owned);
        let parents = [
            wanted,
            runtime,
            Some(std::env::temp_dir()),
            Some("/tmp".into()),
        ];
        for parent in parents.iter().flatten() {
            let path = parent.join(&name);
            if path.as_os_str().len() + "/1234567890".len() > LONGEST_PATH {
                continue;
            }
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let path: &Path = &self.0;
        if let Err(error) = fs::remove_dir_all(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "a folder of a socket stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn a_request_without_a_body_waits_for_one_with_a_body_at_most() {
        let temp = tempfile::tempdir().unwrap();
        let socket = UpstreamSocket::new(Some(temp.path())).unwrap();
        let _listener = socket.bind().unwrap();
        let order = &Mutex::new(Vec::new());
        let enter = |name: &'static str, has_body: bool| {
            socket.enter(has_body, move |_, _| {
                order.lock().unwrap().push(name);
                Ok(Vec::new())
            })
        };
        let hand_over = async {
            for id in 1..=4 {
                while order.lock().unwrap().len() < id {
                    yield_now().await;
                }
                socket.took(Some(id as u64), None);
            }
        };
        let (a, b, c, d, ()) = tokio::join!(
            enter("a", true),
            enter("b", true),
            enter("c", true),
            enter("d", false),
            hand_over
        );
        assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
        assert_eq!(*order.lock().unwrap(), ["a", "d", "b", "c"]);
    }
}
