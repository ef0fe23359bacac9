//! Hashing on the way.

use std::io::{self, Read};

use bchan_archive::Observer;
use sha2::{Digest as _, Sha256};

/// Bytes of a SHA-256 digest.
pub type Digest = [u8; 32];

/// A reader that hashes what passes through it.
pub struct Hashing<R> {
    inner: R,
    hasher: Sha256,
    /// Bytes that have passed.
    pub length: u64,
}

impl<R: Read> Hashing<R> {
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            hasher: Sha256::new(),
            length: 0,
        }
    }

    pub fn finish(self) -> Digest {
        self.hasher.finalize().into()
    }

    /// Digest and length of what has passed so far.
    pub fn so_far(&self) -> (Digest, u64) {
        (self.hasher.clone().finalize().into(), self.length)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.length += count as u64;
        Ok(count)
    }
}

/// SHA-256 and length of everything that a reader has.
pub fn hash_file(reader: &mut dyn Read, observer: &mut dyn Observer) -> io::Result<(Digest, u64)> {
    let mut reader = Hashing::new(reader);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((reader.so_far().0, reader.length)),
            Ok(count) => observer.proceed(count as u64)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub fn hex_digest(digest: Digest) -> String {
    hex::encode(digest)
}
