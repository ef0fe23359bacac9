//! The report of a migration.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Page, View, clean, count};
use crate::ui::page::PageTable;
use bchan_agent::{MigrateReport, TargetStatus};

/// A line for each target. What could not be taken over is in the JSON, and said as warnings.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Migrate(pub(crate) MigrateReport);

impl View for Migrate {
    const REPORT: bool = true;

    fn text(&self, page: &Page) -> String {
        let report = &self.0;
        let columns = [
            "target", "status", "taken", "verified", "present", "left out", "size",
        ];
        let mut table = page.table(&columns);
        let (mut taken, mut left_out) = (0, 0);
        for target in &report.targets {
            taken += target.taken;
            left_out += target.left_out;
            let status = match (target.status, report.dry_run) {
                (TargetStatus::Created, false) => "created",
                (TargetStatus::Created, true) => "new",
                (TargetStatus::Present, _) => "present",
                (TargetStatus::LeftOut, _) => "left out",
            };
            table.row([
                clean(target.alias.as_ref().unwrap_or(&target.name)),
                status.to_owned(),
                target.taken.to_string(),
                target.verified.to_string(),
                target.present.to_string(),
                target.left_out.to_string(),
                page.size(target.bytes),
            ]);
        }
        let table = (2..=6).fold(table, PageTable::right);
        let mut text = String::new();
        if report.targets.is_empty() {
            text.push_str("There are no targets.\n");
        } else {
            text.push_str(&table.to_string());
        }
        let verb = if report.dry_run {
            "would be taken over"
        } else {
            "taken over"
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{} {verb}", count(taken, "backup"));
        if left_out > 0 {
            let _ = write!(text, ", {left_out} left out");
        }
        text.push('\n');
        if taken > 0 && !report.dry_run {
            text.push_str("Their times are those of their arrival: the API cannot set others.\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::script;

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let report = MigrateReport {
            from: "http://a".into(),
            to: "http://b".into(),
            ..MigrateReport::default()
        };
        let text = Migrate(report).text(&script());
        assert_eq!(text, "There are no targets.\n0 backups taken over\n");
    }
}
