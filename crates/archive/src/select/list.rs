//! Lists of paths to archive.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::{SelectionError, is_stdin};
use crate::Source;
use crate::combine::name_of;

/// No list is larger, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024 * 1024;

/// The terminator of each path in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// The end of a line.
    Line,
    /// A zero byte, which no path can hold.
    Nul,
}

/// Reads lists, and gives the sources in them in the order of their names, each once.
pub(super) fn read<'a>(
    files: impl Iterator<Item = (&'a PathBuf, Separator)>,
) -> Result<Vec<Source>, SelectionError> {
    // By components, so that the content of a directory follows it directly.
    let mut found = BTreeSet::new();
    for (file, separator) in files {
        let fail = |source| SelectionError::Read {
            path: file.clone(),
            source,
        };
        let mut text = Vec::new();
        let read = if is_stdin(file) {
            io::stdin().take(LARGEST).read_to_end(&mut text)
        } else {
            File::open(file).and_then(|file| file.take(LARGEST).read_to_end(&mut text))
        };
        if read.map_err(fail)? as u64 == LARGEST {
            return Err(fail(io::ErrorKind::FileTooLarge.into()));
        }
        let end = match separator {
            Separator::Line => b'\n',
            Separator::Nul => 0,
        };
        for (number, path) in text.split(|byte| *byte == end).enumerate() {
            if path.contains(&0) {
                return Err(SelectionError::Line {
                    path: file.clone(),
                    line: number + 1,
                    message: "it holds a NUL, which ends each path with --null".into(),
                });
            }
            if !path.is_empty() {
                let path = PathBuf::from(OsStr::from_bytes(path));
                found.insert((name_of(&path), path));
            }
        }
    }
    let source = |(name, path): (PathBuf, PathBuf)| {
        if name.as_os_str().is_empty() {
            Source::Contents { path }
        } else {
            Source::Listed { path, name }
        }
    };
    Ok(found.into_iter().map(source).collect())
}
