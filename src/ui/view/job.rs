//! The server's jobs.

use std::collections::HashMap;

use bchan_api::{JobStatus, Jobs, ScheduledJob, Time, UploadJob};
use serde::Serialize;

use super::{Page, View, clean};

/// All jobs: those that requests started, and those that run on an interval.
#[derive(Debug, Serialize)]
pub(crate) struct JobList {
    delayed: Vec<Job>,
    scheduled: Vec<Scheduled>,
    /// Names of targets by their ids.
    #[serde(skip)]
    targets: HashMap<String, String>,
}

/// A job that a request started. Its times are in the form that all other results have.
#[derive(Debug, Serialize)]
pub(crate) struct Job {
    id: i64,
    name: String,
    status: JobStatus,
    /// None if it has not started.
    start_time: Option<Time>,
    /// None if it has not ended.
    end_time: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_id: Option<String>,
}

/// A job that runs on an interval.
#[derive(Debug, Serialize)]
struct Scheduled {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// Seconds between two runs.
    interval: u64,
    next_run: Time,
}

impl JobList {
    pub(crate) fn new(jobs: Jobs, targets: HashMap<String, String>) -> Self {
        Self {
            delayed: jobs.delayed.into_iter().map(Job::from).collect(),
            scheduled: jobs.scheduled.into_iter().map(Scheduled::from).collect(),
            targets,
        }
    }
}

impl From<UploadJob> for Job {
    fn from(job: UploadJob) -> Self {
        Self {
            id: job.id,
            name: job.name,
            status: job.status,
            start_time: job.start_time.0,
            end_time: job.end_time.0,
            message: job.message,
            target_id: job.target_id,
        }
    }
}

impl From<ScheduledJob> for Scheduled {
    fn from(job: ScheduledJob) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        let next_run = Time::from_unix_seconds(job.next_run as i64);
        Self {
            name: job.name,
            display_name: job.display_name,
            interval: job.interval,
            next_run,
        }
    }
}

impl View for JobList {
    const LISTS: &'static [&'static str] = &["delayed", "scheduled"];

    fn text(&self, page: &Page) -> String {
        let mut text = String::new();
        if !self.delayed.is_empty() {
            let columns = [
                "job", "name", "target", "status", "started", "ended", "message",
            ];
            let mut table = page.table(&columns).right(0);
            for job in &self.delayed {
                let target = job.target_id.as_ref();
                let target = target.map(|id| self.targets.get(id).unwrap_or(id));
                table.row([
                    job.id.to_string(),
                    clean(&job.name),
                    clean(target.map_or("-", String::as_str)),
                    status(job.status).to_owned(),
                    moment(job.start_time, page),
                    moment(job.end_time, page),
                    clean(job.message.as_deref().unwrap_or("")),
                ]);
            }
            text.push_str(&table.to_string());
            text.push('\n');
        }
        if self.scheduled.is_empty() {
            text.push_str("There are no scheduled jobs.\n");
            return text;
        }
        let mut table = page.table(&["scheduled job", "every", "next run"]);
        for job in &self.scheduled {
            table.row([
                clean(&job.name),
                page.seconds(job.interval),
                page.time(job.next_run),
            ]);
        }
        text.push_str(&table.to_string());
        text
    }

    fn ids(&self) -> Option<Vec<String>> {
        let started = self.delayed.iter().map(|job| job.id.to_string());
        Some(started.collect())
    }
}

/// Jobs that have ended.
#[derive(Debug, Serialize)]
pub(crate) struct EndedJobs {
    /// In the order that they were asked for.
    jobs: Vec<Job>,
}

impl EndedJobs {
    pub(crate) fn new(jobs: Vec<UploadJob>) -> Self {
        Self {
            jobs: jobs.into_iter().map(Job::from).collect(),
        }
    }
}

impl View for EndedJobs {
    const LISTS: &'static [&'static str] = &["jobs"];
    const REPORT: bool = true;

    fn text(&self, _: &Page) -> String {
        let line = |job: &Job| {
            let name = clean(&job.name);
            match (job.status, &job.message) {
                // The error of the command says which have failed, and why.
                (JobStatus::Error, _) => String::new(),
                (state, Some(said)) => {
                    let state = status(state);
                    format!("job {} ({name}) {state}: {}\n", job.id, clean(said))
                }
                (state, None) => format!("job {} ({name}) {}\n", job.id, status(state)),
            }
        };
        self.jobs.iter().map(line).collect()
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(self.jobs.iter().map(|job| job.id.to_string()).collect())
    }
}

fn moment(time: Option<Time>, page: &Page) -> String {
    time.map_or_else(|| "-".to_owned(), |time| page.time(time))
}

const fn status(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Idle => "waiting",
        JobStatus::Running => "running",
        JobStatus::Finished => "finished",
        JobStatus::Error => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::script;
    use bchan_api::HttpTime;

    #[test]
    fn shows_both_kinds_and_what_has_not_happened_yet() {
        let jobs = Jobs {
            delayed: vec![UploadJob {
                id: 7,
                name: "upload_job".into(),
                status: JobStatus::Error,
                start_time: HttpTime(Some(Time::from_unix_seconds(1_752_238_637))),
                end_time: HttpTime(None),
                message: Some("disk full".into()),
                target_id: Some("some id".into()),
            }],
            scheduled: vec![ScheduledJob {
                name: "recycle_job".into(),
                display_name: None,
                interval: 3600,
                next_run: 1_752_238_637.5,
            }],
        };
        let targets = HashMap::from([("some id".to_owned(), "docs".to_owned())]);
        let text = JobList::new(jobs, targets).text(&script());
        let failed = text
            .lines()
            .find(|line| line.contains("upload_job"))
            .unwrap();
        let words: Vec<_> = failed.split_whitespace().collect();
        let expected = [
            "7",
            "upload_job",
            "docs",
            "failed",
            "2025-07-11T12:57:17+00:00",
            "-",
            "disk",
            "full",
        ];
        assert_eq!(words, expected);
        let scheduled = text.lines().last().unwrap();
        assert!(
            scheduled.ends_with("2025-07-11T12:57:17+00:00"),
            "{scheduled}"
        );
    }
}
