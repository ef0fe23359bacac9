//! The selection as users write it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::size::Size;

/// The selection of entries below the named paths, as command line and configuration files state
/// it. By default everything is selected.
///
/// The rules are about what lies below the paths that are named; these themselves always go in.
/// Every rule that is set must let an entry pass. What lies in a directory that is excluded is
/// not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Patterns of what is left out, each a line of gitignore: the last one that matches counts,
    /// and one that begins with `!` takes back what others leave out. A pattern with a slash that
    /// is not at its end starts at the path that was named.
    pub exclude: Vec<String>,
    /// Patterns, of the same kind, of what alone is taken, with all that lies below it; none
    /// means everything.
    pub include: Vec<String>,
    /// Files with lines of patterns that stand before those of [`exclude`](Self::exclude).
    pub exclude_from: Vec<PathBuf>,
    /// Globs as Python's `fnmatch` has them, of files that are left out, over `/sub/dir/file`.
    pub exclude_fnmatch: Vec<String>,
    /// Globs of the same kind, of the only files that are taken.
    pub include_fnmatch: Vec<String>,
    /// Leaves out directories with a file `CACHEDIR.TAG` that begins as its specification says.
    pub exclude_caches: bool,
    /// Leaves out directories in which something has one of these names.
    pub exclude_if_present: Vec<String>,
    /// Leaves out what is mounted below the paths that are named; of a mount point, only the empty
    /// directory is taken.
    pub one_file_system: bool,
    /// Leaves out files that are larger than so many bytes.
    pub exclude_larger_than: Option<Size>,
    /// Files with further paths to archive, one in each line; `-` is standard input.
    pub files_from: Vec<PathBuf>,
    /// The same with a NUL after each path.
    pub files_from0: Vec<PathBuf>,
}

impl Selection {
    /// Returns true if there is a list of further paths.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        !self.files_from.is_empty() || !self.files_from0.is_empty()
    }

    /// Returns true if something is read from standard input.
    #[must_use]
    pub fn reads_stdin(&self) -> bool {
        let mut files = [&self.exclude_from, &self.files_from, &self.files_from0].into_iter();
        files.any(|files| files.iter().any(|path| is_stdin(path)))
    }

    /// Lets relative paths of files start at a directory, such as that of a configuration file.
    pub fn rebase(&mut self, base: &Path) {
        for files in [
            &mut self.exclude_from,
            &mut self.files_from,
            &mut self.files_from0,
        ] {
            for path in files.iter_mut().filter(|path| !is_stdin(path)) {
                *path = base.join(&path);
            }
        }
    }
}

/// Returns true if a path means standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_configuration_start_at_its_folder() {
        let mut selection = Selection {
            exclude_from: vec!["a".into(), "/b".into()],
            files_from0: vec!["-".into()],
            ..Selection::default()
        };
        selection.rebase(Path::new("/etc"));
        assert_eq!(
            selection.exclude_from,
            [Path::new("/etc/a"), Path::new("/b")]
        );
        assert!(selection.reads_stdin() && selection.has_lists());
    }
}
