//! Schedules of presets.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Page, View, clean};

/// The schedule of a preset.
#[derive(Debug, Serialize)]
pub(crate) struct Schedule {
    /// Its name.
    pub(crate) preset: String,
    /// Scheduler: `system`, `user` or `cron`.
    pub(crate) place: &'static str,
    /// True if nothing was written.
    pub(crate) dry_run: bool,
    /// Units of systemd.
    pub(crate) files: Vec<ScheduleFile>,
    /// Lines of the crontab.
    pub(crate) crontab: Vec<String>,
    /// Commands that have still to be run for it to begin.
    pub(crate) next: Vec<String>,
}

/// A file of a schedule.
#[derive(Debug, Serialize)]
pub(crate) struct ScheduleFile {
    /// Where it is.
    pub(crate) path: String,
    pub(crate) content: String,
}

/// A schedule that has been made: a report.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Scheduled(pub(crate) Schedule);

/// A schedule as it would be made: what was asked for.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct PlannedSchedule(pub(crate) Schedule);

impl View for Scheduled {
    const REPORT: bool = true;

    fn text(&self, _: &Page) -> String {
        let Schedule { files, crontab, .. } = &self.0;
        let mut text = String::new();
        for file in files {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "wrote {}", clean(&file.path));
        }
        for line in crontab {
            let _ = writeln!(text, "in the crontab: {}", clean(line));
        }
        text
    }
}

impl View for PlannedSchedule {
    fn text(&self, _: &Page) -> String {
        let Schedule { files, crontab, .. } = &self.0;
        let mut text = String::new();
        for (number, ScheduleFile { path, content }) in files.iter().enumerate() {
            let gap = if number > 0 { "\n" } else { "" };
            let _ = writeln!(text, "{gap}# {}", clean(path));
            for line in content.lines() {
                let _ = writeln!(text, "{}", clean(line));
            }
        }
        for line in crontab {
            let _ = writeln!(text, "{}", clean(line));
        }
        text
    }
}
