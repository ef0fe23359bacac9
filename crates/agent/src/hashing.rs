//! Hashing what comes, on its way.

use std::io::{self, Read};

use bchan_api::TargetType;
use sha2::{Digest as _, Sha256};

use crate::received::Found;

/// A download that is hashed as it comes, where that is what the server has a hash of.
pub(crate) struct Hashing<R> {
    reader: R,
    hasher: Option<Sha256>,
}

impl<R> Hashing<R> {
    pub(crate) fn new(reader: R, found: &Found) -> Self {
        let is_file = found.target.target_type == TargetType::Single;
        Self {
            reader,
            hasher: is_file.then(Sha256::new),
        }
    }

    /// Hex SHA-256 of all that has come of a file; a tree is hashed by what is in it.
    pub(crate) fn digest(self) -> Option<String> {
        Some(hex::encode(self.hasher?.finalize()))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&out[..count]);
        }
        Ok(count)
    }
}
