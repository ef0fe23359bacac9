//! Moving a file or a tree, across file systems too.

use std::error::Error;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use bchan_archive::{
    Codec, Comparison, KeepAttributes, Likeness, Manifest, PackOptions, Source, StoreAttributes,
    UnpackOptions,
};
use rustix::io::Errno;
use uuid::Uuid;

use super::{OpError, remove};
use crate::durable::{self, FileSystemSync};
use crate::error;
use crate::fault;
use crate::layout::home_of;
use crate::room::{Reserve, Room};
use crate::state::State;

type Failure = Box<dyn Error + Send + Sync>;

/// How a file or a tree came to its new place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// The source is gone.
    Renamed,
    /// The source lies on another file system, and is still there.
    Copied,
}

/// Moves what lies at `from` to `to`, durably, and never over something else. On another file system
/// it makes a complete copy, which leaves the reserve alone, and the source to the caller.
pub(super) fn relocate(state: &State, from: &Path, to: &Path) -> Result<Moved, OpError> {
    if let Some(parent) = to.parent() {
        durable::create_dirs(parent).map_err(OpError::io("creating", parent))?;
    }
    match durable::rename(from, to) {
        Ok(()) => Ok(Moved::Renamed),
        Err(error) if error.raw_os_error() == Some(Errno::XDEV.raw_os_error()) => {
            copy_to(state, from, to).map(|()| Moved::Copied)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(OpError::Occupied {
            path: to.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(OpError::Missing {
            path: from.to_owned(),
        }),
        Err(error) => Err(OpError::io("moving", from)(error)),
    }
}

fn copy_to(state: &State, from: &Path, to: &Path) -> Result<(), OpError> {
    let wrap = |source: Failure| OpError::Copy {
        path: from.to_owned(),
        source,
    };
    if durable::exists(to).map_err(OpError::io("reading", to))? {
        return Err(OpError::Occupied {
            path: to.to_owned(),
        });
    }
    // Where the next start looks for what a crash has left.
    let place = state
        .layout
        .staging(home_of(to))
        .join(Uuid::new_v4().to_string());
    let _live = state.live.hold(&place);
    let copied = copy(from, &place, state.limits().reserve)
        .map_err(wrap)
        .and_then(|copy| durable::rename(&copy, to).map_err(OpError::io("creating", to)));
    let _ = remove(&place);
    copied
}

/// Whether a file or a tree on another file system is a complete copy.
pub(super) fn is_same(from: &Path, copy: &Path) -> Result<bool, OpError> {
    let difference = difference(from, copy).map_err(|source| OpError::Copy {
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
    let copy = transfer(from, place, &mut Room::new(place, reserve))?;
    sync.sync()?;
    fault::copied(&copy);
    match difference(from, &copy)? {
        None => Ok(copy),
        Some(difference) => Err(format!("the copy differs from the source: {difference}").into()),
    }
}

/// What differs between a source and its copy, which is synced, if anything does.
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
fn transfer(from: &Path, place: &Path, room: &mut Room) -> Result<PathBuf, Failure> {
    let name = from.file_name().ok_or("it has no name")?;
    let directory = bchan_archive::open_dir(place)?;
    let source = [Source::Entry {
        path: from.to_owned(),
        name: name.to_owned(),
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

/// Whether a copy failed because the disk is full.
pub(super) fn is_out_of_space(failure: &(dyn Error + 'static)) -> bool {
    let mut next = Some(failure);
    while let Some(error) = next {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(error::is_out_of_space)
        {
            return true;
        }
        next = error.source();
    }
    false
}
