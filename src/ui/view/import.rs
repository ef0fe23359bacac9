//! The report of an import from another server.

use std::fmt::Write as _;

use bchan_import::{Counts, Effect, ImportFinding, ImportReport};
use serde::Serialize;

use super::{Page, View, clean, count};

/// All findings, what they come to, and how to go on.
#[derive(Debug, Serialize)]
pub(crate) struct Import {
    #[serde(flatten)]
    pub(crate) report: ImportReport,
}

impl View for Import {
    fn text(&self, page: &Page) -> String {
        let report = &self.report;
        let mut text = String::new();
        for finding in &report.findings {
            text.push_str(&line(finding));
        }
        let verb = if report.dry_run {
            "would take over"
        } else {
            "took over"
        };
        let (targets, backups) = (report.targets, report.backups);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{verb} {} and {} ({}); times were in {}",
            count(targets.taken, "target"),
            count(backups.taken, "backup"),
            page.size(report.bytes),
            clean(&report.timezone),
        );
        let rest = |counts: Counts| (counts.present, counts.broken, counts.left_out);
        let (known, marked, left) = rest(backups);
        if known + targets.present > 0 {
            let (targets, backups) = (count(targets.present, "target"), count(known, "backup"));
            let _ = writeln!(text, "already here: {targets}, {backups}");
        }
        if marked > 0 {
            let _ = writeln!(text, "marked as broken: {}", count(marked, "backup"));
        }
        if left + targets.left_out > 0 {
            let (targets, backups) = (count(targets.left_out, "target"), count(left, "backup"));
            let _ = writeln!(text, "left out: {targets}, {backups}");
        }
        if let Some(settings) = &report.settings {
            let settings = clean(&settings.to_string_lossy());
            let _ = writeln!(text, "storage roots and recycle bin are in {settings}");
        }
        let _ = writeln!(text, "start the server with: {}", clean(&report.serve));
        text
    }
}

fn line(finding: &ImportFinding) -> String {
    let effect = match finding.effect {
        Effect::LeftOut => "left out",
        Effect::Broken => "broken",
        Effect::Note => "note",
    };
    let mut text = format!("{effect}: ");
    let target = finding.target.as_ref().or(finding.target_id.as_ref());
    if let Some(target) = target {
        let _ = write!(text, "target {}: ", clean(target));
    }
    if let Some(id) = &finding.backup_id {
        let _ = write!(text, "backup {}: ", clean(id));
    }
    text.push_str(&clean(&finding.message));
    if let Some(path) = &finding.path {
        let _ = write!(text, " ({})", clean(&path.to_string_lossy()));
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::script;

    #[test]
    fn says_what_was_taken_and_what_was_not() {
        let mut report = ImportReport {
            timezone: "Europe/Berlin".into(),
            serve: "bchan serve --data /d".into(),
            ..ImportReport::default()
        };
        report.targets.taken = 1;
        report.backups.taken = 2;
        let text = Import {
            report: report.clone(),
        }
        .text(&script());
        assert_eq!(
            text,
            "took over 1 target and 2 backups (0 B); times were in Europe/Berlin\n\
             start the server with: bchan serve --data /d\n"
        );
        report.dry_run = true;
        report.backups.left_out = 1;
        report.backups.present = 3;
        report.findings.push(ImportFinding {
            effect: Effect::LeftOut,
            message: "its files are missing".into(),
            target_id: Some("t".into()),
            target: Some("Docs\u{1b}".into()),
            backup_id: Some("b".into()),
            path: Some("/p".into()),
        });
        let view = Import { report };
        let text = view.text(&script());
        assert!(text.starts_with("left out: target Docs"), "{text}");
        assert!(
            text.contains(": backup b: its files are missing (/p)\nwould take"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(
            text.contains("\nalready here: 0 targets, 3 backups\nleft out: 0 targets, 1 backup\n"),
            "{text}"
        );
        let json = serde_json::to_value(&view).unwrap();
        assert_eq!(json["findings"][0]["effect"], "left-out");
        assert_eq!(json["backups"]["taken"], 2);
    }
}
