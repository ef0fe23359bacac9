//! Opening the content of a stored backup.
//!
//! Operations move files before they change the record, so a record that was just read may name a
//! place that the files have left. A caller that finds nothing there has to read the record again while
//! it holds the target, because operations hold it for as long as they run.

use std::io;
use std::time::Duration;

use bchan_api::Target;

use crate::engine::Engine;
use crate::error::Error;
use crate::verify;
use bchan_catalog::StoredBackup;
use bchan_storage::content::Content;
use bchan_storage::durable::open;

/// How long a request waits for an operation that has the backup's target.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens the content of a backup. One that is being moved is waited for; one that is missing, or
/// has been replaced by something else, is marked as broken.
pub fn open(engine: &Engine, id: &str) -> Result<(StoredBackup, Target, Content), Error> {
    let missing = || Error::not_found("backup", id);
    let stored = engine.store.backup(id)?.ok_or_else(missing)?;
    let target = engine.target(&stored.backup.target_id)?;
    engine.require_open(&target)?;
    if let Ok(content) = at(engine, &target, &stored)? {
        return Ok((stored, target, content));
    }
    let Some((stored, target)) = engine.lock_backup_within(id, PATIENCE)? else {
        let message = format!("backup {id} is being moved, or its target is busy; try again later");
        return Err(Error::unavailable(message));
    };
    let error = match at(engine, &target, &stored)? {
        Ok(content) => return Ok((stored, Target::clone(&target), content)),
        Err(error) => error,
    };
    // Its disk may have gone in between.
    target.directory(stored.backup.is_recycled)?;
    let what = if error.kind() == io::ErrorKind::NotFound {
        verify::mark(engine, &stored, "its files are missing");
        "are missing on the server".to_owned()
    } else if open::is_wrong(&error) {
        verify::mark(
            engine,
            &stored,
            &format!("something else lies in its place: {error}"),
        );
        format!("were replaced by something else on the server: {error}")
    } else {
        "cannot be read".to_owned()
    };
    Err(Error::internal(format!("the files of backup {id} {what}")).caused_by(error))
}

/// Opens a backup where its record says that it lies.
fn at(
    engine: &Engine,
    target: &Target,
    stored: &StoredBackup,
) -> Result<io::Result<Content>, Error> {
    let path = engine.path(target, stored)?;
    Ok(Content::open(&path, target.target_type))
}
