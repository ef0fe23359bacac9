//! Telling a directory that is there from the empty mount point of a disk that is away.
//!
//! Each storage root, the recycle bin and each location that was ever used has a *marker*: the file
//! `marker` with a random id in the server's own folder there. The database remembers the id. A
//! directory that it remembers and that has no marker, or another one, is away: nothing is written
//! there, and nothing is concluded from what is not there. The same holds for everything below a
//! storage root that is away.
//!
//! A marker is on the disk before the database remembers it, and the database forgets it before it
//! is removed. A crash in between leaves a marker that the database does not know, and the next use
//! takes that over. A directory without a marker that the database does not remember is new, unless
//! it should hold backups: then one of them or the server's own folder must be there.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use serde::{Deserialize, Serialize};

use crate::durable;
use crate::error::ApiError;
use crate::state::State;
use crate::store::StoredBackup;

/// Version of the format of the file.
const VERSION: u32 = 1;

/// Longest file that is read back, in bytes.
const LONGEST: u64 = 4096;

/// Name of the file.
pub(crate) const FILE: &str = "marker";

#[derive(Serialize, Deserialize)]
struct Marker {
    version: u32,
    id: String,
}

/// The state of one directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has the marker that the database remembers.
    Marked,
    /// It was never used, or only by a version without markers.
    Unmarked,
    /// It is not there, or something else is there in its place.
    Away,
}

/// Fails if a directory is away.
pub(crate) fn require(state: &State, directory: &Path) -> Result<(), ApiError> {
    for place in with_anchors(state, directory) {
        require_one(state, place)?;
    }
    Ok(())
}

/// Fails if a directory is away, and marks it and the storage roots above it for use.
///
/// A caller that puts something there holds [`State::at_work`], so that the marker is not removed
/// with the empty folder in between.
pub(crate) fn enter(state: &State, directory: &Path) -> Result<(), ApiError> {
    for place in with_anchors(state, directory) {
        if require_one(state, place)? == Presence::Unmarked {
            mark(state, place)?;
        }
    }
    Ok(())
}

/// Marks a directory that another server has used, and the storage roots above it, as far as they
/// exist. Nothing there tells yet that this server uses them.
#[cfg(feature = "import-mariadb")]
pub(crate) fn adopt(state: &State, directory: &Path) -> Result<(), ApiError> {
    for place in with_anchors(state, directory) {
        if place.is_dir() {
            mark(state, place)?;
        }
    }
    Ok(())
}

/// A directory and, before it, the storage roots that it lies in.
fn with_anchors<'a>(state: &'a State, directory: &'a Path) -> Vec<&'a Path> {
    let mut places = state.layout.anchors(directory);
    if !places.contains(&directory) {
        places.push(directory);
    }
    places
}

/// Marks every directory in use that is there and has no marker yet; says which are away.
pub(crate) fn establish(state: &State) -> Result<(), ApiError> {
    for place in in_use(state)? {
        let anchor = state.layout.anchors(&place).contains(&&*place);
        let entered = if anchor || state.layout.mirror(&place).is_there().unwrap_or(false) {
            enter(state, &place)
        } else if presence(state, &place)? == Presence::Away {
            require(state, &place)
        } else {
            // It is marked when it is used.
            Ok(())
        };
        if let Err(error) = entered {
            let (path, message) = (place.display(), error.message);
            tracing::error!(%path, message, "a directory of backups cannot be used");
        }
    }
    Ok(())
}

/// Storage roots, the recycle bin and all locations as far as they can be used, in an order in which
/// roots come before what lies below them.
pub(crate) fn in_use(state: &State) -> Result<Vec<PathBuf>, ApiError> {
    let mut places = vec![state.layout.bin().to_owned()];
    places.extend(state.layout.roots().iter().cloned());
    for location in state.store.locations()? {
        places.extend(state.layout.resolve(&location).ok());
    }
    places.sort();
    places.dedup();
    Ok(places)
}

/// Compares a directory with what the database remembers of it.
pub(crate) fn presence(state: &State, directory: &Path) -> Result<Presence, ApiError> {
    let Some(id) = state.store.marker(&state.layout.name_of(directory))? else {
        return Ok(Presence::Unmarked);
    };
    let found = read(state, directory).map_err(reading)?;
    Ok(if found.is_some_and(|found| found == id) {
        Presence::Marked
    } else {
        Presence::Away
    })
}

/// Takes a directory into use as it is, in the place of the one that was there before. What the
/// database remembers of that goes.
pub(crate) fn replace(state: &State, directory: &Path) -> Result<(), ApiError> {
    state
        .store
        .forget_marker(&state.layout.name_of(directory))?;
    mark(state, directory)
}

/// Has the database forget the marker of a location and removes it, if nothing else is left in the
/// server's own folder there. Returns false where something is left, or the location is away.
pub(crate) fn leave(state: &State, location: &Path) -> Result<bool, ApiError> {
    let own = state.layout.own(location);
    if state.layout.is_root(location) || require(state, location).is_err() {
        return Ok(false);
    }
    let entries = match fs::read_dir(&own) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        other => other.map_err(reading)?,
    };
    let file = own.join(FILE);
    let partial = durable::partial(&file).map_err(reading)?;
    for entry in entries {
        let path = entry.map_err(reading)?.path();
        if path != file && path != partial {
            return Ok(false);
        }
    }
    state.store.forget_marker(&state.layout.name_of(location))?;
    for path in [partial, file] {
        durable::remove_file(&path)
            .map_err(|error| ApiError::from_io("removing a marker", error))?;
    }
    Ok(true)
}

fn require_one(state: &State, directory: &Path) -> Result<Presence, ApiError> {
    let found = presence(state, directory)?;
    match found {
        Presence::Away => Err(away(
            directory,
            "is not the directory that was used before: it has no marker of this server, or another",
        )),
        Presence::Unmarked if should_hold_something(state, directory)? => {
            Err(away(directory, "holds no sign of its backups"))
        }
        Presence::Marked | Presence::Unmarked => Ok(found),
    }
}

fn away(directory: &Path, how: &str) -> ApiError {
    let message = format!(
        "{} {how}; is its disk mounted? If the disk was replaced, `bchan server check --repair` \
         takes the directory into use as it is",
        directory.display()
    );
    ApiError::new(503, message)
}

/// Returns true if a directory that the database remembers no marker of was used before, and
/// nothing of that is there.
fn should_hold_something(state: &State, directory: &Path) -> Result<bool, ApiError> {
    let mirror = state.layout.mirror(directory);
    if mirror.is_there().map_err(reading)? {
        return Ok(false);
    }
    let signs = signs(state, directory)?;
    let used = if state.layout.is_root(directory) {
        signs.used
    } else {
        signs.backups
    };
    Ok(used && !signs.found)
}

/// Returns true if backups should lie in a directory or below it and none does.
pub(crate) fn lacks_backups(state: &State, directory: &Path) -> Result<bool, ApiError> {
    let signs = signs(state, directory)?;
    Ok(signs.backups && !signs.found)
}

/// The uses of a directory, with what lies below it if it is a storage root.
#[derive(Default)]
struct Signs {
    /// A target there has or had backups.
    used: bool,
    /// Backups should lie there.
    backups: bool,
    /// One of them does, or the server's own folder.
    found: bool,
}

fn signs(state: &State, directory: &Path) -> Result<Signs, ApiError> {
    let mut signs = Signs::default();
    let mut look = |home: &Path, stored: &StoredBackup| {
        signs.used = true;
        if stored.backup.is_recycled == (home == state.layout.bin()) {
            signs.backups = true;
            let path = home.join(&stored.file_name);
            signs.found = signs.found || durable::exists(&path).map_err(reading)?;
        }
        Ok::<_, ApiError>(())
    };
    if directory == state.layout.bin() {
        let recycled = state.store.recycled()?;
        recycled
            .iter()
            .try_for_each(|stored| look(directory, stored))?;
        return Ok(signs);
    }
    let is_root = state.layout.is_root(directory);
    let mut homes = HashSet::new();
    for target in state.all_targets()? {
        let Ok(home) = state.layout.resolve(&target.location) else {
            continue;
        };
        if home == directory || (is_root && home.starts_with(directory)) {
            let backups = state.store.backups(&target.id)?;
            backups.iter().try_for_each(|stored| look(&home, stored))?;
            homes.insert(home);
        }
    }
    for home in homes {
        let own = state.layout.mirror(&home);
        signs.found = signs.found || (home != directory && own.is_there().map_err(reading)?);
    }
    Ok(signs)
}

/// Makes sure that a directory has a marker and that the database remembers it.
fn mark(state: &State, directory: &Path) -> Result<(), ApiError> {
    // Of two that come first, one takes over the other one's marker.
    let _marking = state.marking.lock().unwrap_or_else(PoisonError::into_inner);
    let name = state.layout.name_of(directory);
    if state.store.marker(&name)?.is_some() {
        return Ok(());
    }
    let id = match read(state, directory).map_err(reading)? {
        // A crash has left it, or the database is an older copy.
        Some(id) => id,
        None => {
            write(state, directory).map_err(|error| ApiError::from_io("writing a marker", error))?
        }
    };
    state.store.remember_marker(&name, &id)?;
    tracing::info!(path = %directory.display(), "took a directory into use");
    Ok(())
}

/// The id in the marker of a directory; none where there is no marker that can be understood.
fn read(state: &State, directory: &Path) -> io::Result<Option<String>> {
    let path = state.layout.own(directory).join(FILE);
    match fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_file() && meta.len() <= LONGEST => {}
        Ok(_) => return Ok(None),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    }
    let marker: Option<Marker> = serde_json::from_slice(&fs::read(&path)?).ok();
    let known = marker.filter(|marker| marker.version == VERSION && !marker.id.is_empty());
    Ok(known.map(|marker| marker.id))
}

/// Gives a directory a new marker, durably, and returns its id.
fn write(state: &State, directory: &Path) -> io::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let id = hex::encode(random);
    let own = state.layout.own(directory);
    durable::create_dirs(&own)?;
    let marker = Marker {
        version: VERSION,
        id: id.clone(),
    };
    durable::write_file(&own.join(FILE), &serde_json::to_vec(&marker)?)?;
    Ok(id)
}

fn reading(error: io::Error) -> ApiError {
    ApiError::from_io("reading the place of the backups", error)
}
