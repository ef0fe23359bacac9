//! Reports of uploads.

use bchan_agent::{Amount, Delivered, Outcome, Parts, ShrinkLimit, Shrunk};
use bchan_api::Backup;
use serde::Serialize;

use super::transfer::amount;
use super::{Page, View, Warning, clean, count};

/// Outcome of an upload.
#[derive(Debug, Serialize)]
pub(crate) struct Upload {
    /// The job's number on the server, if it says one.
    pub(crate) job_id: Option<i64>,
    /// How sure it is.
    pub(crate) status: Outcome,
    /// The backup, as far as it is known.
    pub(crate) backup: Option<Backup>,
    /// False if something could not be read, or not as it was.
    pub(crate) complete: bool,
    #[serde(flatten)]
    pub(crate) amount: Amount,
    /// Contents that an earlier backup has, and contents that were sent.
    #[serde(flatten)]
    pub(crate) parts: Option<Parts>,
    /// Bytes that went over the wire.
    pub(crate) sent: u64,
    /// Problems with entries.
    pub(crate) warnings: Vec<Warning>,
    /// All problems, with those that are not listed.
    #[serde(skip)]
    pub(crate) warning_count: u64,
    /// Spooled backups that were sent before.
    pub(crate) delivered: Vec<Delivered>,
    /// Name of the target.
    #[serde(skip)]
    pub(crate) target: String,
}

impl Upload {
    /// Returns the name of the running job.
    fn job(&self) -> String {
        match self.job_id {
            Some(id) => format!("job {id}"),
            None => "it".to_owned(),
        }
    }
}

impl Upload {
    /// The number and the size of new files, if there are others.
    fn changed(&self, page: &Page) -> String {
        match self.parts {
            Some(Parts { reused, new }) if reused.files > 0 => {
                let (files, bytes) = (new.files, page.size(new.bytes));
                format!("{files} new or changed, {bytes}; ")
            }
            _ => String::new(),
        }
    }
}

impl View for Upload {
    const REPORT: bool = true;

    fn text(&self, page: &Page) -> String {
        let target = clean(&self.target);
        let what = amount(self.amount, page);
        let sent = format!("{}{} sent", self.changed(page), page.size(self.sent));
        let id = self.backup.as_ref().map(|backup| clean(&backup.id));
        let place = id.map_or(String::new(), |id| format!(" as backup {id}"));
        let fault = if self.complete {
            String::new()
        } else {
            format!("; incomplete: {}", count(self.warning_count, "problem"))
        };
        match self.status {
            Outcome::Stored => format!("stored {what} ({sent}) in {target}{place}{fault}\n"),
            Outcome::Accepted => format!(
                "sent {what} ({sent}) to {target}; {} is storing it{fault}\n",
                self.job()
            ),
            Outcome::Unconfirmed => format!(
                "sent {what} ({sent}) to {target}; the server does not say what became of {}{fault}\n",
                self.job()
            ),
        }
    }

    fn ids(&self) -> Option<Vec<String>> {
        let backup = self.backup.iter();
        Some(backup.map(|backup| backup.id.clone()).collect())
    }
}

/// A backup that was not stored because the source has shrunk. Only programs read this: people get
/// the error.
#[derive(Debug, Serialize)]
pub(crate) struct ShrunkSource {
    status: &'static str,
    /// Counted until the limit was missed.
    entries: u64,
    bytes: u64,
    last: LastBackup,
    /// Percent of the last backup that is required.
    shrink_threshold: u8,
}

/// Size of the last backup.
#[derive(Debug, Serialize)]
struct LastBackup {
    /// Null where only the server tells of it.
    entries: Option<u64>,
    bytes: u64,
}

impl From<&Shrunk> for ShrunkSource {
    fn from(shrunk: &Shrunk) -> Self {
        let ShrinkLimit {
            entries,
            bytes,
            percent,
        } = shrunk.floor;
        Self {
            status: "shrunk",
            entries: shrunk.entries,
            bytes: shrunk.bytes,
            last: LastBackup { entries, bytes },
            shrink_threshold: percent,
        }
    }
}

impl View for ShrunkSource {
    const REPORT: bool = true;

    fn text(&self, _: &Page) -> String {
        String::new()
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use bchan_agent::Files;

    use super::*;
    use crate::ui::page::tests::{script, terminal};

    fn upload(status: Outcome) -> Upload {
        Upload {
            job_id: Some(3),
            status,
            backup: None,
            complete: true,
            amount: Amount {
                entries: 3,
                files: 2,
                bytes: 2048,
            },
            parts: None,
            sent: 512,
            warnings: vec![Warning {
                path: "a".into(),
                problem: "vanished".into(),
            }],
            warning_count: 1,
            delivered: Vec::new(),
            target: "docs\x1b".into(),
        }
    }

    #[test]
    fn an_upload_says_how_sure_it_is() {
        let text = upload(Outcome::Stored).text(&terminal(80));
        assert_eq!(
            text,
            "stored 3 entries (2 files), 2.0 KiB (512 B sent) in docs\\u{1b}\n"
        );
        assert!(
            upload(Outcome::Accepted)
                .text(&script())
                .contains("job 3 is storing it")
        );
        assert!(
            upload(Outcome::Unconfirmed)
                .text(&script())
                .contains("does not say")
        );
    }

    #[test]
    fn an_upload_says_what_was_new() {
        let files = |files, bytes| Files { files, bytes };
        let report = Upload {
            parts: Some(Parts {
                reused: files(44_205, 491_782_144),
                new: files(12, 3_250_585),
            }),
            ..upload(Outcome::Stored)
        };
        let text = report.text(&terminal(80));
        let expected = "2.0 KiB (12 new or changed, 3.1 MiB; 512 B sent) in";
        assert!(text.contains(expected), "{text}");
        let value = serde_json::to_value(report).unwrap();
        assert_eq!(value["reused"]["files"], 44_205);
        assert_eq!(
            value["new"],
            serde_json::json!({"files": 12, "bytes": 3_250_585})
        );
    }

    #[test]
    fn an_incomplete_upload_ends_with_that() {
        let report = Upload {
            complete: false,
            ..upload(Outcome::Stored)
        };
        let text = report.text(&script());
        assert!(text.ends_with("; incomplete: 1 problem\n"), "{text}");
    }

    #[test]
    fn the_json_of_an_upload_is_the_documented_one() {
        let value = serde_json::to_value(upload(Outcome::Unconfirmed)).unwrap();
        let expected = serde_json::json!({
            "job_id": 3, "status": "unconfirmed", "backup": null, "complete": true, "entries": 3,
            "files": 2, "bytes": 2048,
            "sent": 512, "warnings": [{"path": "a", "problem": "vanished"}], "delivered": []
        });
        assert_eq!(value, expected);
    }
}
