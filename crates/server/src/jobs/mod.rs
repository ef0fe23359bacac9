//! The scheduled jobs.

mod catalogue;
mod context;
mod deduplicate;
mod filesize;
mod for_each_target;
mod integrity;
mod purge;
mod recycle;
mod runs;
mod stale;

pub(crate) use self::catalogue::{JOBS, JobKind};
pub(crate) use self::context::{Cancel, JobContext};
pub(crate) use self::runs::{JobRuns, UPLOAD};
