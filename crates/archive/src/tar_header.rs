//! Recognizing the header of a tar entry.

use tar::Header;

/// Returns true if a block is a header: its checksum is right. Old programs sum the bytes as signed ones.
pub(crate) fn is_header(block: &[u8; 512]) -> bool {
    let (front, rest) = (&block[..148], &block[156..]);
    let bytes = || front.iter().chain(&[b' '; 8]).chain(rest);
    let unsigned: u32 = bytes().map(|byte| u32::from(*byte)).sum();
    let signed: i32 = bytes().map(|byte| i32::from(byte.cast_signed())).sum();
    let is_right = |said| said == unsigned || i32::try_from(said) == Ok(signed);
    Header::from_byte_slice(block).cksum().is_ok_and(is_right)
}
