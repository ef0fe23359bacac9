//! Asking the server that runs over a data folder.

use std::fs::OpenOptions;
use std::io::{self, BufReader, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use super::message::{Answer, Question, STALL, reach, receive, send};
use bchan_catalog::StoreError;

/// How long a copy may take to be made.
const COPYING: Duration = Duration::from_secs(60 * 60);

/// Errors of asking a running server or the database.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server that runs over the data folder has failed to answer.
    #[error("the running server has not answered")]
    Server(#[source] io::Error),
}

impl ControlError {
    /// Returns true if a server is starting, and not answering yet, or stopping.
    fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => error.is_busy(),
            Self::Server(error) => matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::BrokenPipe
            ),
        }
    }
}

/// Writes a consistent copy of the database of a data folder to the new file `to`, whether a server
/// runs or not. Returns its size in bytes.
pub(crate) fn copy_database(data: &Path, to: &Path) -> Result<u64, ControlError> {
    ask_or(
        data,
        |server| server.copy_database(to),
        || bchan_catalog::copy(data, to),
    )
}

/// Returns the id of the target with this id or alias, whether a server runs or not.
pub(crate) fn find_target(data: &Path, id_or_alias: &str) -> Result<Option<String>, ControlError> {
    ask_or(
        data,
        |server| server.find_target(id_or_alias),
        || bchan_catalog::find_target(data, id_or_alias),
    )
}

/// Returns the alias of the target with this id, or its name, whether a server runs or not.
pub(crate) fn name_target(data: &Path, id: &str) -> Result<Option<String>, ControlError> {
    ask_or(
        data,
        |server| server.name_target(id),
        || bchan_catalog::name_target(data, id),
    )
}

/// Tells a running server that it has keys from now on. Returns `None` if no server runs.
pub(crate) fn note_keys(data: &Path) -> Option<io::Result<()>> {
    WaitingClient::connect(data).map(WaitingClient::note_keys)
}

/// Asks the server that runs over a data folder, or else looks into the database.
fn ask_or<T>(
    data: &Path,
    ask: impl Fn(WaitingClient) -> io::Result<T>,
    look: impl Fn() -> Result<T, StoreError>,
) -> Result<T, ControlError> {
    /// How long a server may hold the database before it answers and after it has stopped.
    const PATIENCE: Duration = Duration::from_secs(30);

    let started = Instant::now();
    loop {
        let outcome = match WaitingClient::connect(data) {
            Some(server) => ask(server).map_err(ControlError::Server),
            None => look().map_err(ControlError::Store),
        };
        match outcome {
            Err(error) if error.is_passing() && started.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

/// A connection to the server that runs over a data folder.
struct WaitingClient(UnixStream);

impl WaitingClient {
    /// Connects; none where no server answers.
    fn connect(data: &Path) -> Option<Self> {
        let stream = reach(data, |address| UnixStream::connect(address)).ok()?;
        stream.set_write_timeout(Some(STALL)).ok()?;
        stream.set_read_timeout(Some(COPYING)).ok()?;
        Some(Self(stream))
    }

    /// Has the database copied to the new or empty file `to`; returns its size in bytes.
    fn copy_database(self, to: &Path) -> io::Result<u64> {
        let mut reader = self.ask(&Question::CopyDatabase)?;
        let Answer::Copy { bytes } = receive_good(&mut reader)? else {
            return Err(unexpected());
        };
        self.0.set_read_timeout(Some(STALL))?;
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(to)?;
        if io::copy(&mut reader.take(bytes), &mut file)? < bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.sync_all()?;
        Ok(bytes)
    }

    /// The id of the target with this id or alias.
    fn find_target(self, name: &str) -> io::Result<Option<String>> {
        let name = name.to_owned();
        let mut reader = self.ask(&Question::FindTarget { name })?;
        match receive_good(&mut reader)? {
            Answer::Target { id } => Ok(id),
            _ => Err(unexpected()),
        }
    }

    /// The alias or name of the target with this id.
    fn name_target(self, id: &str) -> io::Result<Option<String>> {
        let id = id.to_owned();
        let mut reader = self.ask(&Question::NameTarget { id })?;
        match receive_good(&mut reader)? {
            Answer::TargetName { name } => Ok(name),
            _ => Err(unexpected()),
        }
    }

    /// Has the server look at its keys and remember that it has some.
    fn note_keys(self) -> io::Result<()> {
        let mut reader = self.ask(&Question::NoteKeys)?;
        receive_good(&mut reader).map(drop)
    }

    fn ask(&self, question: &Question) -> io::Result<BufReader<&UnixStream>> {
        send(&self.0, question)?;
        Ok(BufReader::new(&self.0))
    }
}

fn receive_good(reader: &mut BufReader<&UnixStream>) -> io::Result<Answer> {
    match receive(reader)? {
        Answer::Failed { message } => Err(io::Error::other(message)),
        answer => Ok(answer),
    }
}

fn unexpected() -> io::Error {
    io::Error::other("its answer is to another question")
}
