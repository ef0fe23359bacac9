//! Results, each with its JSON (by serde, in the shapes of the API) and its text.

mod backup;
mod change;
#[cfg(feature = "server")]
mod check;
mod client_import;
mod config;
mod dry_run;
#[cfg(feature = "import-mariadb")]
mod import;
mod job;
#[cfg(feature = "server")]
mod key;
mod log;
mod migrate;
mod preset;
mod preset_status;
mod render;
mod schedule;
mod stats;
mod target;
mod target_overview;
mod transfer;
mod upload;

use super::page::Page;
use super::text::clean;

#[cfg(test)]
pub(crate) use self::target::tests::target as test_target;

pub(crate) use self::backup::{Backups, RecycleBin};
#[cfg(feature = "server")]
pub(crate) use self::change::NewKey;
pub(crate) use self::change::{Done, Started};
#[cfg(feature = "server")]
pub(crate) use self::check::CheckReport;
pub(crate) use self::client_import::{ClientImport, Imported};
pub(crate) use self::config::{ConfigPath, ConfigSummary, KeyPlace, Setting};
pub(crate) use self::dry_run::DryRun;
#[cfg(feature = "import-mariadb")]
pub(crate) use self::import::Import;
pub(crate) use self::job::{EndedJobs, JobList};
#[cfg(feature = "server")]
pub(crate) use self::key::{KeyList, NewCertificate};
pub(crate) use self::log::ServerLog;
pub(crate) use self::migrate::Migrate;
pub(crate) use self::preset::{PresetDetail, PresetList};
pub(crate) use self::preset_status::{Health, PresetState, PresetStates};
pub(crate) use self::render::View;
use self::render::count;
pub(crate) use self::schedule::{PlannedSchedule, Schedule, ScheduleFile, Scheduled};
pub(crate) use self::stats::ServerStats;
pub(crate) use self::target::{CompactTargets, CreatedTarget, Targets, View as TargetDetail};
pub(crate) use self::target_overview::{TargetOverview, TargetOverviews};
pub(crate) use self::transfer::{Download, Verification, Warning};
pub(crate) use self::upload::{ShrunkSource, Upload};
