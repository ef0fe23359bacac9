//! Sources that have collapsed: an unmounted disk looks like a small backup.

use bchan_api::Backup;
use bchan_archive::{EntryKind, Observer, Survey};

use std::io;
use std::path::Path;

use super::AgentError;
use super::produce::Content;

/// How much there was, and how much of it there must still be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Floor {
    /// Files, links and folders; unknown where only the server tells.
    pub(super) files: Option<u64>,
    /// Bytes of their content.
    pub(super) bytes: u64,
    pub(super) percent: u8,
}

impl Floor {
    /// What the first sound one of a target's backups says, which come newest first, where this machine knows of none.
    pub(super) fn of_backups(backups: &[Backup], percent: u8) -> Option<Self> {
        let newest = backups
            .iter()
            .find(|backup| !backup.is_recycled && !backup.hash_mismatch)?;
        // Of a single file that may be an archive, this is the size after compression, and so says
        // less than it could, but nothing wrong.
        Some(Self {
            files: None,
            bytes: newest.filesize,
            percent,
        })
    }

    fn is_below(self, (now, before): (u64, u64)) -> bool {
        u128::from(now) * 100 < u128::from(before) * u128::from(self.percent)
    }

    fn holds(self, files: u64, bytes: u64) -> bool {
        !self.is_below((bytes, self.bytes))
            && !self
                .files
                .is_some_and(|before| self.is_below((files, before)))
    }

    /// Fails when so much is too little.
    pub(super) fn check(self, files: u64, bytes: u64) -> Result<(), Shrunk> {
        if self.holds(files, bytes) {
            return Ok(());
        }
        Err(Shrunk {
            files,
            bytes,
            floor: self,
        })
    }

    /// Goes through what is to be sent until there is enough of it.
    pub(super) async fn check_ahead(self, content: &Content) -> Result<(), AgentError> {
        let content = content.clone();
        let walk = move || self.survey(&content);
        let counted = tokio::task::spawn_blocking(walk).await;
        match counted.map_err(|_| AgentError::Thread)? {
            Some((files, bytes)) => self.check(files, bytes).map_err(AgentError::Shrunk),
            None => Ok(()),
        }
    }

    /// What there is, or so much of it as is enough; none where it cannot be counted ahead.
    fn survey(self, content: &Content) -> Option<(u64, u64)> {
        let archive = match content {
            Content::Archive(archive) => archive,
            Content::File(path) => return path.metadata().ok().map(|meta| (1, meta.len())),
            Content::Kept(_) | Content::Stream { .. } => return None,
        };
        let options = Survey {
            rules: archive.options.rules.clone(),
            special: archive.options.special,
            ..Survey::default()
        };
        let mut counter = Counter {
            floor: self,
            files: 0,
            bytes: 0,
        };
        let outcome = bchan_archive::survey(&archive.sources, &options, &mut counter);
        let enough = self.holds(counter.files, counter.bytes);
        // What cannot be walked fails the packing, which says why.
        (outcome.is_ok() || enough).then_some((counter.files, counter.bytes))
    }
}

/// How much there is, where there was more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub(crate) struct Shrunk {
    files: u64,
    bytes: u64,
    floor: Floor,
}

impl Shrunk {
    fn text(&self) -> String {
        let before = match self.floor.files {
            Some(files) => amount(files, self.floor.bytes),
            None => format!("{} bytes", self.floor.bytes),
        };
        format!(
            "the source has collapsed: {}, less than {} % of the last backup, which has {before}",
            amount(self.files, self.bytes),
            self.floor.percent
        )
    }
}

fn amount(files: u64, bytes: u64) -> String {
    let noun = if files == 1 { "entry" } else { "entries" };
    format!("{files} {noun} with {bytes} bytes")
}

struct Counter {
    floor: Floor,
    files: u64,
    bytes: u64,
}

impl Observer for Counter {
    fn proceed(&mut self, _count: u64) -> io::Result<()> {
        if self.floor.holds(self.files, self.bytes) {
            // It is enough.
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    }

    fn found(&mut self, _path: &Path, _kind: EntryKind, size: u64) {
        self.files += 1;
        self.bytes += size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_enough_and_less_is_not() {
        let floor = Floor {
            files: Some(10),
            bytes: 1000,
            percent: 50,
        };
        assert!(floor.check(5, 500).is_ok());
        assert!(floor.check(4, 5000).is_err() && floor.check(50, 499).is_err());
        let any = Floor {
            files: None,
            ..floor
        };
        assert!(any.check(0, 500).is_ok());
        let text = floor.check(1, 2).unwrap_err().to_string();
        assert!(
            text.contains("1 entry with 2 bytes, less than 50 %"),
            "{text}"
        );
    }
}
