//! Reports of uploads and downloads.

use bchan_agent::{Delivered, Outcome};
use bchan_api::Backup;
use serde::Serialize;

use super::{Page, View, clean};

/// Outcome of an upload.
#[derive(Debug, Serialize)]
pub(crate) struct Upload {
    /// The job's number on the server, if it says one.
    pub(crate) job_id: Option<i64>,
    /// How sure it is.
    pub(crate) status: Outcome,
    /// The backup, as far as it is known.
    pub(crate) backup: Option<Backup>,
    /// Files in it.
    pub(crate) files: u64,
    /// Bytes of their content.
    pub(crate) bytes: u64,
    /// Bytes that went over the wire.
    pub(crate) sent: u64,
    /// Problems with entries.
    pub(crate) warnings: Vec<Warning>,
    /// Spooled backups that were sent before.
    pub(crate) delivered: Vec<Delivered>,
    /// Name of the target.
    #[serde(skip)]
    pub(crate) target: String,
}

/// Something that is missing or odd in a transfer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Warning {
    /// Which file.
    pub(crate) path: String,
    pub(crate) problem: String,
}

/// Outcome of a download.
#[derive(Debug, Serialize)]
pub(crate) struct Download {
    /// The backup.
    pub(crate) backup: Backup,
    /// The file or the folder that now holds it.
    pub(crate) path: String,
    /// Files in it; 1 for an archive that was not unpacked.
    pub(crate) files: u64,
    /// Bytes of their content.
    pub(crate) bytes: u64,
    /// Problems with entries.
    pub(crate) warnings: Vec<Warning>,
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

/// Outcome of a verification.
#[derive(Debug, Serialize)]
pub(crate) struct Verification {
    /// The backup.
    pub(crate) backup: Backup,
    /// True if it was compared with a hash of the server's.
    pub(crate) verified: bool,
    /// True if links, folders, modes, times, owners and attributes were compared, too.
    pub(crate) attributes: bool,
    /// Files in it.
    pub(crate) files: u64,
    /// Bytes of their content.
    pub(crate) bytes: u64,
}

impl View for Verification {
    const REPORT: bool = true;

    fn text(&self, page: &Page) -> String {
        let id = clean(&self.backup.id);
        let what = amount(self.files, self.bytes, page);
        if self.verified {
            format!("backup {id} is what was stored: {what}\n")
        } else {
            format!("backup {id} can be read: {what}\n")
        }
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(vec![self.backup.id.clone()])
    }
}

impl View for Upload {
    const REPORT: bool = true;

    fn text(&self, page: &Page) -> String {
        let target = clean(&self.target);
        let what = amount(self.files, self.bytes, page);
        let sent = size(self.sent, page);
        let id = self.backup.as_ref().map(|backup| clean(&backup.id));
        let place = id.map_or(String::new(), |id| format!(" as backup {id}"));
        match self.status {
            Outcome::Stored => format!("stored {what} ({sent} sent) in {target}{place}\n"),
            Outcome::Accepted => format!(
                "sent {what} ({sent} sent) to {target}; {} is storing it\n",
                self.job()
            ),
            Outcome::Unconfirmed => format!(
                "sent {what} ({sent} sent) to {target}; the server does not say what became of {}\n",
                self.job()
            ),
        }
    }

    fn ids(&self) -> Option<Vec<String>> {
        let backup = self.backup.iter();
        Some(backup.map(|backup| backup.id.clone()).collect())
    }
}

impl View for Download {
    const REPORT: bool = true;

    fn text(&self, page: &Page) -> String {
        let what = amount(self.files, self.bytes, page);
        format!("received {what} into {}\n", clean(&self.path))
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(vec![self.backup.id.clone()])
    }
}

pub(super) fn amount(files: u64, bytes: u64, page: &Page) -> String {
    let noun = if files == 1 { "file" } else { "files" };
    format!("{files} {noun}, {}", size(bytes, page))
}

/// A size within a sentence, where a bare number wants its unit.
fn size(bytes: u64, page: &Page) -> String {
    let size = page.size(bytes);
    let is_bare = size.bytes().all(|byte| byte.is_ascii_digit());
    if is_bare {
        format!("{size} bytes")
    } else {
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::{script, terminal};

    fn upload(status: Outcome) -> Upload {
        Upload {
            job_id: Some(3),
            status,
            backup: None,
            files: 2,
            bytes: 2048,
            sent: 512,
            warnings: vec![Warning {
                path: "a".into(),
                problem: "vanished".into(),
            }],
            delivered: Vec::new(),
            target: "docs\x1b".into(),
        }
    }

    #[test]
    fn an_upload_says_how_sure_it_is() {
        let text = upload(Outcome::Stored).text(&terminal(80));
        assert_eq!(
            text,
            "stored 2 files, 2.0 KiB (512 B sent) in docs\\u{1b}\n"
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
    fn the_json_of_an_upload_is_the_documented_one() {
        let value = serde_json::to_value(upload(Outcome::Unconfirmed)).unwrap();
        let expected = serde_json::json!({
            "job_id": 3, "status": "unconfirmed", "backup": null, "files": 2, "bytes": 2048,
            "sent": 512, "warnings": [{"path": "a", "problem": "vanished"}], "delivered": []
        });
        assert_eq!(value, expected);
    }
}
