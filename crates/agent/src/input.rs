//! Content that is read as it comes: standard input, or what a command prints.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::process::Stdio;
use std::thread;

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::sync::mpsc::{self, Sender};

use crate::error::AgentError;
use crate::prefetch::Incoming;

/// Chunks between the writer and the thread that sends.
const PIPE: usize = 8;
/// Bytes of a chunk.
const CHUNK: usize = 128 * 1024;

/// Where a stream comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Stdin,
    /// A program and its arguments. No shell is between.
    Command(Vec<OsString>),
}

impl Input {
    /// Returns true if it can be had a second time.
    pub fn is_repeatable(&self) -> bool {
        matches!(self, Self::Command(_))
    }

    /// A reader of it, and what keeps it going. The reader comes to its end when all has come and,
    /// of a command, only when that has succeeded. Dropped early, the command is killed.
    pub fn open(
        &self,
    ) -> (
        Incoming,
        impl Future<Output = Result<(), AgentError>> + use<>,
    ) {
        let (sender, reader) = Incoming::pipe(PIPE);
        let input = self.clone();
        let pump = async move {
            match input {
                Self::Stdin => {
                    let (from, mut input) = mpsc::channel(1);
                    // A thread of its own: one that waits for input must not keep the program from
                    // ending.
                    thread::spawn(move || read_stdin(&from));
                    pass(&mut input, &sender).await
                }
                Self::Command(command) => run(&command, sender).await,
            }
        };
        (reader, pump)
    }
}

type Chunk = io::Result<Option<Bytes>>;

fn read_stdin(sender: &Sender<Chunk>) {
    let mut stdin = io::stdin().lock();
    loop {
        let mut buffer = vec![0; CHUNK];
        let chunk = match stdin.read(&mut buffer) {
            Ok(0) => Ok(None),
            Ok(count) => {
                buffer.truncate(count);
                Ok(Some(Bytes::from(buffer)))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let ended = !matches!(chunk, Ok(Some(_)));
        if sender.blocking_send(chunk).is_err() || ended {
            return;
        }
    }
}

async fn pass(
    input: &mut mpsc::Receiver<Chunk>,
    sender: &Sender<Option<Bytes>>,
) -> Result<(), AgentError> {
    while let Some(chunk) = input.recv().await {
        let chunk = chunk.map_err(AgentError::io("reading", "standard input"))?;
        let ended = chunk.is_none();
        // The reader has stopped, and reports the reason.
        if sender.send(chunk).await.is_err() || ended {
            return Ok(());
        }
    }
    Err(AgentError::Thread)
}

/// Runs a command, and passes on what it prints. The end is passed on when it has succeeded.
async fn run(command: &[OsString], sender: Sender<Option<Bytes>>) -> Result<(), AgentError> {
    let (program, arguments) = command.split_first().ok_or(AgentError::NoCommand)?;
    let name = program.to_string_lossy().into_owned();
    let fail = |source| AgentError::CommandBroken {
        program: name.clone(),
        source,
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(fail)?;
    if let Some(mut stdout) = child.stdout.take() {
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(CHUNK);
            if stdout.read_buf(&mut buffer).await.map_err(fail)? == 0 {
                break;
            }
            if sender.send(Some(buffer.split().freeze())).await.is_err() {
                // The reader has stopped, and reports the reason.
                return Ok(());
            }
        }
    }
    let status = child.wait().await.map_err(fail)?;
    if !status.success() {
        let program = name;
        return Err(AgentError::CommandFailed { program, status });
    }
    // The reader has stopped, and reports the reason.
    let _ = sender.send(None).await;
    Ok(())
}
