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

use crate::engine::Engine;
use crate::error::Error;
use bchan_catalog::StoredBackup;
use bchan_storage::durable;

/// Version of the format of the file.
const VERSION: u32 = 1;

/// Longest file that is read back, in bytes.
const LONGEST: u64 = 4096;

/// Name of the file.
pub const FILE: &str = "marker";

#[derive(Serialize, Deserialize)]
struct Marker {
    version: u32,
    id: String,
}

/// The state of one directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It has the marker that the database remembers.
    Marked,
    /// It was never used, or only by a version without markers.
    Unmarked,
    /// It is not there, or something else is there in its place.
    Away,
}

/// Fails if a directory is away.
pub fn require(engine: &Engine, directory: &Path) -> Result<(), Error> {
    for place in with_anchors(engine, directory) {
        require_one(engine, place)?;
    }
    Ok(())
}

/// Fails if a directory is away, and marks it and the storage roots above it for use.
///
/// A caller that puts something there holds [`Engine::at work`], so that the marker is not removed
/// with the empty folder in between.
pub fn enter(engine: &Engine, directory: &Path) -> Result<(), Error> {
    for place in with_anchors(engine, directory) {
        if require_one(engine, place)? == Presence::Unmarked {
            mark(engine, place)?;
        }
    }
    Ok(())
}

/// Marks a directory that another server has used, and the storage roots above it, as far as they
/// exist. Nothing there tells yet that this server uses them.
#[cfg(feature = "adopt")]
pub fn adopt(engine: &Engine, directory: &Path) -> Result<(), Error> {
    for place in with_anchors(engine, directory) {
        if place.is_dir() {
            mark(engine, place)?;
        }
    }
    Ok(())
}

/// A directory and, before it, the storage roots that it lies in.
fn with_anchors<'a>(engine: &'a Engine, directory: &'a Path) -> Vec<&'a Path> {
    let mut places = engine.layout.anchors(directory);
    if !places.contains(&directory) {
        places.push(directory);
    }
    places
}

/// Marks every directory in use that is there and has no marker yet; says which are away.
pub fn establish(engine: &Engine) -> Result<(), Error> {
    for place in in_use(engine)? {
        let anchor = engine.layout.anchors(&place).contains(&&*place);
        let entered = if anchor || engine.layout.sidecar(&place).is_there().unwrap_or(false) {
            enter(engine, &place)
        } else if presence(engine, &place)? == Presence::Away {
            require(engine, &place)
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
pub fn in_use(engine: &Engine) -> Result<Vec<PathBuf>, Error> {
    let mut places = vec![engine.layout.bin().to_owned()];
    places.extend(engine.layout.roots().iter().cloned());
    for location in engine.store.locations()? {
        places.extend(engine.layout.resolve(&location).ok());
    }
    places.sort();
    places.dedup();
    Ok(places)
}

/// Compares a directory with what the database remembers of it.
pub fn presence(engine: &Engine, directory: &Path) -> Result<Presence, Error> {
    let Some(id) = engine.store.marker(&engine.layout.name_of(directory))? else {
        return Ok(Presence::Unmarked);
    };
    let found = read(engine, directory).map_err(reading)?;
    Ok(if found.is_some_and(|found| found == id) {
        Presence::Marked
    } else {
        Presence::Away
    })
}

/// Takes a directory into use as it is, in the place of the one that was there before. What the
/// database remembers of that goes.
pub fn replace(engine: &Engine, directory: &Path) -> Result<(), Error> {
    engine
        .store
        .forget_marker(&engine.layout.name_of(directory))?;
    mark(engine, directory)
}

/// Has the database forget the marker of a location and removes it, if nothing else is left in the
/// server's own folder there. Returns false where something is left, or the location is away.
pub fn leave(engine: &Engine, location: &Path) -> Result<bool, Error> {
    let own = engine.layout.own(location);
    if engine.layout.is_root(location) || require(engine, location).is_err() {
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
    engine
        .store
        .forget_marker(&engine.layout.name_of(location))?;
    for path in [partial, file] {
        durable::remove_file(&path).map_err(|error| Error::from_io("removing a marker", error))?;
    }
    Ok(true)
}

fn require_one(engine: &Engine, directory: &Path) -> Result<Presence, Error> {
    let found = presence(engine, directory)?;
    match found {
        Presence::Away => Err(away(
            directory,
            "is not the directory that was used before: it has no marker of this server, or another",
        )),
        Presence::Unmarked if should_hold_something(engine, directory)? => {
            Err(away(directory, "holds no sign of its backups"))
        }
        Presence::Marked | Presence::Unmarked => Ok(found),
    }
}

fn away(directory: &Path, how: &str) -> Error {
    let message = format!(
        "{} {how}; is its disk mounted? If the disk was replaced, `bchan server check --repair` \
         takes the directory into use as it is",
        directory.display()
    );
    Error::unavailable(message)
}

/// Returns true if a directory that the database remembers no marker of was used before, and
/// nothing of that is there.
fn should_hold_something(engine: &Engine, directory: &Path) -> Result<bool, Error> {
    let sidecar = engine.layout.sidecar(directory);
    if sidecar.is_there().map_err(reading)? {
        return Ok(false);
    }
    let signs = signs(engine, directory)?;
    let used = if engine.layout.is_root(directory) {
        signs.used
    } else {
        signs.backups
    };
    Ok(used && !signs.found)
}

/// Returns true if backups should lie in a directory or below it and none does.
pub fn lacks_backups(engine: &Engine, directory: &Path) -> Result<bool, Error> {
    let signs = signs(engine, directory)?;
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

fn signs(engine: &Engine, directory: &Path) -> Result<Signs, Error> {
    let mut signs = Signs::default();
    let mut look = |home: &Path, stored: &StoredBackup| {
        signs.used = true;
        if stored.backup.is_recycled == (home == engine.layout.bin()) {
            signs.backups = true;
            let path = home.join(&stored.file_name);
            signs.found = signs.found || durable::exists(&path).map_err(reading)?;
        }
        Ok::<_, Error>(())
    };
    if directory == engine.layout.bin() {
        let recycled = engine.store.recycled()?;
        recycled
            .iter()
            .try_for_each(|stored| look(directory, stored))?;
        return Ok(signs);
    }
    let is_root = engine.layout.is_root(directory);
    let mut homes = HashSet::new();
    for target in engine.all_targets()? {
        let Ok(home) = engine.layout.resolve(&target.location) else {
            continue;
        };
        if home == directory || (is_root && home.starts_with(directory)) {
            let backups = engine.store.backups(&target.id)?;
            backups.iter().try_for_each(|stored| look(&home, stored))?;
            homes.insert(home);
        }
    }
    for home in homes {
        let own = engine.layout.sidecar(&home);
        signs.found = signs.found || (home != directory && own.is_there().map_err(reading)?);
    }
    Ok(signs)
}

/// Makes sure that a directory has a marker and that the database remembers it.
fn mark(engine: &Engine, directory: &Path) -> Result<(), Error> {
    // Of two that come first, one takes over the other one's marker.
    let _marking = engine
        .marking
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let name = engine.layout.name_of(directory);
    if engine.store.marker(&name)?.is_some() {
        return Ok(());
    }
    let id = match read(engine, directory).map_err(reading)? {
        // A crash has left it, or the database is an older copy.
        Some(id) => id,
        None => {
            write(engine, directory).map_err(|error| Error::from_io("writing a marker", error))?
        }
    };
    engine.store.remember_marker(&name, &id)?;
    tracing::info!(path = %directory.display(), "took a directory into use");
    Ok(())
}

/// The id in the marker of a directory; none where there is no marker that can be understood.
fn read(engine: &Engine, directory: &Path) -> io::Result<Option<String>> {
    let path = engine.layout.own(directory).join(FILE);
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
fn write(engine: &Engine, directory: &Path) -> io::Result<String> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let id = hex::encode(random);
    let own = engine.layout.own(directory);
    durable::create_dirs(&own)?;
    let marker = Marker {
        version: VERSION,
        id: id.clone(),
    };
    durable::write_file(&own.join(FILE), &serde_json::to_vec(&marker)?)?;
    Ok(id)
}

fn reading(error: io::Error) -> Error {
    Error::from_io("reading the place of the backups", error)
}
