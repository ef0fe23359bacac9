//! The job that reads every backup to see whether it is what it was.

use std::time::{Duration, Instant};

use bchan_api::Target;

use super::context::{Cancel, JobContext};
use crate::error::Error;
use crate::manifest;
use crate::verify::{self, Verdict};
use bchan_catalog::StoredBackup;

/// Time between two lines in the log.
const REPORT: Duration = Duration::from_secs(60);

/// Makes the manifest of a sound backup, if it has none. That it does not work is no fault of the
/// backup.
fn rebuild(context: &JobContext<'_>, target: &Target, stored: &StoredBackup) {
    let backup = &stored.backup.id;
    match manifest::rebuild(context.engine, target, stored, context.cancel) {
        Ok(true) => tracing::info!(backup, "made the manifest of a backup"),
        Ok(false) => {}
        Err(error) => {
            let message = error.message;
            tracing::warn!(backup, message, "the manifest of a backup cannot be made");
        }
    }
}

#[derive(Default)]
struct Tally {
    sound: usize,
    broken: usize,
    undecided: usize,
    bytes: u64,
}

/// Reads every backup, the one first that was not read for longest, so that what is interrupted goes
/// on where it was. Other jobs and all requests go on meanwhile. Broken backups are marked, those
/// that are sound again unmarked.
pub(super) fn run(context: &JobContext<'_>) -> Result<(), Error> {
    let engine = context.engine;
    let rows = engine.store.least_recently_checked()?;
    let mut tally = Tally::default();
    let mut trouble = Ok(());
    let mut reported = Instant::now();
    for (done, row) in rows.iter().enumerate() {
        (context.run_others)();
        if context.cancel.is_cancelled() {
            tracing::info!(done, of = rows.len(), "the integrity check was stopped");
            return Err(Cancel::error());
        }
        if reported.elapsed() >= REPORT {
            let (of, bytes) = (rows.len(), tally.bytes);
            tracing::info!(done, of, bytes, broken = tally.broken, "checking integrity");
            reported = Instant::now();
        }
        // As it is now, not as it was when the list was made.
        let Some(now) = engine.store.backup_in(*row)? else {
            continue;
        };
        let verdict = engine.target(&now.backup.target_id).and_then(|target| {
            let verdict = verify::verify(engine, &target, &now, context.cancel)?;
            if let Verdict::Sound { .. } = verdict {
                rebuild(context, &target, &now);
            }
            Ok(verdict)
        });
        match verdict {
            Ok(Verdict::Sound { bytes }) => {
                tally.sound += 1;
                tally.bytes += bytes;
            }
            Ok(Verdict::Broken) => tally.broken += 1,
            Ok(Verdict::Elsewhere) => {}
            Err(error) if context.cancel.is_cancelled() => return Err(error),
            Err(error) => {
                tally.undecided += 1;
                let message = &error.message;
                tracing::error!(
                    backup = now.backup.id,
                    message,
                    "a backup cannot be checked"
                );
                trouble = trouble.and(Err(error));
            }
        }
    }
    let Tally {
        sound,
        broken,
        undecided,
        bytes,
    } = tally;
    tracing::info!(sound, broken, undecided, bytes, "checked integrity");
    trouble?;
    if broken > 0 {
        // The job has done what it should; that this is seen matters more.
        let message = format!("{broken} of {} backups are broken", rows.len());
        return Err(Error::internal(message));
    }
    Ok(())
}
