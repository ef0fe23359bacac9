//! The job that measures backups.

use bchan_api::Target;

use super::context::JobContext;
use super::for_each_target::for_each_target;
use crate::error::Error;
use bchan_catalog::StoredBackup;
use bchan_storage::content;

/// Measures every backup and corrects what the records say. Backups that cannot be measured keep
/// their size: whether they are broken is for the integrity check to say.
pub(super) fn run(context: &JobContext<'_>) -> Result<(), Error> {
    let engine = context.engine;
    for_each_target(context, |target| {
        let mut outcome = Ok(());
        for stored in engine.store.backups(&target.id)? {
            context.cancel.check()?;
            outcome = outcome.and(measure(context, target, &stored));
        }
        outcome
    })
}

fn measure(context: &JobContext<'_>, target: &Target, stored: &StoredBackup) -> Result<(), Error> {
    let engine = context.engine;
    let path = engine.path(target, stored)?;
    let backup = &stored.backup;
    match content::size(&path, target.target_type, &mut context.cancel.clone()) {
        Ok(bytes) if bytes == backup.filesize => {}
        Ok(bytes) => {
            let (before, id) = (backup.filesize, &backup.id);
            if engine.store.set_filesize(stored, bytes)? {
                tracing::warn!(backup = id, before, bytes, "a backup has another size");
            }
        }
        Err(error) => {
            tracing::warn!(backup = backup.id, %error, "a backup cannot be measured");
        }
    }
    Ok(())
}
