//! Following links.

use super::index::Index;
use super::records::Content;

/// Most links that are followed one after the other.
const MOST_LINKS: usize = 40;

/// Where a path leads when its links are followed.
pub(super) enum Lead<'a> {
    /// To a file of the tree, with this digest.
    File(&'a [u8]),
    /// Out of the tree.
    Out,
    /// To a directory, round in circles, or to what is not there.
    NoFile,
}

impl<'a> Index<'a> {
    /// Where a link leads.
    pub(super) fn resolve(&self, path: &[u8]) -> Lead<'a> {
        // What is still to be walked, last component first.
        let mut rest: Vec<&[u8]> = path.split(|byte| *byte == b'/').rev().collect();
        let mut here: Vec<u8> = Vec::new();
        let mut followed = 0;
        while let Some(part) = rest.pop() {
            match part {
                b"" | b"." if self.is_directory(&here) => continue,
                b".." if self.is_directory(&here) => {
                    if here.is_empty() {
                        return Lead::Out;
                    }
                    here.truncate(here.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
                    continue;
                }
                b"" | b"." | b".." => return Lead::NoFile,
                _ => {}
            }
            let length = here.len();
            if length > 0 {
                here.push(b'/');
            }
            here.extend_from_slice(part);
            match self.get(&here) {
                // A second name of a link leads on from its own place, not from the first's.
                Some(Content::Link(target)) => {
                    followed += 1;
                    if target.starts_with(b"/") {
                        return Lead::Out;
                    }
                    if followed > MOST_LINKS {
                        return Lead::NoFile;
                    }
                    rest.extend(target.split(|byte| *byte == b'/').rev());
                    here.truncate(length);
                }
                Some(Content::File(digest)) if rest.is_empty() => return Lead::File(digest),
                Some(Content::File(_)) => return Lead::NoFile,
                _ if self.is_directory(&here) => {}
                _ => return Lead::NoFile,
            }
        }
        Lead::NoFile
    }
}
