//! The report of a check.

use std::fmt::Write as _;

use bchan_server::{CheckSummary, Finding};
use serde::Serialize;

use super::{Page, View, clean, count};

/// All findings, and what they come to.
#[derive(Debug, Serialize)]
pub(crate) struct CheckReport {
    #[serde(flatten)]
    pub(crate) summary: CheckSummary,
    pub(crate) findings: Vec<Finding>,
}

impl View for CheckReport {
    fn text(&self, page: &Page) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        for finding in &self.findings {
            let kind = if finding.kind.is_fault() {
                "fault"
            } else {
                "note"
            };
            let subject = [
                finding.path.as_ref().map(|path| path.display().to_string()),
                finding.backup_id.as_ref().map(|id| format!("backup {id}")),
                finding.target_id.as_ref().map(|id| format!("target {id}")),
            ];
            let subject = subject.into_iter().flatten().next().unwrap_or_default();
            let _ = write!(
                text,
                "{kind}: {}: {}",
                clean(&subject),
                clean(&finding.message)
            );
            if let (Some(id), Some(_)) = (&finding.backup_id, &finding.path) {
                let _ = write!(text, " (backup {})", clean(id));
            }
            if let Some(repaired) = &finding.repaired {
                let _ = write!(text, "; repaired: {}", clean(repaired));
            }
            text.push('\n');
        }
        let CheckSummary {
            targets,
            backups,
            bytes_read,
            faults,
            repaired,
        } = self.summary;
        let (targets, backups) = (count(targets, "target"), count(backups, "backup"));
        let _ = write!(text, "{targets}, {backups}");
        if bytes_read > 0 {
            let _ = write!(text, ", {} read", page.size(bytes_read));
        }
        let _ = match (faults, repaired) {
            (0, _) => writeln!(text, ": no faults"),
            (faults, 0) => writeln!(text, ": {}", count(faults, "fault")),
            (faults, repaired) => {
                writeln!(text, ": {}, {repaired} repaired", count(faults, "fault"))
            }
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::script;

    #[test]
    fn says_what_was_found_and_what_it_comes_to() {
        let mut report = CheckReport {
            summary: CheckSummary::default(),
            findings: Vec::new(),
        };
        assert_eq!(report.text(&script()), "0 targets, 0 backups: no faults\n");
        report.summary.faults = 1;
        report.summary.targets = 1;
        assert_eq!(report.text(&script()), "1 target, 0 backups: 1 fault\n");
        report.summary.targets = 0;
        report.summary.faults = 2;
        report.summary.repaired = 1;
        report.summary.backups = 3;
        let text = report.text(&script());
        assert_eq!(text, "0 targets, 3 backups: 2 faults, 1 repaired\n");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["faults"], 2);
        assert_eq!(json["findings"], serde_json::json!([]));
    }
}
