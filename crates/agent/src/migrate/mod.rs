//! From one server to another over the API alone: targets, then their backups, oldest first.

mod backups;
mod progress_log;
mod report;
mod sides;
mod targets;
mod transfer;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bchan_api::{Backup, Target};
use bchan_client::{Client, Error, choose_target};

use self::backups::Backups;
use self::progress_log::MigrationLog;
pub use self::report::{MigrateReport, TargetReport, TargetStatus};
use self::sides::Sides;
use self::targets::Counterpart;
use self::transfer::Fault;
use super::{AgentError, Phase, Progress};

/// Options of a migration.
#[derive(Clone, Debug)]
pub struct MigrateOptions {
    /// Ids or aliases at the source; all when there are none.
    pub targets: Vec<String>,
    /// Folder at the destination for the folders of new targets.
    pub location: Option<String>,
    pub dry_run: bool,
    /// How often to try again.
    pub retries: u32,
    /// How long to wait for a backup to appear where no job says that it is stored.
    pub patience: Duration,
    /// File that remembers what was done.
    pub state: PathBuf,
}

/// Takes over what one server has. What cannot be taken over is in the report.
pub async fn migrate(
    from: &Client,
    to: &Client,
    options: MigrateOptions,
    progress: Arc<dyn Progress>,
) -> Result<MigrateReport, AgentError> {
    progress.phase(Phase::Preparing);
    let here = from.all_targets().await.map_err(Fault::Source)?;
    let there = to.all_targets().await.map_err(Fault::Destination)?;
    let chosen = choose(here, &options.targets)?;
    let mut ledger =
        MigrationLog::open(&options.state, from.server(), to.server(), options.dry_run)?;
    let sides = Sides {
        from,
        to,
        dry_run: options.dry_run,
        retries: options.retries,
        patience: options.patience,
    };
    let mut report = MigrateReport {
        dry_run: options.dry_run,
        from: from.server().to_owned(),
        to: to.server().to_owned(),
        state: options.state,
        ..MigrateReport::default()
    };
    let mut pairs = Vec::new();
    for target in chosen {
        let location = options.location.as_deref();
        let counterpart = targets::find(&target, &there, &ledger, location);
        let pair = pair(&sides, &mut ledger, &mut report, &target, counterpart).await?;
        pairs.extend(pair.map(|counts| (target, counts)));
    }
    progress.phase(Phase::Sending);
    for (target, counts) in pairs {
        let counts = backups(&sides, &mut ledger, &mut report, &target, counts, &progress).await?;
        report.targets.push(counts);
    }
    progress.phase(Phase::Done);
    Ok(report)
}

/// Those that are asked for.
fn choose(all: Vec<Target>, wanted: &[String]) -> Result<Vec<Target>, AgentError> {
    if wanted.is_empty() {
        return Ok(all);
    }
    let mut ids = HashSet::new();
    for name in wanted {
        let target = choose_target(&all, name)?;
        let target = target.ok_or_else(|| AgentError::NoSuchTarget { name: name.clone() })?;
        ids.insert(target.id.clone());
    }
    let chosen = all.into_iter();
    Ok(chosen.filter(|target| ids.contains(&target.id)).collect())
}

/// Makes the counterpart of a target, if that is to be; none where it is left out.
async fn pair(
    sides: &Sides<'_>,
    ledger: &mut MigrationLog,
    report: &mut MigrateReport,
    target: &Target,
    counterpart: Counterpart,
) -> Result<Option<TargetReport>, AgentError> {
    let (there, status) = match counterpart {
        Counterpart::There(there) => (there, TargetStatus::Present),
        Counterpart::Missing(_) if sides.dry_run => {
            let counts = TargetReport::new(target, None, TargetStatus::Created);
            return Ok(Some(counts));
        }
        Counterpart::Missing(new) => match targets::create(sides.to, &new).await {
            Ok(there) => (there, TargetStatus::Created),
            Err(error @ (Error::Rejected { .. } | Error::ServerFault { .. })) => {
                leave_out(report, target, format!("making it failed: {error}"));
                return Ok(None);
            }
            Err(error) => return Err(Fault::Destination(error).into()),
        },
        Counterpart::Clash(message) => {
            leave_out(report, target, message);
            return Ok(None);
        }
    };
    if ledger.target(&target.id) != Some(&there.id) {
        let view = sides.to.target(&there.id).await;
        let backups = view.map_err(Fault::Destination)?.backups;
        let before = backups.into_iter().map(|backup| backup.id).collect();
        ledger.note_target(&target.id, &there.id, before)?;
    }
    Ok(Some(TargetReport::new(target, Some(there.id), status)))
}

fn leave_out(report: &mut MigrateReport, target: &Target, message: String) {
    let counts = TargetReport::new(target, None, TargetStatus::LeftOut);
    report.targets.push(counts);
    report.find(target, None, message);
}

async fn backups(
    sides: &Sides<'_>,
    ledger: &mut MigrationLog,
    report: &mut MigrateReport,
    target: &Target,
    counts: TargetReport,
    progress: &Arc<dyn Progress>,
) -> Result<TargetReport, AgentError> {
    let here = sides.from.target(&target.id).await;
    let here = here.map_err(Fault::Source)?.backups;
    let to_target = counts.to_id.clone().unwrap_or_default();
    let there: Vec<Backup> = match &counts.to_id {
        Some(id) => {
            let view = sides.to.target(id).await;
            view.map_err(Fault::Destination)?.backups
        }
        None => Vec::new(),
    };
    let known: HashSet<String> = there.iter().map(|backup| backup.id.clone()).collect();
    let mut free = there;
    {
        let taken = ledger.all_stored();
        free.retain(|backup| !taken.contains(backup.id.as_str()));
    }
    // Oldest first, as they are looked for.
    free.reverse();
    let backups = Backups {
        sides,
        ledger,
        report,
        target,
        to_target: &to_target,
        counts,
        free,
        known,
        progress,
    };
    backups.all(here).await
}
