//! Names that the server knows, asked for with little patience.

use std::cmp::Reverse;
use std::time::Duration;

use bchan_api::{Backup, Target};
use bchan_client::Client;
use tokio::time::timeout;

use super::names::{Name, Names};
use crate::config::Settings;
use crate::context;

/// Time that completion may wait for the server.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the server; none where it does not answer in time, or not well.
pub(super) fn ask(settings: &Settings, url: &str, kind: Names) -> Option<Vec<Name>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let work = async {
        let client = context::quiet_client(settings, url).await.ok()?;
        names(&client, kind).await
    };
    let names = runtime.block_on(async { timeout(PATIENCE, work).await.ok().flatten() });
    // Whatever still waits for the keyring or a name does so in vain.
    runtime.shutdown_background();
    names
}

async fn names(client: &Client, kind: Names) -> Option<Vec<Name>> {
    Some(match kind {
        Names::Targets => {
            let targets = client.all_targets().await.ok()?;
            targets.into_iter().map(target).collect()
        }
        Names::Backups => backups(client, |backup| !backup.is_recycled).await?,
        Names::AllBackups => backups(client, |_| true).await?,
        Names::RecycledBackups => {
            let targets = client.all_targets().await.ok()?;
            let backups = client.recycle_bin().await.ok()?;
            let of = |backup: &Backup| {
                let mut targets = targets.iter();
                targets.find(|target| target.id == backup.target_id)
            };
            let name = |found: &Backup| backup(found, of(found));
            backups.iter().map(name).collect()
        }
        Names::ScheduledJobs => {
            let jobs = client.jobs().await.ok()?.scheduled.into_iter();
            let name = |job: bchan_api::ScheduledJob| Name {
                help: job.display_name.unwrap_or_default(),
                value: job.name,
                other: None,
            };
            jobs.map(name).collect()
        }
        Names::Jobs => {
            let jobs = client.jobs().await.ok()?.delayed.into_iter().rev();
            let name = |job: bchan_api::UploadJob| Name {
                value: job.id.to_string(),
                help: format!("{} {:?}", job.name, job.status).to_lowercase(),
                other: None,
            };
            jobs.map(name).collect()
        }
        Names::Profiles | Names::Presets => Vec::new(),
    })
}

fn target(target: Target) -> Name {
    match target.alias {
        Some(alias) => Name {
            value: alias,
            help: target.name,
            other: Some(target.id),
        },
        None => Name {
            value: target.id,
            help: target.name,
            other: None,
        },
    }
}

/// All backups of all targets, newest first. The API lists them for one target at a time.
async fn backups(client: &Client, wanted: impl Fn(&Backup) -> bool) -> Option<Vec<Name>> {
    let mut found = Vec::new();
    for target in client.all_targets().await.ok()? {
        let view = client.target(&target.id).await.ok()?;
        let backups = view.backups.into_iter().filter(&wanted);
        found.extend(backups.map(|found| (found.created_at, backup(&found, Some(&target)))));
    }
    found.sort_by_key(|(created_at, _)| Reverse(*created_at));
    Some(found.into_iter().map(|(_, name)| name).collect())
}

fn backup(backup: &Backup, target: Option<&Target>) -> Name {
    let target = target.map_or(backup.target_id.as_str(), Target::handle);
    let state = if backup.is_recycled { ", recycled" } else { "" };
    Name {
        value: backup.id.clone(),
        help: format!("{target} {}{state}", backup.created_at),
        other: None,
    }
}
