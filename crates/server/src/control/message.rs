//! The messages of the control socket, and how both sides reach it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Name of the socket.
pub(super) const SOCKET: &str = "control.sock";

/// Longest line, in bytes.
pub(super) const LONGEST_LINE: u64 = 64 * 1024;

/// Longest path of a socket that every Unix takes, in bytes.
pub(super) const LONGEST_PATH: usize = 100;

/// How long the other side may take nothing, or send nothing of a copy that is made.
pub(super) const STALL: Duration = Duration::from_secs(60);

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "kebab-case")]
pub(super) enum Question {
    CopyDatabase,
    FindTarget { name: String },
    NameTarget { id: String },
    NoteKeys,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub(super) enum Answer {
    Done,
    /// So many bytes follow.
    Copy {
        bytes: u64,
    },
    Target {
        id: Option<String>,
    },
    TargetName {
        name: Option<String>,
    },
    Failed {
        message: String,
    },
}

/// Uses the address of the socket, by way of the open folder where its path is too long.
pub(super) fn reach<T>(data: &Path, connect: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = data.join(SOCKET);
    if path.as_os_str().len() <= LONGEST_PATH {
        return connect(&path);
    }
    let folder = File::open(data)?;
    let folder_path = format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd());
    connect(Path::new(&folder_path))
}

pub(super) fn send(mut stream: &UnixStream, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    stream.write_all(&line)
}

pub(super) fn receive<T: for<'de> Deserialize<'de>>(
    reader: &mut BufReader<&UnixStream>,
) -> io::Result<T> {
    let mut line = Vec::new();
    reader.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    if line.last() != Some(&b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_slice(&line)?)
}
