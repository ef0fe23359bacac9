//! Errors of the workflows.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use bchan_archive::{NameConflict, PackError, SelectionError, UnpackError};
use bchan_client::Error;

use crate::lock::Holder;
use crate::report::Warning;
use crate::shrunk::Shrunk;

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    #[error(transparent)]
    Client(#[from] Error),
    #[error("there is no target `{name}`")]
    NoSuchTarget { name: String },
    #[error("there is no backup or target `{what}`")]
    NoSuchBackup { what: String },
    #[error("`{name}` is rather a path or a pattern than the name of a new target")]
    NotAName { name: String },
    #[error("target `{target}` has no backups but perhaps recycled ones")]
    NoBackups { target: String },
    #[error("nothing selected: there is nothing in {}", path.display())]
    NothingSelected { path: PathBuf },
    #[error("nothing selected: no path is listed")]
    NothingListed,
    #[error("nothing selected: {}", if warnings.is_empty() {
        "the rules leave no file of what is there"
    } else {
        "no file of what is there could be taken"
    })]
    NothingLeft {
        /// The problems on the way.
        warnings: Vec<Warning>,
        /// All of them, with those that are not kept.
        warning_count: u64,
    },
    #[error("nothing came from {name}")]
    NothingCame { name: String },
    #[error(transparent)]
    Selection(#[from] SelectionError),
    #[error("another sequential upload to `{target}` is under way")]
    OtherSequence { target: String },
    #[error("target `{target}` takes single files, which are not sent one by one")]
    NotMulti { target: String },
    #[error("files vanish faster than they can be sent")]
    Vanishing,
    #[error("the server does not say that it knows zstd")]
    NoZstd,
    #[error("the server would not keep pipes and devices of what it unpacks")]
    NoSpecial,
    #[error("there is no command to run")]
    NoCommand,
    #[error("running `{program}` failed")]
    CommandBroken { program: String, source: io::Error },
    #[error("`{program}` failed ({status}); nothing was stored")]
    CommandFailed { program: String, status: ExitStatus },
    #[error("cannot read {}", path.display())]
    SourceMissing { path: PathBuf, source: io::Error },
    #[error(transparent)]
    NameConflict(#[from] NameConflict),
    #[error(
        "{} lies in {}, which holds the data of a bchan server or a spool",
        path.display(), own.display()
    )]
    OwnData { path: PathBuf, own: PathBuf },
    #[error("the server took the upload and then failed to store it: {message}")]
    JobFailed { message: String },
    #[error("backup {backup} is not what was sent: its hash on the server differs")]
    StoredDiffers { backup: String },
    #[error("backup {backup} is broken already: the server has found other content than was sent")]
    Broken { backup: String },
    #[error("what came is not what the server has stored: its hash differs")]
    HashMismatch,
    #[error(
        "what came is not what was uploaded: its files have the right content, but links, folders, \
         modes, times, owners or attributes differ"
    )]
    ReceiptMismatch,
    #[error("what came is no archive, so it is not the backup of a folder")]
    NoArchive,
    #[error("{} already exists", path.display())]
    Exists { path: PathBuf },
    #[error("{} is not empty", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} is no safe place for what is unpacked: {why}", path.display())]
    UnsafeFolder { path: PathBuf, why: &'static str },
    #[error("{action} {} failed", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error(transparent)]
    Pack(PackError),
    #[error(transparent)]
    Unpack(UnpackError),
    #[error("{side} failed")]
    Side { side: &'static str, source: Error },
    #[error("another run uses {}", path.display())]
    MigrationLocked { path: PathBuf },
    #[error("{} is about a migration from {from} to {to}", path.display())]
    OtherMigration {
        path: PathBuf,
        from: String,
        to: String,
    },
    #[error("another run to target `{target}` is under way{}", held_by(holder.as_ref()))]
    Locked {
        target: String,
        holder: Option<Holder>,
    },
    #[error("deadline of {deadline:?} exceeded; nothing was stored")]
    Deadline { deadline: Duration },
    #[error(
        "deadline of {deadline:?} exceeded; the server has it all, and has not said \
         that it is stored"
    )]
    DeadlineWaiting { deadline: Duration },
    #[error("{0}; nothing was stored")]
    Shrunk(Shrunk),
    #[error("the backup waits in {} for the next run", folder.display())]
    Spooled { folder: PathBuf, source: Error },
    #[error("nothing was stored, and there is no room for the backup in {}", folder.display())]
    SpoolFull { folder: PathBuf, source: Error },
    #[error("it is not what was written: its hash differs")]
    SpoolBroken,
    #[error("a thread of the program ended too early")]
    Thread,
}

impl AgentError {
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    /// One line that says what to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoSuchBackup { .. } => {
                "`bchan target list` shows the targets, `bchan target show TARGET` its backups"
                    .into()
            }
            Self::NotAName { .. } => {
                "the target comes before the paths; `bchan target create` takes any name".into()
            }
            Self::NoBackups { target } => {
                format!("`bchan backup upload {target} PATH` makes one")
            }
            Self::NothingSelected { .. } => {
                "is a disk not mounted? --allow-empty stores an empty backup".into()
            }
            Self::NothingLeft { warnings, .. } if !warnings.is_empty() => {
                "check the paths and the permissions; --allow-empty stores an empty backup".into()
            }
            Self::NothingLeft { .. } => {
                "--dry-run --verbose shows why; --allow-empty stores an empty backup".into()
            }
            Self::NothingListed | Self::NothingCame { .. } => {
                "--allow-empty stores an empty backup".into()
            }
            Self::OtherSequence { .. } => {
                "its files are others than those here; the server gives it up after a while, or \
                 finish it where it was begun"
                    .into()
            }
            Self::NoZstd => "--compression gzip is understood by all".into(),
            Self::NoSpecial => {
                "leave --special away, or upload to a target of the type single".into()
            }
            Self::Locked { .. } => "--wait-lock DURATION waits for it".into(),
            Self::Shrunk(_) => {
                "is a disk not mounted? --allow-shrink backs it up all the same".into()
            }
            Self::Deadline { .. } => "try again later, or give it more with --deadline".into(),
            Self::DeadlineWaiting { .. } => {
                "`bchan job list` shows whether it is stored by now".into()
            }
            Self::SpoolFull { .. } => {
                "what waits there goes first when the server is back; --spool-limit SIZE makes \
                 more room"
                    .into()
            }
            Self::NoCommand => "name it after `--`".into(),
            Self::NameConflict(_) => {
                "leave one of them out, or write both with a leading slash".into()
            }
            Self::OwnData { .. } => {
                "`bchan migrate` copies the backups of one server to another".into()
            }
            Self::JobFailed { .. } => "the log of the server says more".into(),
            Self::StoredDiffers { .. } | Self::Broken { .. } => {
                "do not rely on that backup; upload again, and check the server's disk and memory"
                    .into()
            }
            Self::NoArchive => {
                "does the address lead to a Backup-chan server, and not to a page of a proxy?"
                    .into()
            }
            Self::HashMismatch => {
                "nothing was kept; try again, and check the server's disk if it stays so".into()
            }
            Self::ReceiptMismatch => {
                "the backup's files were changed on the server, or its disk is failing".into()
            }
            Self::Exists { .. } => "move it away, or name another folder with --directory".into(),
            Self::MigrationLocked { .. } => "wait until it has ended".into(),
            Self::OtherMigration { .. } => "name another file with --state".into(),
            Self::UnsafeFolder { .. } => {
                "name a folder that does not exist yet: it is made for you alone to write to".into()
            }
            Self::NotEmpty { .. } => "name a folder that is empty or does not exist yet".into(),
            _ => return None,
        })
    }
}

fn held_by(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| format!(" ({holder})"))
}
