//! Adding entries with everything that receipts and manifest files cover.

use sha2::{Digest as _, Sha256};

use super::Manifest;
use super::mtree::Extras;
use super::records::Content;
use super::text::{self, Kind, Properties};

impl Manifest {
    /// Adds a file that came alone, without a time, an owner or attributes.
    pub fn record_file(&mut self, path: &[u8], mode: u32, size: u64, digest: [u8; 32]) {
        let properties = Properties {
            mode,
            mtime: None,
            owner: None,
            user: None,
            group: None,
            attributes: &[],
        };
        self.record(path, Kind::File { size, digest }, &properties);
    }

    /// Adds an entry with everything that the receipt covers.
    pub(crate) fn record(&mut self, path: &[u8], kind: Kind<'_>, properties: &Properties<'_>) {
        self.record_with(path, kind, properties, &Extras::default());
    }

    /// Adds an entry with everything that the receipt covers, and with what only a manifest file
    /// says of it.
    pub(crate) fn record_with(
        &mut self,
        path: &[u8],
        kind: Kind<'_>,
        properties: &Properties<'_>,
        extras: &Extras<'_>,
    ) {
        let text = text::text(kind, properties);
        let digest = Sha256::digest(&text).into();
        let at = self.texts.push(&text, extras);
        let empty: [u8; 32];
        let content = match &kind {
            Kind::File { size, digest } => {
                self.files += 1;
                self.bytes += size;
                Content::File(digest)
            }
            Kind::Directory => Content::Directory,
            Kind::Link(target) => {
                self.links = true;
                Content::Link(target)
            }
            Kind::Fifo | Kind::Block(_) | Kind::Character(_) => {
                self.files += 1;
                empty = Sha256::digest([]).into();
                Content::File(&empty)
            }
        };
        let is_special = matches!(kind, Kind::Fifo | Kind::Block(_) | Kind::Character(_));
        let place = self.add(path, content, Some((&digest, at)));
        self.special.extend(is_special.then_some(place));
    }
}
