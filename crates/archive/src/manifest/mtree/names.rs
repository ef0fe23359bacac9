//! Paths of entries.

use super::bounds::LONGEST_PATH;

/// Returns true for the path of an entry: relative, with no empty part and none that leads nowhere or
/// upwards.
pub(super) fn is_name(path: &[u8]) -> bool {
    let mut parts = path.split(|byte| *byte == b'/');
    path.len() <= LONGEST_PATH
        && !path.contains(&0)
        && parts.all(|part| !matches!(part, b"" | b"." | b".."))
}
