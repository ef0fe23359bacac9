//! Waiting for the server to be done.

use std::time::Duration;

use bchan_api::{JobStatus, UploadJob};
use bchan_client::{Client, Error};

use crate::error::AgentError;

/// First and longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Outcome of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobOutcome {
    Finished,
    /// The server has no list of jobs, or has forgotten this one.
    Unknown,
}

/// Waits until a job has ended, however long that takes. One that failed is an error.
pub(crate) async fn wait_for_job(client: &Client, id: i64) -> Result<JobOutcome, AgentError> {
    match ended_job(client, id).await {
        Ok(Some(job)) => succeeded(job).map(|_| JobOutcome::Finished),
        Ok(None) => Ok(JobOutcome::Unknown),
        Err(Error::NotFound { .. } | Error::NotBackupChan { .. } | Error::ServerFault { .. }) => {
            Ok(JobOutcome::Unknown)
        }
        Err(error) => Err(error.into()),
    }
}

/// The job, or why it failed.
fn succeeded(job: UploadJob) -> Result<UploadJob, AgentError> {
    if job.status != JobStatus::Error {
        return Ok(job);
    }
    let message = job.message.unwrap_or_else(|| "it does not say why".into());
    Err(AgentError::JobFailed { message })
}

/// Waits until a job has ended, well or not. None if the server knows of no such job.
pub async fn ended_job(client: &Client, id: i64) -> Result<Option<UploadJob>, Error> {
    let mut pause = PAUSES.0;
    loop {
        let jobs = client.jobs().await?;
        match jobs.delayed.into_iter().find(|job| job.id == id) {
            Some(job) if matches!(job.status, JobStatus::Idle | JobStatus::Running) => {}
            other => return Ok(other),
        }
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.5).min(PAUSES.1);
    }
}
