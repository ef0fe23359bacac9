//! Comparing the database with the disk while no server runs.
//!
//! Looking changes nothing. Repairing only ever adds (records beside the data, rows for backups
//! that have a record, marks on broken backups) or moves aside what cannot be used; it deletes
//! nothing and never touches a backup's files.

mod backups;
mod database;
mod finding;
mod manifests;
mod markers;
mod place;
mod records;
mod report;

use std::path::Path;

pub use self::finding::{Finding, FindingKind};
use self::report::Desk;
pub use self::report::{CheckError, CheckObserver, CheckOptions, CheckSummary};
use crate::limits::Limits;
use crate::ops;
use crate::start::data_folder::{self, StoragePaths};

/// Looks at everything, and repairs it if that is asked for.
pub fn check(
    data: &Path,
    storage: &StoragePaths,
    limits: Limits,
    options: CheckOptions,
    observer: &mut dyn CheckObserver,
) -> Result<CheckSummary, CheckError> {
    if !data.is_dir() && !options.repair {
        let data = data.to_owned();
        return Err(CheckError::NoData { data });
    }
    let named = data;
    let data = data_folder::folder(named)?;
    let _lock = data_folder::lock(&data, named)?;
    let mut desk = Desk {
        options,
        observer,
        summary: CheckSummary::default(),
    };
    let places = storage.resolve(&data);
    let Some(store) = database::open(&places, &mut desk)? else {
        return Ok(desk.summary);
    };
    place::check(&store, &data, &mut desk)?;
    let engine = places.engine(limits, store);
    if options.repair {
        ops::recover(&engine)?;
    }
    let pending = engine.store.pending()?;
    for (_, operation, _) in &pending {
        desk.found(Finding::interrupted(operation));
    }
    records::check_targets(&engine, &places, &mut desk)?;
    markers::check(&engine, &mut desk)?;
    records::check_backups(&engine, &pending, &mut desk)?;
    backups::check(&engine, &pending, &mut desk)?;
    manifests::check(&engine, &pending, &mut desk)?;
    Ok(desk.summary)
}
