//! Comparing the markers of directories with the database.

use std::path::Path;

use super::finding::{Finding, FindingKind};
use super::report::{CheckError, Desk};
use crate::directories::markers::{self, Presence};
use crate::engine::Engine;
use crate::error::Error;

/// Finds directories that are away. Repairing takes a directory that is there into use as it is,
/// unless backups should lie there and none does: then its disk is hardly the right one.
pub(super) fn check(engine: &Engine, desk: &mut Desk<'_>) -> Result<(), CheckError> {
    for place in markers::in_use(engine)? {
        if markers::presence(engine, &place)? != Presence::Away {
            continue;
        }
        let Err(error) = engine.require_disk(&place) else {
            continue;
        };
        let finding = Finding::new(FindingKind::Away, error.message).at(&place);
        if is_usable(engine, &place)? {
            desk.repair(finding, || {
                markers::replace(engine, &place)?;
                Ok("took it into use as it is".to_owned())
            });
        } else {
            desk.found(finding);
        }
    }
    Ok(())
}

fn is_usable(engine: &Engine, place: &Path) -> Result<bool, Error> {
    if markers::lacks_backups(engine, place)? {
        return Ok(false);
    }
    // An empty location that was removed. If its disk were away, its mount point would be there.
    let removed = || {
        let mut anchors = engine.layout.anchors(place).into_iter();
        anchors.all(|anchor| anchor != place && engine.require_disk(anchor).is_ok())
    };
    Ok(place.is_dir() || removed())
}
