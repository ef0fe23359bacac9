//! Waiting for the server to be done.

use std::time::Duration;

use bchan_api::JobStatus;
use bchan_client::{Client, Error};

use super::AgentError;

/// First and longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// What is known of a job that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JobOutcome {
    Finished,
    /// The server has no list of jobs, or has forgotten this one.
    Unknown,
}

/// Waits until a job has ended, however long that takes. One that failed is an error.
pub(super) async fn wait_for_job(client: &Client, id: i64) -> Result<JobOutcome, AgentError> {
    let mut pause = PAUSES.0;
    loop {
        let jobs = match client.jobs().await {
            Ok(jobs) => jobs,
            Err(
                Error::NotFound { .. } | Error::NotBackupChan { .. } | Error::ServerFault { .. },
            ) => {
                return Ok(JobOutcome::Unknown);
            }
            Err(error) => return Err(error.into()),
        };
        let Some(job) = jobs.delayed.into_iter().find(|job| job.id == id) else {
            return Ok(JobOutcome::Unknown);
        };
        match job.status {
            JobStatus::Finished => return Ok(JobOutcome::Finished),
            JobStatus::Error => {
                let message = job.message.unwrap_or_else(|| "it does not say why".into());
                return Err(AgentError::JobFailed { message });
            }
            JobStatus::Idle | JobStatus::Running => {}
        }
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.5).min(PAUSES.1);
    }
}
