//! Waiting for the answer to an upload whose body has been sent.
//!
//! A server may unpack and sync for long before it answers, so no fixed time limits the wait.
//! Instead, its list of jobs is asked for over another connection: as long as that shows an upload
//! at work, the answer may still come.

use std::time::Duration;

use bchan_api::{JobStatus, Jobs};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::Client;

/// Looks in a row at a server that does not answer or has no upload at work, after which the answer
/// is given up.
const MOST_LOOKS: u32 = 3;

/// Longest wait for a server that lists no jobs.
const MOST_UNLISTED: Duration = Duration::from_secs(60 * 60);

/// Waits until the answer to an upload is not to be expected any more. Begins to look when `sent`
/// is notified.
pub(crate) async fn given_up(client: &Client, sent: &Notify) {
    sent.notified().await;
    let pause = client.patience();
    let (mut looks, mut unlisted) = (0, Duration::ZERO);
    while looks < MOST_LOOKS && unlisted < MOST_UNLISTED {
        sleep(pause).await;
        match client.jobs().await {
            Ok(jobs) if has_upload(&jobs) => looks = 0,
            Ok(_) => looks += 1,
            Err(error) if error.is_temporary() => looks += 1,
            Err(_) => unlisted += pause,
        }
    }
}

fn has_upload(jobs: &Jobs) -> bool {
    let mut delayed = jobs.delayed.iter();
    delayed.any(|job| matches!(job.status, JobStatus::Idle | JobStatus::Running))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_upload_at_work_is_worth_waiting_for() {
        let jobs = |status: &str| {
            let text = format!(
                r#"{{"delayed": [{{"id": 1, "name": "upload_job", "status": "{status}",
                    "start_time": 0, "end_time": 0}}], "scheduled": []}}"#
            );
            serde_json::from_str::<Jobs>(&text).unwrap()
        };
        assert!(has_upload(&jobs("RUNNING")) && has_upload(&jobs("IDLE")));
        assert!(!has_upload(&jobs("FINISHED")) && !has_upload(&jobs("ERROR")));
    }
}
