//! One backup from one server to the other, without a place to rest in between.

use bchan_api::{Accepted, Backup, Feature, Target, TargetType};
use bchan_client::{Client, Download, DownloadFormat, Error, Upload, UploadWriter, upload_pipe};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write as _};
use std::sync::Arc;
use tokio::sync::mpsc;

use crate::error::AgentError;
use crate::progress::Progress;

/// Chunks on the way from one socket to the other: a few MiB, whatever the size of the backup.
const PIPE: usize = 16;

/// Which side has failed.
pub enum Fault {
    /// The download. Nothing can have become of the upload.
    Source(Error),
    /// The upload.
    Destination(Error),
    /// The source sent other content than it announced. The upload cannot have been stored.
    UploadSource(String),
    Thread,
}

/// A backup and where it goes.
pub(super) struct Transfer<'a> {
    pub from: &'a Client,
    pub to: &'a Client,
    /// As the source knows it.
    pub target: &'a Target,
    pub backup: &'a Backup,
    /// Id of the target there.
    pub to_target: &'a str,
    /// Name of the upload.
    pub key: String,
}

impl Transfer<'_> {
    /// Sends it, once. What is cut short on the way is not acknowledged, and never becomes a
    /// backup.
    pub(super) async fn run(&self, progress: &Arc<dyn Progress>) -> Result<Accepted, Fault> {
        let multi = self.target.target_type == TargetType::Multi;
        let (source, goal) = (self.from.features(), self.to.features());
        let format = (multi && source.has(Feature::DownloadFormat)).then(|| {
            if goal.has(Feature::Zstd) {
                DownloadFormat::Zstd
            } else {
                DownloadFormat::Gzip
            }
        });
        let download = self.from.download(&self.backup.id, format).await;
        let mut download = download.map_err(Fault::Source)?;
        let expected = self.backup.hash.clone().filter(|_| !multi);
        if !download.is_framed && expected.is_none() {
            let what = "the server does not say where its content ends, so that it cannot be known \
                to be whole";
            return Err(Fault::UploadSource(what.to_owned()));
        }
        let first = download.chunk().await.map_err(Fault::Source)?;
        let name = file_name(self.target, self.backup, &download, first.as_deref());
        let (writer, body) = upload_pipe(PIPE);
        let (sender, receiver) = mpsc::channel(PIPE);
        let progress = Arc::clone(progress);
        let copy =
            crate::work::spawn(move || copy(receiver, writer, expected.as_deref(), &*progress));
        let ours = goal.has(Feature::Sha256);
        let upload = Upload {
            body,
            file_name: name,
            manual: self.backup.manual,
            sha256: ours,
            idempotency_key: ours.then(|| self.key.clone()),
            special: goal.has(Feature::Metadata),
            limit: None,
            receipt: false,
            known_sha256: None,
            base: None,
            token: None,
        };
        let (answer, came) = tokio::join!(
            self.to.upload(self.to_target, upload),
            pump(download, first, sender)
        );
        let copied = copy.await.map_err(|_| Fault::Thread)?;
        came.map_err(Fault::Source)?;
        match (answer, copied) {
            (answer, Copied::All) => answer.map_err(Fault::Destination),
            (_, Copied::Wrong) => Err(Fault::UploadSource(
                "what came is not what its hash says".to_owned(),
            )),
            (Err(error), Copied::Part) => Err(Fault::Destination(error)),
            (Ok(_), Copied::Part) => Err(Fault::UploadSource(
                "the other server took a part for the whole".to_owned(),
            )),
        }
    }
}

/// Passes chunks on until the true end; only there is `None` sent.
async fn pump(
    mut download: Download,
    first: Option<Bytes>,
    sender: mpsc::Sender<Option<Bytes>>,
) -> Result<(), Error> {
    let mut chunk = first;
    loop {
        let ended = chunk.is_none();
        // The receiver has stopped, and reports the reason.
        if sender.send(chunk).await.is_err() || ended {
            return Ok(());
        }
        chunk = download.chunk().await?;
    }
}

enum Copied {
    /// Everything, to the end.
    All,
    /// Not everything: one of the sides has ended early.
    Part,
    /// Everything, and it is not what it should be.
    Wrong,
}

/// Writes what comes into the upload. It ends well only if all has come, and is what it should be.
fn copy(
    mut receiver: mpsc::Receiver<Option<Bytes>>,
    mut writer: UploadWriter,
    expected: Option<&str>,
    progress: &dyn Progress,
) -> Copied {
    let mut hasher = Sha256::new();
    loop {
        match receiver.blocking_recv() {
            Some(Some(chunk)) => {
                hasher.update(&chunk);
                progress.bytes(chunk.len() as u64);
                if let Err(error) = writer.write_all(&chunk) {
                    writer.fail(error);
                    return Copied::Part;
                }
            }
            Some(None) => {
                let digest = hex::encode(hasher.finalize());
                if expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(&digest)) {
                    writer.fail(io::Error::other("the content is not what it should be"));
                    return Copied::Wrong;
                }
                return match writer.finish(None) {
                    Ok(_) => Copied::All,
                    Err(_) => Copied::Part,
                };
            }
            None => {
                writer.fail(io::ErrorKind::UnexpectedEof.into());
                return Copied::Part;
            }
        }
    }
}

/// Returns the file name that the other server is told. It keeps the extension of a single file;
/// other servers recognise an archive by its name alone.
fn file_name(
    target: &Target,
    backup: &Backup,
    download: &Download,
    first: Option<&[u8]>,
) -> String {
    match target.target_type {
        TargetType::Single => {
            let name = download.file_name.as_deref().unwrap_or_default();
            format!("backup{}", extension(target, backup, name))
        }
        TargetType::Multi => format!("backup{}", suffix(first.unwrap_or_default())),
    }
}

/// The part of a file's name that its target's template does not make.
fn extension(target: &Target, backup: &Backup, name: &str) -> String {
    let utc = backup.created_at.to_string();
    let manual = if backup.manual { "manual" } else { "auto" };
    let id = target.name_template.replace("$I", &backup.id);
    // Where the time is not ours to know, it ends at the first dot.
    let base = id.replace("$D", &utc).replace("$M", manual);
    let rest = match name.strip_prefix(&base) {
        Some(rest) => rest,
        None if target.name_template.contains("$D") => {
            let after = name.find('T').unwrap_or(0);
            name[after..].find('.').map_or("", |at| &name[after + at..])
        }
        None => name.rfind('.').map_or("", |at| &name[at..]),
    };
    let rest = unnumbered(rest);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if rest.starts_with('.') && rest.chars().all(plain) {
        rest.to_owned()
    } else {
        String::new()
    }
}

/// Skips the number that this project's server gives to a name that was taken, as in `x~2.gz`.
fn unnumbered(rest: &str) -> &str {
    let number = rest.rsplit_once('~').map_or("", |(_, number)| number);
    let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
    if after.len() < number.len() && (after.is_empty() || after.starts_with('.')) {
        after
    } else {
        rest
    }
}

/// The usual suffix of an archive that begins so.
fn suffix(first: &[u8]) -> &'static str {
    const KINDS: [(&[u8], &str); 5] = [
        (b"\x1f\x8b", ".tar.gz"),
        (b"\xfd7zXZ\x00", ".tar.xz"),
        (b"\x28\xb5\x2f\xfd", ".tar.zst"),
        (b"BZh", ".tar.bz2"),
        (b"PK", ".zip"),
    ];
    let found = KINDS.iter().find(|(magic, _)| first.starts_with(magic));
    found.map_or(".tar", |(_, suffix)| suffix)
}

impl Fault {
    /// Returns true if the same may well succeed a little later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Source(error) | Self::Destination(error) => error.is_temporary(),
            Self::UploadSource(_) | Self::Thread => false,
        }
    }
}

impl From<Fault> for AgentError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Source(error) => Self::Side {
                side: "the source",
                source: error,
            },
            Fault::Destination(error) => Self::Side {
                side: "the destination",
                source: error,
            },
            Fault::UploadSource(_) => Self::HashMismatch,
            Fault::Thread => Self::Thread,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_what_the_template_does_not_make() {
        let target = |template: &str| -> Target {
            serde_json::from_value(serde_json::json!({
                "id": "t", "name": "n", "target_type": "single", "recycle_criteria": "none",
                "recycle_action": "recycle", "location": "/x", "name_template": template,
                "deduplicate": false
            }))
            .unwrap()
        };
        let backup: Backup = serde_json::from_value(serde_json::json!({
            "id": "b", "target_id": "t", "created_at": "2025-01-02T03:04:05+00:00", "manual": 1,
            "is_recycled": 0
        }))
        .unwrap();
        let extension = |template: &str, name: &str| extension(&target(template), &backup, name);
        assert_eq!(extension("v1.x-$I-$M", "v1.x-b-manual.tar.gz"), ".tar.gz");
        assert_eq!(extension("v1.x-$I", "v1.x-b"), "");
        assert_eq!(extension("$D", "2025-01-02T03:04:05+00:00.bin"), ".bin");
        let numbered = "2025-01-02T03:04:05+00:00~12.tar.gz";
        assert_eq!(extension("$D", numbered), ".tar.gz");
        assert_eq!(extension("$D", "2025-01-02T03:04:05+00:00~2"), "");
        // Servers put other characters in the place of some.
        let altered = "2025-01-02T03:04:05+00:00_x.file~2.tar.gz";
        assert_eq!(extension("$D x.file", altered), ".tar.gz");
        assert_eq!(extension("v1 $D", "v1 2025-01-02T04:04:05.bin"), ".bin");
        assert_eq!(extension("v1 $D", "v1 2025-01-02T04:04:05"), "");
        assert_eq!(extension("$I", "renamed.gz"), ".gz");
        assert_eq!(extension("$I", "b.a/../b"), "");
        assert_eq!(extension("$I", ""), "");
    }

    #[test]
    fn archives_are_known_by_how_they_begin() {
        assert_eq!(suffix(b"\x1f\x8b\x08"), ".tar.gz");
        assert_eq!(suffix(b"\xfd7zXZ\x00\x00"), ".tar.xz");
        assert_eq!(suffix(b"\x28\xb5\x2f\xfd"), ".tar.zst");
        assert_eq!(suffix(b"etc/"), ".tar");
        assert_eq!(suffix(b""), ".tar");
    }
}
