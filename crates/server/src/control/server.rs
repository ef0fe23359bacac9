//! Answering on the control socket.

use std::fs::{self, File, Permissions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bchan_api::Target;
use rustix::net::{Shutdown, shutdown};
use uuid::Uuid;

use super::message::{Answer, Question, SOCKET, STALL, reach, receive, send};
use crate::app::App;
use bchan_engine::chain;

/// Prefix of the folders in which copies are made.
pub(crate) const COPY_FOLDER: &str = ".bchan-copy-";

/// How long a question may take to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers questions until it is dropped.
pub(crate) struct Control {
    path: PathBuf,
    listener: Arc<UnixListener>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Control {
    /// Starts to answer. The caller holds the data folder.
    pub(crate) fn start(app: Arc<App>, data: &Path) -> io::Result<Self> {
        let path = data.join(SOCKET);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = Arc::new(reach(data, |address| UnixListener::bind(address))?);
        fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let stopping = Arc::new(AtomicBool::new(false));
        let desk = WorkerPool {
            app,
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

struct WorkerPool {
    app: Arc<App>,
    data: PathBuf,
    stopping: Arc<AtomicBool>,
}

impl WorkerPool {
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
                let found = self.app.engine.store.target(&name);
                let found = found.map(|target| target.map(|target| target.id));
                let found = found.map_err(|error| chain(&error));
                send(stream, &answer_of(found, |id| Answer::Target { id }))
            }
            Question::NameTarget { id } => {
                let found = self.app.engine.store.target(&id);
                let named = |target: Target| target.alias.unwrap_or(target.name);
                let found = found.map(|target| target.map(named));
                let found = found.map_err(|error| chain(&error));
                send(
                    stream,
                    &answer_of(found, |name| Answer::TargetName { name }),
                )
            }
            Question::NoteKeys => {
                // Reads the files, if they have changed.
                let noted = self
                    .app
                    .authenticator
                    .usable()
                    .map_err(|error| chain(&error));
                let noted = noted.and_then(|()| {
                    let noted = self.app.note_keys();
                    noted.map_err(|error| chain(&error))
                });
                send(stream, &answer_of(noted, |()| Answer::Done))
            }
        }
    }

    fn copy_database(&self, mut stream: &UnixStream) -> io::Result<()> {
        let folder = CopyFolder::create(&self.data)?;
        let path = folder.0.join("bchan.db");
        let copied = self.app.engine.store.copy_to(&path);
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
