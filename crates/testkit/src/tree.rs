//! Making and comparing trees.

use std::fs::File;
use std::io::Read as _;

mod difference;
mod odd;

pub use difference::difference;
pub use odd::odd;

/// Bytes that no compression makes fewer.
pub fn noise(length: usize) -> Vec<u8> {
    let mut noise = vec![0; length];
    let mut random = File::open("/dev/urandom").unwrap();
    random.read_exact(&mut noise).unwrap();
    noise
}
