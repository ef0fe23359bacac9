//! The order of paths.

use std::cmp::Ordering;

/// Compares two paths component by component as bytes.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let shorter = a.len().min(b.len());
    // Neighbours usually have a directory in common.
    let mut at = 0;
    while at + 16 <= shorter && a[at..at + 16] == b[at..at + 16] {
        at += 16;
    }
    while at < shorter && a[at] == b[at] {
        at += 1;
    }
    // The end of a component sorts before every byte that a component can hold, and the end of a
    // path before that.
    let rank = |path: &[u8]| match path.get(at) {
        None => 0,
        Some(b'/') => 1,
        Some(byte) => u16::from(*byte) + 2,
    };
    rank(a).cmp(&rank(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_by_component() {
        let long = "0123456789abcdef0123456789abcdef";
        for prefix in ["", "a/", long] {
            let paths = ["", "a", "a/b", "a/b/c", "a/b.c", "a-b", "a-b/c", "a.b", "b"];
            for (one, a) in paths.iter().enumerate() {
                for (other, b) in paths.iter().enumerate() {
                    let (a, b) = (format!("{prefix}{a}"), format!("{prefix}{b}"));
                    let found = compare(a.as_bytes(), b.as_bytes());
                    assert_eq!(found, one.cmp(&other), "{a} {b}");
                    let parts = a.split('/').cmp(b.split('/'));
                    assert_eq!(found, parts, "{a} {b}");
                }
            }
        }
    }
}
