//! Writing sidecar records that are missing or out of date.

use std::collections::HashSet;

use bchan_api::Target;

use crate::engine::Engine;
use crate::error::Error;
use bchan_storage::durable;
use bchan_storage::sidecar::Sidecar;

/// Writes a target's settings wherever they belong: into the recycle bin, and into its location if
/// there is anything there yet.
pub fn write_target(engine: &Engine, target: &Target) -> Result<(), Error> {
    let fail = |error| Error::from_io("writing the target's settings beside the backups", error);
    let location = engine.layout.resolve(&target.location)?;
    let location = engine.layout.sidecar(&location);
    if location.is_there().map_err(fail)? {
        location.prepare().map_err(fail)?;
        location.write_target(target).map_err(fail)?;
    }
    engine.require_disk(engine.layout.bin())?;
    let bin = engine.layout.sidecar(engine.layout.bin());
    bin.prepare().map_err(fail)?;
    bin.write_target(target).map_err(fail)
}

/// Adds what is missing, wherever the disk is there. Trouble with one place is logged and does not
/// keep the server from starting.
pub fn complete(engine: &Engine) -> Result<(), Error> {
    let targets = engine.all_targets()?;
    let bin = engine.layout.sidecar(engine.layout.bin());
    let in_bin = bin.record_ids().unwrap_or_default();
    for target in targets {
        let outcome = complete_target(engine, &target, &bin, &in_bin);
        if let Err(error) = outcome {
            let (id, message) = (target.id, error.message);
            tracing::warn!(
                target = id,
                message,
                "records beside the data are incomplete"
            );
        }
    }
    Ok(())
}

/// Adds what is missing of one target. `in_bin` are the ids of the records in the recycle bin.
pub fn complete_target(
    engine: &Engine,
    target: &Target,
    bin: &Sidecar,
    in_bin: &HashSet<String>,
) -> Result<(), Error> {
    let fail = |error| Error::from_io("reading the records beside the backups", error);
    let directory = engine.layout.resolve(&target.location)?;
    let location = engine.layout.sidecar(&directory);
    let in_location = location.record_ids().map_err(fail)?;
    let there = location.is_there().map_err(fail)?;
    if !bin.is_current(target) || (there && !location.is_current(target)) {
        write_target(engine, target)?;
    }
    let (mut for_bin, mut for_location) = (Vec::new(), Vec::new());
    for stored in engine.store.backups(&target.id)? {
        let (ids, home, lacking) = if stored.backup.is_recycled {
            (in_bin, engine.layout.bin(), &mut for_bin)
        } else {
            (&in_location, &*directory, &mut for_location)
        };
        // Where the files are missing, the disk may be, too.
        if !ids.contains(&stored.backup.id)
            && durable::exists(&home.join(&stored.file_name)).map_err(fail)?
        {
            lacking.push(stored);
        }
    }
    for (sidecar, lacking) in [(bin, for_bin), (&location, for_location)] {
        if !lacking.is_empty() {
            sidecar.prepare().map_err(fail)?;
            sidecar.write_records(&lacking).map_err(fail)?;
        }
    }
    // The settings belong into the location from the moment that there is something in it.
    if !there && location.is_there().map_err(fail)? {
        location.write_target(target).map_err(fail)?;
    }
    Ok(())
}
