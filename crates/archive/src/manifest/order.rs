//! The order of paths.

use std::cmp::Ordering;

/// Splits a path into its directory, with the slash at its end, and the name.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let slash = path.iter().rposition(|byte| *byte == b'/');
    path.split_at(slash.map_or(0, |at| at + 1))
}

/// Compares by code point, where a byte that is not UTF-8 counts as U+DC00 more than itself.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    // Bytes of UTF-8 are in the order of their code points.
    if std::str::from_utf8(a).is_ok() && std::str::from_utf8(b).is_ok() {
        return a.cmp(b);
    }
    code_points(a).cmp(code_points(b))
}

pub(crate) fn code_points(text: &[u8]) -> impl Iterator<Item = u32> {
    text.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(u32::from);
        valid.chain(chunk.invalid().iter().map(|byte| 0xdc00 + u32::from(*byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_text_have_their_place() {
        // U+E000 is above the surrogates, U+D7FF below.
        let names: [&[u8]; 3] = ["\u{d7ff}".as_bytes(), b"\xff", "\u{e000}".as_bytes()];
        assert!(names.is_sorted_by(|a, b| compare(a, b) == Ordering::Less));
    }
}
