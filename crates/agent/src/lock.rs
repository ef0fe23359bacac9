//! One run at a time.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bchan_api::Time;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// First and longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));
/// No note of a holder is longer, in bytes.
const LARGEST: u64 = 4096;

/// A lock that is held until it is dropped. The system releases it when the process ends, even if
/// it is killed. The file stays: removing it could remove a lock file that another run holds.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// The process that holds a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub since: Time,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}, since {}", self.pid, self.since)
    }
}

/// Errors of taking a lock.
#[derive(Debug)]
pub enum LockError {
    /// Another run has it, if it is known which.
    Held(Option<Holder>),
    Io {
        path: PathBuf,
        source: io::Error,
    },
}

impl Lock {
    /// Takes the lock in a file, which is made if it is missing, and waits up to this long.
    pub async fn take(path: &Path, patience: Duration) -> Result<Self, LockError> {
        let fail = |source| LockError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = open(path).map_err(fail)?;
        let begun = Instant::now();
        let mut pause = PAUSES.0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(fail(source)),
            }
            let left = patience.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(LockError::Held(holder(&mut file)));
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = pause.mul_f64(1.5).min(PAUSES.1);
        }
        let note = Holder {
            pid: std::process::id(),
            since: Time::now(),
        };
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(&serde_json::to_vec(&note)?)
        };
        write(&mut file).map_err(fail)?;
        Ok(Self { _file: file })
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let flags = i32::try_from(OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(flags)
        .open(path)
}

/// Reads the holder from the file, which the holder may be about to write.
fn holder(file: &mut File) -> Option<Holder> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.take(LARGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_is_told_of_the_first_and_waits_for_it() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("sub/x.lock");
        let first = Lock::take(&path, Duration::ZERO).await.unwrap();
        let LockError::Held(Some(holder)) = Lock::take(&path, Duration::ZERO).await.unwrap_err()
        else {
            panic!("it is held")
        };
        assert_eq!(holder.pid, std::process::id());
        let waiting = Lock::take(&path, Duration::from_secs(3600));
        let mut waiting = std::pin::pin!(waiting);
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("it is held"),
            () = tokio::task::yield_now() => {}
        }
        drop(first);
        waiting.await.unwrap();
    }
}
