//! Sources that have shrunk: an unmounted disk looks like a small backup.

use std::io;
use std::path::Path;

use bchan_archive::{EntryKind, Observer, Survey};

use crate::error::AgentError;
use crate::floor::ShrinkLimit;
use crate::pack_stream::UploadSource;

impl ShrinkLimit {
    /// Walks the sources until enough is found.
    pub async fn check_ahead(self, content: &UploadSource) -> Result<(), AgentError> {
        let content = content.clone();
        let walk = move || self.survey(&content);
        let counted = crate::work::spawn(walk).await;
        match counted.map_err(|_| AgentError::Thread)? {
            Some((entries, bytes)) => self.check(entries, bytes).map_err(AgentError::Shrunk),
            None => Ok(()),
        }
    }

    /// Counts the source until there is enough of it. Returns `None` if it cannot be counted ahead.
    fn survey(self, content: &UploadSource) -> Option<(u64, u64)> {
        let archive = match content {
            UploadSource::Archive(archive) => archive,
            UploadSource::File(path) => return path.metadata().ok().map(|meta| (1, meta.len())),
            UploadSource::Kept(_) | UploadSource::Stream { .. } => return None,
        };
        let options = Survey {
            rules: archive.options.rules.clone(),
            special: archive.options.special,
            ..Survey::default()
        };
        let mut counter = Counter {
            floor: self,
            entries: 0,
            bytes: 0,
        };
        let outcome = bchan_archive::survey(&archive.sources, &options, &mut counter);
        let enough = self.holds(counter.entries, counter.bytes);
        // What cannot be walked fails the packing, which says why.
        (outcome.is_ok() || enough).then_some((counter.entries, counter.bytes))
    }
}

struct Counter {
    floor: ShrinkLimit,
    entries: u64,
    bytes: u64,
}

impl Observer for Counter {
    fn proceed(&mut self, _count: u64) -> io::Result<()> {
        if self.floor.holds(self.entries, self.bytes) {
            // It is enough.
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(())
    }

    fn found(&mut self, _path: &Path, _kind: EntryKind, size: u64) {
        self.entries += 1;
        self.bytes += size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_enough_and_less_is_not() {
        let floor = ShrinkLimit {
            entries: Some(10),
            bytes: 1000,
            percent: 50,
        };
        assert!(floor.check(5, 500).is_ok());
        assert!(floor.check(4, 5000).is_err() && floor.check(50, 499).is_err());
        let any = ShrinkLimit {
            entries: None,
            ..floor
        };
        assert!(any.check(0, 500).is_ok());
        let text = floor.check(1, 2).unwrap_err().to_string();
        assert!(
            text.contains("less than 50 % of the last backup (1 entry with 2 bytes"),
            "{text}"
        );
    }
}
