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

pub use self::catalogue::{JOBS, JobKind};
pub use self::context::{Cancel, JobContext};
pub use self::runs::{JobRuns, UPLOAD};
