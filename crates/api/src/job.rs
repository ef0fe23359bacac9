//! Jobs: what the server does on its own time.

use serde::{Deserialize, Serialize};

use crate::HttpTime;

/// How far a delayed job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum JobStatus {
    /// Waiting for its turn.
    Idle,
    /// Under way.
    Running,
    /// Done; for an upload: the backup is stored.
    Finished,
    /// Failed; for an upload: nothing is stored.
    Error,
}

/// A job that a request started; on the wire a "delayed" job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadJob {
    /// Number that the upload was answered with.
    pub id: i64,
    /// Kind of job: `upload_job`, or the name of a scheduled job that was forced to run.
    pub name: String,
    /// How far it has come.
    pub status: JobStatus,
    /// When it began.
    #[serde(default)]
    pub start_time: HttpTime,
    /// When it ended.
    #[serde(default)]
    pub end_time: HttpTime,
    /// The reason of a failure. Sent by servers of this project only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Id of the target that an upload is for. Sent by servers of this project only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
}

/// A job that runs on an interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduledJob {
    /// Name that forces it to run.
    pub name: String,
    /// Name for people; newer servers have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Seconds between two runs.
    pub interval: u64,
    /// When it runs next, in UNIX seconds, perhaps with a fraction.
    pub next_run: f64,
}

/// The answer to a request for all jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Jobs {
    /// Jobs that requests started, newest last.
    pub delayed: Vec<UploadJob>,
    /// Jobs that run on an interval.
    pub scheduled: Vec<ScheduledJob>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_documented_example() {
        let jobs: Jobs = serde_json::from_value(serde_json::json!({
            "success": true,
            "delayed": [{"id": 1, "name": "upload_job", "status": "FINISHED",
                "start_time": "Mon, 11 Aug 2025 17:33:29 GMT", "end_time": 0}],
            "scheduled": [{"name": "recycle_job", "interval": 1800,
                "next_run": 1_754_915_748.960_233_2}]
        }))
        .unwrap();
        assert_eq!(jobs.delayed[0].status, JobStatus::Finished);
        assert_eq!(jobs.delayed[0].end_time, HttpTime(None));
        assert_eq!(jobs.scheduled[0].interval, 1800);
    }
}
