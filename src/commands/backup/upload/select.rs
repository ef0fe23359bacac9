//! Which files belong into a backup.

use std::path::{Path, PathBuf};

use bchan_archive::Selection;
use bytesize::ByteSize;
use clap::Args;

use crate::context::Context;

/// Options that say what is left out.
#[derive(Args, Debug)]
#[command(next_help_heading = "What to back up")]
pub(crate) struct SelectArgs {
    /// Leave out what matches GLOB, a line as in a .gitignore
    ///
    /// May be given more than once; the last pattern that matches counts, and one that begins with
    /// `!` takes back what others leave out. A pattern with a slash that is not at its end starts
    /// at the PATH that it lies in. What lies in a folder that is left out cannot be taken back. A
    /// PATH itself is always backed up.
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    exclude: Vec<String>,

    /// Back up only what matches GLOB, with all that lies below it
    ///
    /// Patterns as for --exclude, which may take something out of it again. Folders are there as
    /// far as they lead to something.
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    include: Vec<String>,

    /// Leave out what matches the patterns in FILE, in the syntax of a .gitignore
    ///
    /// May be given more than once. Patterns of --exclude come after all of these.
    #[arg(long, value_name = "FILE")]
    exclude_from: Vec<PathBuf>,

    /// Leave out files that match one of these globs, as the Python client does
    ///
    /// Globs of Python's fnmatch over /sub/dir/file, the path below PATH: `*` matches slashes, too.
    /// All words up to the next option are globs, so PATHs come first, or behind `--`.
    #[arg(short = 'e', long, value_name = "GLOB", num_args = 1.., conflicts_with = "include_fnmatch")]
    exclude_fnmatch: Vec<String>,

    /// Back up only files that match one of these globs, as the Python client does
    ///
    /// Like -e, with which it cannot go together.
    #[arg(short = 'i', long, value_name = "GLOB", num_args = 1..)]
    include_fnmatch: Vec<String>,

    /// Leave out folders of caches, which have a CACHEDIR.TAG
    ///
    /// The file must begin as its specification says (<https://bford.info/cachedir/>).
    #[arg(long)]
    exclude_caches: bool,

    /// Leave out folders in which there is something called NAME
    ///
    /// May be given more than once. Of a PATH with it, nothing but the empty folder is backed up.
    #[arg(long, value_name = "NAME")]
    exclude_if_present: Vec<String>,

    /// Leave out what is mounted below PATH
    ///
    /// Of a mount point, the empty folder is backed up.
    #[arg(long)]
    one_file_system: bool,

    /// Leave out files that are larger than SIZE, such as 500MB or 2GiB
    #[arg(long, value_name = "SIZE")]
    exclude_larger_than: Option<ByteSize>,

    /// Back up the paths that FILE lists, one in each line; `-` is standard input
    ///
    /// Each is stored under its own path, as tar stores it: home/me/x for /home/me/x. A folder is
    /// backed up with all below it.
    #[arg(long, value_name = "FILE")]
    files_from: Vec<PathBuf>,

    /// Like --files-from, with a NUL behind each path, as `find -print0` writes them
    #[arg(long, value_name = "FILE")]
    files_from0: Vec<PathBuf>,

    /// Let the paths in --files-from end in a NUL each
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
                 options, or behind `--`"
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
