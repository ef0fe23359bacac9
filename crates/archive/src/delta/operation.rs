//! First bytes of the operations. Numbers follow in LEB128.

/// Copies from the earlier state: offset and length.
pub(super) const COPY: u8 = b'C';
/// Takes the bytes that follow: their number.
pub(super) const LITERAL: u8 = b'L';
/// Leaves a hole: its length.
pub(super) const HOLE: u8 = b'Z';
/// Ends the file.
pub(super) const END: u8 = b'E';
