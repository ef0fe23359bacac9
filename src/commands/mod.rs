//! One file for each command: its arguments, and a thin function that runs it.

#![allow(clippy::doc_markdown, reason = "the help is plain text")]

mod anchor;
pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod job;
pub(crate) mod log;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod man;
pub(crate) mod migrate;
pub(crate) mod preset;
pub(crate) mod recycle_bin;
pub(crate) mod serve;
pub(crate) mod server;
pub(crate) mod stats;
pub(crate) mod target;

use clap::Args;

use crate::ui::view::Done;

/// The choice that every deletion leaves to its caller.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct DeleteFilesArgs {
    /// Also delete the files on the server's disk (letter as in the Python client)
    ///
    /// By default the server only forgets the backups, and their files stay on its disk.
    #[arg(short, long)]
    pub(crate) delete_files: bool,
}

impl DeleteFilesArgs {
    /// The question before something is deleted.
    pub(crate) fn question(self, what: &str) -> String {
        if self.delete_files {
            format!("Delete {what} with all files?")
        } else {
            format!("Remove {what} from the list, but keep the files on the server?")
        }
    }

    /// The report that something was deleted.
    pub(crate) fn report(self, what: &str) -> Done {
        Done::new(if self.delete_files {
            format!("deleted {what} with all files")
        } else {
            format!(
                "removed {what} from the list; the files stay on the server (--delete-files \
                 removes them as well)"
            )
        })
    }
}

/// A number of backups, in words.
pub(crate) fn count_backups(count: usize) -> String {
    match count {
        1 => "1 backup".to_owned(),
        count => format!("{count} backups"),
    }
}

/// Returns the error of a command that needs the server, in a build without it. The command exists
/// in such builds so that help, completions and manual are the same everywhere.
#[cfg(not(feature = "server"))]
pub(crate) fn without_server(what: &str) -> crate::error::CommandError {
    let message = format!("{what} needs the server, which this bchan was built without");
    crate::error::CommandError::usage(message)
        .hint("build it with the feature `server`, which is on by default")
}
