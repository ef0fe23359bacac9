//! Comparing the markers of directories with the database.

use std::path::Path;

use super::{CheckError, Desk, Finding, FindingKind};
use crate::error::ApiError;
use crate::markers::{self, Presence};
use crate::state::State;

/// Finds directories that are away. Repairing takes a directory that is there into use as it is,
/// unless backups should lie there and none does: then its disk is hardly the right one.
pub(super) fn check(state: &State, desk: &mut Desk<'_>) -> Result<(), CheckError> {
    for place in markers::in_use(state)? {
        if markers::presence(state, &place)? != Presence::Away {
            continue;
        }
        let Err(error) = state.require_disk(&place) else {
            continue;
        };
        let finding = Finding::new(FindingKind::Away, error.message).at(&place);
        if is_usable(state, &place)? {
            desk.mend(finding, || {
                markers::replace(state, &place)?;
                Ok("took it into use as it is".to_owned())
            });
        } else {
            desk.found(finding);
        }
    }
    Ok(())
}

fn is_usable(state: &State, place: &Path) -> Result<bool, ApiError> {
    if markers::lacks_backups(state, place)? {
        return Ok(false);
    }
    // An empty location that somebody has removed. Were its disk away, there would be the folder to
    // mount it to.
    let removed = || {
        let mut anchors = state.layout.anchors(place).into_iter();
        anchors.all(|anchor| anchor != place && state.require_disk(anchor).is_ok())
    };
    Ok(place.is_dir() || removed())
}
