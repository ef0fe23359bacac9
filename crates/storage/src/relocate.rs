//! Moving a file or a tree, across file systems too.

use std::error::Error as StdError;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use bchan_archive::{
    Codec, Comparison, KeepAttributes, Likeness, Manifest, PackOptions, Source, StoreAttributes,
    UnpackOptions,
};
use bchan_catalog::Object;
use rustix::io::Errno;
use uuid::Uuid;

use crate::durable::{self, FileSystemSync, remove};
use crate::in_use::InUse;
use crate::layout::Layout;
use crate::space::{Reserve, SpaceGuard};

type Failure = Box<dyn StdError + Send + Sync>;

/// Where copies arrive and how much space they leave free.
pub struct Mover<'a> {
    pub layout: &'a Layout,
    pub in_use: &'a InUse,
    pub reserve: Reserve,
}

/// Errors of moving a file or a tree.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("the files are missing at {}", path.display())]
    Missing { path: PathBuf },
    #[error("something else lies at {}", path.display())]
    Occupied { path: PathBuf },
    #[error("{action} {} failed", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("copying {} to another file system failed", path.display())]
    Copy {
        path: PathBuf,
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl MoveError {
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

/// How a file or a tree came to its new place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The source is gone.
    Renamed,
    /// The source lies on another file system, and is still there.
    Copied,
}

/// Moves an object, durably, and never over something else. On another file system
/// it makes a complete copy, which leaves the reserve alone, and the source to the caller.
pub fn relocate(mover: &Mover<'_>, source: &Object, dest: &Object) -> Result<Moved, MoveError> {
    let (from, to) = (&*mover.layout.path_of(source), &*mover.layout.path_of(dest));
    if let Some(parent) = to.parent() {
        durable::create_dirs(parent).map_err(MoveError::io("creating", parent))?;
    }
    match durable::rename(from, to) {
        Ok(()) => Ok(Moved::Renamed),
        Err(error) if error.raw_os_error() == Some(Errno::XDEV.raw_os_error()) => {
            copy_to(mover, from, (dest, to)).map(|()| Moved::Copied)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(MoveError::Occupied {
            path: to.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(MoveError::Missing {
            path: from.to_owned(),
        }),
        Err(error) => Err(MoveError::io("moving", from)(error)),
    }
}

fn copy_to(mover: &Mover<'_>, from: &Path, (dest, to): (&Object, &Path)) -> Result<(), MoveError> {
    let wrap = |source: Failure| MoveError::Copy {
        path: from.to_owned(),
        source,
    };
    if durable::exists(to).map_err(MoveError::io("reading", to))? {
        return Err(MoveError::Occupied {
            path: to.to_owned(),
        });
    }
    // Where the next start looks for what a crash has left.
    let directory = mover.layout.directory_path(&dest.directory);
    let place = mover
        .layout
        .staging(&directory)
        .join(Uuid::new_v4().to_string());
    let _live = mover.in_use.hold(&place);
    let copied = copy(from, &place, mover.reserve)
        .map_err(wrap)
        .and_then(|copy| durable::rename(&copy, to).map_err(MoveError::io("creating", to)));
    let _ = remove(&place);
    copied
}

/// Returns true if a file or a tree on another file system is a complete copy.
pub fn is_same(from: &Path, copy: &Path) -> Result<bool, MoveError> {
    let difference = difference(from, copy).map_err(|source| MoveError::Copy {
        path: from.to_owned(),
        source,
    })?;
    Ok(difference.is_none())
}

/// Copies a file or a tree with all that an archive keeps of it into the new directory `place`. The
/// copy is durable, and was read back from the disk and found to be the same.
fn copy(from: &Path, place: &Path, reserve: Reserve) -> Result<PathBuf, Failure> {
    durable::create_dirs(place)?;
    // Before anything is written.
    let sync = FileSystemSync::open(place)?;
    let copy = transfer(from, place, &mut SpaceGuard::new(place, reserve))?;
    sync.sync()?;
    bchan_failpoint::copied(&copy);
    match difference(from, &copy)? {
        None => Ok(copy),
        Some(difference) => Err(format!("the copy differs from the source: {difference}").into()),
    }
}

/// Returns the difference between a source and its synced copy, if there is one.
fn difference(from: &Path, copy: &Path) -> Result<Option<String>, Failure> {
    let likeness = Likeness::Copy { owners: is_root() };
    Ok(
        match bchan_archive::compare(from, copy, likeness, &mut ())? {
            Comparison::Same => None,
            Comparison::Different { path, what } => {
                let path = path.display().to_string();
                Some(format!("{what} of `{}`", path.escape_debug()))
            }
        },
    )
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Makes a copy, which may still be in memory only.
fn transfer(from: &Path, place: &Path, room: &mut SpaceGuard) -> Result<PathBuf, Failure> {
    let name = from.file_name().ok_or("it has no name")?;
    let directory = bchan_archive::open_dir(place)?;
    let source = [Source::Entry {
        path: from.to_owned(),
        name: name.into(),
    }];
    let (reader, writer) = io::pipe()?;
    std::thread::scope(|scope| {
        let packing = scope.spawn(move || {
            let options = PackOptions {
                force_readable: true,
                // A server has set no others.
                attributes: KeepAttributes::User,
                ..PackOptions::default()
            };
            // Without the writer, which must go for the reader to see the end.
            let packed = bchan_archive::pack(&source, writer, &options, &mut ());
            packed.map(|(summary, _)| summary)
        });
        let options = UnpackOptions {
            preserve_owner: is_root(),
            keep_setid: true,
            attributes: StoreAttributes::Restore {
                privileged: true,
                special: false,
            },
            ..UnpackOptions::default()
        };
        let mut manifest = Manifest::default();
        let unpacked = bchan_archive::unpack_tar(
            Codec::None,
            reader,
            directory.as_fd(),
            &options,
            &mut manifest,
            room,
        );
        let packed = packing.join().map_err(|_| "packing ended in a panic")?;
        let unpacked = unpacked?;
        let summary = packed?;
        let whole = summary.is_complete()
            && summary.vanished == 0
            && summary.skipped == 0
            && unpacked.not_restored == 0;
        if whole {
            Ok(place.join(name))
        } else {
            Err("not everything could be copied".into())
        }
    })
}

/// Returns true if a copy failed because the disk is full.
pub fn is_out_of_space(failure: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(failure);
    while let Some(error) = next {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(durable::is_out_of_space)
        {
            return true;
        }
        next = error.source();
    }
    false
}
