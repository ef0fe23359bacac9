//! The end that an archive is written to.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest as _, Sha256};

use crate::pack_stream::Sink;

/// Writes a file of a bounded size, and hashes it.
pub(super) struct Writer {
    file: File,
    hasher: Sha256,
    /// Bytes that it may still become longer by.
    room: u64,
    signs: Arc<Signs>,
}

/// Signals between a writer and its reader.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// There is no room for all of it.
    pub full: AtomicBool,
    /// The receiver is gone.
    pub stop: AtomicBool,
}

impl Writer {
    pub(super) fn create(path: &Path, room: u64, signs: Arc<Signs>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        Ok(Self {
            file: options.open(path)?,
            hasher: Sha256::new(),
            room,
            signs,
        })
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.signs.stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if bytes.len() as u64 > self.room {
            self.signs.full.store(true, Ordering::Relaxed);
            return Err(io::ErrorKind::StorageFull.into());
        }
        let count = match self.file.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                self.signs.full.store(true, Ordering::Relaxed);
                return Err(error);
            }
            count => count?,
        };
        self.hasher.update(&bytes[..count]);
        self.room -= count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Writer {
    fn finish(self, _receipt: Option<&str>) -> io::Result<[u8; 32]> {
        self.file.sync_all()?;
        Ok(self.hasher.finalize().into())
    }
}
