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

/// Moves what lies at `from` to `to`, durably, and never over something else.
///
/// Whatever moment this ends at, one of the two is complete, and calling it again finishes the
/// move: a `from` that is gone while `to` is there was moved before. A copy on another file system
/// leaves the reserve alone.
pub(crate) fn relocate(state: &State, from: &Path, to: &Path) -> Result<(), OpError> {
    relocate_within(state, from, to, state.limits().reserve)
}

/// The same for a move that is taken back, which may use the reserve.
pub(crate) fn relocate_back(state: &State, from: &Path, to: &Path) -> Result<(), OpError> {
    relocate_within(state, from, to, Reserve::Bytes(0))
}

fn relocate_within(state: &State, from: &Path, to: &Path, reserve: Reserve) -> Result<(), OpError> {
    if let Some(parent) = to.parent() {
        durable::create_dirs(parent).map_err(OpError::io("creating", parent))?;
    }
    match durable::rename(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.raw_os_error() == Some(Errno::XDEV.raw_os_error()) => {
            copy_then_remove(state, from, to, reserve)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(OpError::Occupied {
            path: to.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if durable::exists(to).map_err(OpError::io("reading", to))? {
                for path in [from, to] {
                    match durable::parent(path).and_then(|parent| parent.sync()) {
                        // The folder may be gone, too.
                        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                        other => other.map_err(OpError::io("syncing", parent(path)))?,
                    }
                }
                Ok(())
            } else {
                Err(OpError::Missing {
                    path: from.to_owned(),
                })
            }
        }
        Err(error) => Err(OpError::io("moving", from)(error)),
    }
}

fn copy_then_remove(
    state: &State,
    from: &Path,
    to: &Path,
    reserve: Reserve,
) -> Result<(), OpError> {
    let wrap = |source: Failure| OpError::Copy {
        path: from.to_owned(),
        source,
    };
    if durable::exists(to).map_err(OpError::io("reading", to))? {
        // Either an earlier attempt got this far, or it is somebody else's. Only if it is the same
        // in everything does the source go.
        let sync = FileSystemSync::open(parent(to)).map_err(OpError::io("opening", to))?;
        sync.sync().map_err(OpError::io("syncing", to))?;
        if difference(from, to).map_err(wrap)?.is_some() {
            return Err(OpError::Occupied {
                path: to.to_owned(),
            });
        }
    } else {
        // Where the next start looks for what a crash has left.
        let place = state
            .layout
            .staging(home_of(to))
            .join(Uuid::new_v4().to_string());
        let _live = state.live.hold(&place);
        let copied = copy(from, &place, reserve)
            .map_err(wrap)
            .and_then(|copy| durable::rename(&copy, to).map_err(OpError::io("creating", to)));
        let _ = remove(&place);
        copied?;
    }
    // A rename takes the source away in one step; only then is it taken apart.
    let doomed = state
        .layout
        .trash(home_of(from))
        .join(Uuid::new_v4().to_string());
    let _live = state.live.hold(&doomed);
    durable::create_dirs(parent(&doomed)).map_err(OpError::io("creating", parent(&doomed)))?;
    durable::rename(from, &doomed).map_err(OpError::io("removing", from))?;
    remove(&doomed).map_err(OpError::io("removing", &doomed))
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("/"))
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
