//! Which files belong into a backup.

use std::path::{Path, PathBuf};

use bchan_archive::Selection;
use bchan_archive::Size;
use clap::Args;

use crate::context::Context;

/// Options that say what is left out.
#[derive(Args, Debug)]
#[command(next_help_heading = "What to back up")]
pub(crate) struct SelectArgs {
    /// Exclude files that match GLOB, a gitignore pattern
    ///
    /// May be repeated; the last matching pattern wins, and `!` re-includes what others exclude. A
    /// pattern with a slash other than at the end is relative to PATH. Nothing below an excluded
    /// folder can be re-included. A PATH itself is always backed up.
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    exclude: Vec<String>,

    /// Back up only files that match GLOB, and everything below
    ///
    /// Patterns are those of --exclude, which can exclude parts again. Folders are included only if
    /// they lead to an included file.
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    include: Vec<String>,

    /// Exclude files that match the patterns in FILE, in gitignore syntax
    ///
    /// May be repeated. Patterns of --exclude come after all of these.
    #[arg(long, value_name = "FILE")]
    exclude_from: Vec<PathBuf>,

    /// Exclude files that match one of these globs, like the Python client
    ///
    /// Globs of Python's fnmatch over /sub/dir/file, the path below PATH: `*` also matches slashes.
    /// All words up to the next option are globs, so put PATHs first, or after `--`.
    #[arg(short = 'e', long, value_name = "GLOB", num_args = 1.., conflicts_with = "include_fnmatch")]
    exclude_fnmatch: Vec<String>,

    /// Back up only files that match one of these globs (letter as in the Python client)
    ///
    /// Cannot be combined with -e.
    #[arg(short = 'i', long, value_name = "GLOB", num_args = 1..)]
    include_fnmatch: Vec<String>,

    /// Exclude cache folders (those with a CACHEDIR.TAG)
    ///
    /// The file must begin as its specification says (<https://bford.info/cachedir/>).
    #[arg(long)]
    exclude_caches: bool,

    /// Exclude the content of folders that contain an entry called NAME
    ///
    /// May be repeated. Of a PATH that contains one, only the empty folder is backed up.
    #[arg(long, value_name = "NAME")]
    exclude_if_present: Vec<String>,

    /// Exclude file systems mounted below PATH
    ///
    /// Of a mount point, only the empty folder is backed up. Subvolumes of btrfs are entered unless
    /// they are mounted of their own; bind mounts are not.
    #[arg(long)]
    one_file_system: bool,

    /// Exclude files larger than SIZE, such as 500MB or 2GiB
    #[arg(long, value_name = "SIZE")]
    exclude_larger_than: Option<Size>,

    /// Back up the paths listed in FILE, one per line; `-` is standard input
    ///
    /// Each is stored under its own path, as tar does: home/me/x for /home/me/x. Folders are backed
    /// up with everything below them.
    #[arg(long, value_name = "FILE")]
    files_from: Vec<PathBuf>,

    /// Like --files-from, with NUL-terminated paths as from `find -print0`
    #[arg(long, value_name = "FILE")]
    files_from0: Vec<PathBuf>,

    /// Paths in --files-from are NUL-terminated
    #[arg(long, requires = "files_from")]
    null: bool,
}

impl SelectArgs {
    /// The rules. Says what looks like a path that was taken for a glob.
    pub(crate) fn selection(self, paths: &[PathBuf], context: &Context<'_>) -> Selection {
        let mut selection = Selection {
            exclude: self.exclude,
            include: self.include,
            exclude_from: self.exclude_from,
            exclude_fnmatch: self.exclude_fnmatch,
            include_fnmatch: self.include_fnmatch,
            exclude_caches: self.exclude_caches,
            exclude_if_present: self.exclude_if_present,
            one_file_system: self.one_file_system,
            exclude_larger_than: self.exclude_larger_than,
            files_from: self.files_from,
            files_from0: self.files_from0,
        };
        if self.null {
            selection.files_from0.append(&mut selection.files_from);
        }
        let globs = [&selection.exclude_fnmatch, &selection.include_fnmatch];
        for glob in globs
            .into_iter()
            .flatten()
            .filter(|glob| is_path(glob, paths))
        {
            context.ui.warn(&format!(
                "{glob} is taken as a glob of -e or -i and not backed up; paths come before these \
                 options, or after `--`"
            ));
        }
        selection
    }
}

/// Returns true if a glob is rather a path: it exists and is not below a path that is backed up.
fn is_path(glob: &str, paths: &[PathBuf]) -> bool {
    let below = |path: &PathBuf| path.join(glob.trim_start_matches('/')).exists();
    Path::new(glob).exists() && !paths.iter().any(below)
}
