//! The values by which keys are compared.

use sha2::{Digest as _, Sha256};

/// What keys are compared by: equal lengths, and no content to leak by timing. Keys are long and
/// random, so that one pass of a hash is as good as many.
pub(crate) type Fingerprint = [u8; 32];

pub(crate) fn fingerprint(key: &str) -> Fingerprint {
    Sha256::digest(key.as_bytes()).into()
}
