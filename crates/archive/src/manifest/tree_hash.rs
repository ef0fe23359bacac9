//! The hash of a tree.

use sha2::{Digest as _, Sha256};

use super::entries::Manifest;
use super::index::Index;
use super::links::Lead;
use super::records::Content;

impl Manifest {
    /// The hash of the tree, in lower-case hex.
    #[must_use]
    pub fn tree_hash(&self) -> String {
        let index = Index::new(self);
        let mut hasher = Sha256::new();
        for folder in index.ranked() {
            let path = self.folders.path(folder);
            for place in index.inside(folder) {
                let record = self.records.read(*place);
                let digest = match record.content {
                    Content::File(digest) => digest,
                    Content::Link(_) | Content::HardLink(_) => {
                        match index.resolve(&[path, record.name].concat()) {
                            Lead::File(digest) => digest,
                            Lead::Out | Lead::NoFile => continue,
                        }
                    }
                    Content::Directory => continue,
                };
                hasher.update(path);
                hasher.update(record.name);
                hasher.update(hex::encode(digest));
            }
        }
        hex::encode(hasher.finalize())
    }

    /// Returns true if a link leads out of the tree. It does not count here, but it may count for a
    /// program that follows it on a machine where its target exists.
    #[must_use]
    pub fn leads_out(&self) -> bool {
        if !self.links {
            return false;
        }
        let index = Index::new(self);
        (0..self.folders.count()).any(|folder| {
            index.inside(folder).iter().any(|place| {
                let record = self.records.read(*place);
                matches!(record.content, Content::Link(_) | Content::HardLink(_))
                    && matches!(
                        index.resolve(&[self.folders.path(folder), record.name].concat()),
                        Lead::Out
                    )
            })
        })
    }
}
