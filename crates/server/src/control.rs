//! Questions of the programs that look after a data folder to the server that runs over it, which
//! alone can open the database.
//!
//! They come through a socket in the data folder that only the owner of the folder and root can
//! reach: one line of JSON each way, and the bytes of a copy after the answer that announces them.
//! A connection is for one question, and one is answered at a time.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::net::{Shutdown, shutdown};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::chain;
use crate::state::State;

/// Name of the socket.
const SOCKET: &str = "control.sock";

/// What the names of folders begin with in which copies are made.
pub(crate) const COPY_FOLDER: &str = ".bchan-copy-";

/// Longest line, in bytes.
const LONGEST_LINE: u64 = 64 * 1024;

/// Longest path of a socket that every Unix takes, in bytes.
const LONGEST_PATH: usize = 100;

/// How long a question may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the other side may take nothing, or send nothing of a copy that is made.
const STALL: Duration = Duration::from_secs(60);

/// How long a copy may take to be made.
const COPYING: Duration = Duration::from_secs(60 * 60);

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "kebab-case")]
enum Question {
    CopyDatabase,
    FindTarget { name: String },
    NoteKeys,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
enum Answer {
    Done,
    /// So many bytes follow.
    Copy {
        bytes: u64,
    },
    Target {
        id: Option<String>,
    },
    Failed {
        message: String,
    },
}

/// Answers questions until it is dropped.
pub(crate) struct Control {
    path: PathBuf,
    listener: Arc<UnixListener>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Control {
    /// Starts to answer. The caller holds the data folder.
    pub(crate) fn start(state: Arc<State>, data: &Path) -> io::Result<Self> {
        let path = data.join(SOCKET);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = Arc::new(reach(data, |address| UnixListener::bind(address))?);
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let stopping = Arc::new(AtomicBool::new(false));
        let desk = Desk {
            state,
            data: data.to_owned(),
            stopping: Arc::clone(&stopping),
        };
        let accepting = Arc::clone(&listener);
        let thread = thread::Builder::new().name("control".into());
        let thread = thread.spawn(move || desk.serve(&accepting))?;
        Ok(Self {
            path,
            listener,
            stopping,
            thread: Some(thread),
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        let _ = fs::remove_file(&self.path);
        // Where a system does not end the waiting by this, the thread ends with the process.
        if shutdown(&*self.listener, Shutdown::Both).is_ok()
            && let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the control socket ended in a panic");
        }
    }
}

/// Uses the address of the socket, by way of the open folder where its path is too long.
fn reach<T>(data: &Path, connect: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = data.join(SOCKET);
    if path.as_os_str().len() <= LONGEST_PATH {
        return connect(&path);
    }
    let folder = File::open(data)?;
    let folder_path = format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd());
    connect(Path::new(&folder_path))
}

struct Desk {
    state: Arc<State>,
    data: PathBuf,
    stopping: Arc<AtomicBool>,
}

impl Desk {
    fn serve(&self, listener: &UnixListener) {
        loop {
            let accepted = listener.accept();
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            let answered = match accepted {
                Ok((stream, _)) => self.answer(&stream),
                Err(error) => {
                    // Descriptors may be short for a moment.
                    thread::sleep(Duration::from_millis(50));
                    Err(error)
                }
            };
            if let Err(error) = answered {
                tracing::warn!(%error, "a question on the control socket was not answered");
            }
        }
    }

    fn answer(&self, stream: &UnixStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(STALL))?;
        let question = receive(&mut BufReader::new(stream))?;
        match question {
            Question::CopyDatabase => self.copy_database(stream),
            Question::FindTarget { name } => {
                let found = self.state.store.target(&name);
                let found = found.map(|target| target.map(|target| target.id));
                let found = found.map_err(|error| chain(&error));
                send(stream, &answer_of(found, |id| Answer::Target { id }))
            }
            Question::NoteKeys => {
                // Reads the files, if they have changed.
                let noted = self.state.gate.usable().map_err(|error| chain(&error));
                let noted = noted.and_then(|()| {
                    let noted = self.state.note_keys();
                    noted.map_err(|error| chain(&error))
                });
                send(stream, &answer_of(noted, |()| Answer::Done))
            }
        }
    }

    fn copy_database(&self, mut stream: &UnixStream) -> io::Result<()> {
        let folder = CopyFolder::create(&self.data)?;
        let path = folder.0.join("bchan.db");
        let copied = self.state.store.copy_to(&path);
        let copied = copied.map_err(|error| chain(&error));
        let whole = copied.is_ok();
        send(stream, &answer_of(copied, |bytes| Answer::Copy { bytes }))?;
        if !whole {
            return Ok(());
        }
        let mut file = File::open(&path)?;
        let mut block = vec![0; 64 * 1024];
        loop {
            let count = file.read(&mut block)?;
            if count == 0 {
                return Ok(());
            }
            if self.stopping.load(Ordering::SeqCst) {
                return Err(io::Error::other("the server stops"));
            }
            stream.write_all(&block[..count])?;
        }
    }
}

fn answer_of<T>(outcome: Result<T, String>, answer: impl FnOnce(T) -> Answer) -> Answer {
    outcome.map_or_else(|message| Answer::Failed { message }, answer)
}

/// A folder for one copy, removed when dropped.
struct CopyFolder(PathBuf);

impl CopyFolder {
    fn create(data: &Path) -> io::Result<Self> {
        let path = data.join(format!("{COPY_FOLDER}{}", Uuid::new_v4()));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for CopyFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            // The next start removes it.
            tracing::warn!(path = %self.0.display(), %error, "a copy of the database stays");
        }
    }
}

fn send(mut stream: &UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    stream.write_all(&line)
}

fn receive<T: for<'de> Deserialize<'de>>(reader: &mut BufReader<&UnixStream>) -> io::Result<T> {
    let mut line = Vec::new();
    reader.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    if line.last() != Some(&b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_slice(&line)?)
}

/// A connection to the server that runs over a data folder.
pub(crate) struct Caller(UnixStream);

impl Caller {
    /// Connects; none where no server answers.
    pub(crate) fn connect(data: &Path) -> Option<Self> {
        let stream = reach(data, |address| UnixStream::connect(address)).ok()?;
        stream.set_write_timeout(Some(STALL)).ok()?;
        stream.set_read_timeout(Some(COPYING)).ok()?;
        Some(Self(stream))
    }

    /// Has the database copied to the new or empty file `to`; returns its size in bytes.
    pub(crate) fn copy_database(self, to: &Path) -> io::Result<u64> {
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
    pub(crate) fn find_target(self, name: &str) -> io::Result<Option<String>> {
        let name = name.to_owned();
        let mut reader = self.ask(&Question::FindTarget { name })?;
        match receive_good(&mut reader)? {
            Answer::Target { id } => Ok(id),
            _ => Err(unexpected()),
        }
    }

    /// Has the server look at its keys and remember that it has some.
    pub(crate) fn note_keys(self) -> io::Result<()> {
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
