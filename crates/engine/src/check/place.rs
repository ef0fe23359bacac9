//! A data folder that is not where it was.

use std::path::Path;

use super::finding::{Finding, FindingKind};
use super::report::{CheckError, Desk};
use crate::start::data_folder::OpenError;
use bchan_catalog::{DataPlace, Sqlite, StoreError};

/// Accepts the place of the data folder if that is asked for. A repair accepts another database file
/// at the same place, for that is how a copy of the database is put back.
pub(super) fn check(store: &Sqlite, data: &Path, desk: &mut Desk<'_>) -> Result<(), CheckError> {
    let now = DataPlace::of(data).map_err(StoreError::Io)?;
    let Some(before) = store.place()? else {
        return Ok(());
    };
    if before.is(&now) {
        return Ok(());
    }
    let same_path = before.path == now.path;
    let accepted = desk.options.moved || (desk.options.repair && same_path);
    if !accepted {
        return Err(CheckError::Open(OpenError::Moved {
            data: data.to_owned(),
            before: before.path,
        }));
    }
    let moved = store.accept_place(&now)?;
    let message = if same_path {
        "the database is another file than before".to_owned()
    } else {
        format!("the data folder was {}", before.path.display())
    };
    let mut finding = Finding::new(FindingKind::Moved, message).at(data);
    finding.repaired = Some(match moved {
        0 => "accepted its place".to_owned(),
        moved => format!("accepted its place; {moved} locations below it follow"),
    });
    desk.found(finding);
    Ok(())
}
