//! The server's jobs.

use bchan_api::{HttpTime, JobStatus, Jobs, Time, UploadJob};
use serde::Serialize;

use super::{Page, View, clean};

/// All jobs: those that requests started, and those that run on an interval.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct JobList(pub(crate) Jobs);

impl View for JobList {
    const LISTS: &'static [&'static str] = &["delayed", "scheduled"];

    fn text(&self, page: &Page) -> String {
        let mut text = String::new();
        if !self.0.delayed.is_empty() {
            let columns = ["job", "name", "status", "started", "ended", "message"];
            let mut table = page.table(&columns).right(0);
            for job in &self.0.delayed {
                table.row([
                    job.id.to_string(),
                    clean(&job.name),
                    status(job.status).to_owned(),
                    moment(job.start_time, page),
                    moment(job.end_time, page),
                    clean(job.message.as_deref().unwrap_or("")),
                ]);
            }
            text.push_str(&table.to_string());
            text.push('\n');
        }
        if self.0.scheduled.is_empty() {
            text.push_str("There are no scheduled jobs.\n");
            return text;
        }
        let mut table = page.table(&["scheduled job", "every", "next run"]);
        for job in &self.0.scheduled {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "saturates, and is only shown"
            )]
            let next_run = Time::from_unix_seconds(job.next_run as i64);
            table.row([
                clean(&job.name),
                page.seconds(job.interval),
                page.time(next_run),
            ]);
        }
        text.push_str(&table.to_string());
        text
    }

    fn ids(&self) -> Option<Vec<String>> {
        let started = self.0.delayed.iter().map(|job| job.id.to_string());
        Some(started.collect())
    }
}

/// Jobs that have ended.
#[derive(Debug, Serialize)]
pub(crate) struct EndedJobs {
    /// In the order that they were asked for.
    pub(crate) jobs: Vec<UploadJob>,
}

impl View for EndedJobs {
    const LISTS: &'static [&'static str] = &["jobs"];
    const REPORT: bool = true;

    fn text(&self, _: &Page) -> String {
        let line = |job: &UploadJob| {
            let name = clean(&job.name);
            match (job.status, &job.message) {
                (JobStatus::Error, Some(why)) => {
                    format!("job {} ({name}) failed: {}\n", job.id, clean(why))
                }
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

fn moment(time: HttpTime, page: &Page) -> String {
    time.0
        .map_or_else(|| "-".to_owned(), |time| page.time(time))
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
    use bchan_api::ScheduledJob;

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
            }],
            scheduled: vec![ScheduledJob {
                name: "recycle_job".into(),
                display_name: None,
                interval: 3600,
                next_run: 1_752_238_637.5,
            }],
        };
        let text = JobList(jobs).text(&script());
        let failed = text
            .lines()
            .find(|line| line.contains("upload_job"))
            .unwrap();
        let words: Vec<_> = failed.split_whitespace().collect();
        let expected = [
            "7",
            "upload_job",
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
