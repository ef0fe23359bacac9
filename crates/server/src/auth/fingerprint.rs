//! The values by which keys are compared.

use sha2::{Digest as _, Sha256};

/// SHA-256 of a key; compared in constant time. Keys are long and random, so a single hash is enough.
pub(crate) type Fingerprint = [u8; 32];

pub(crate) fn fingerprint(key: &str) -> Fingerprint {
    Sha256::digest(key.as_bytes()).into()
}
