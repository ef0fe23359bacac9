//! Backups that the archive of an upload may refer to.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::Duration;

use bchan_api::{Target, Time};
use bchan_archive::{BaseTree, ManifestIndex, Opened, read_mtree_zstd};
use sha2::{Digest as _, Sha256};

use crate::engine::Engine;
use crate::error::Error;
use crate::manifest;
use bchan_storage::content::Content;
use bchan_storage::partials::Partial;
use bchan_storage::staging::Staging;

/// A backup whose content was not read for longer is read while it is referred to.
const LONGEST_UNREAD: Duration = Duration::from_secs(30 * 24 * 3600);

/// A backup of the same target, with its manifest.
pub struct Base {
    root: Opened,
    /// None once it was given out.
    index: Option<ManifestIndex>,
    /// When all of its content was last known to be right.
    last_read: Time,
    /// True if what is referred to must be read.
    verify: bool,
}

/// Returns true if a client's token is the one of a partial.
fn is_token(partial: &Partial, token: &str) -> bool {
    let digest = hex::encode(Sha256::digest(token));
    // Both have one length, and a hash tells nothing about the token.
    digest == partial.token_sha256
}

/// The manifest of what has arrived of an interrupted upload, for the client that has the token.
pub fn partial_manifest(
    engine: &Engine,
    target: &Target,
    token: &str,
) -> Result<Option<File>, Error> {
    let directory = engine.directory(target, false)?;
    let partials = engine.layout.partials(&directory);
    let known = partials.about(&target.id);
    if !known.is_some_and(|partial| is_token(&partial, token)) {
        return Ok(None);
    }
    Ok(partials.manifest(&target.id).ok())
}

impl Base {
    /// Takes what has arrived of an interrupted upload into `staging`. None if there is nothing of the
    /// client that has the token.
    pub fn adopt(
        engine: &Engine,
        (target, location): (&Target, &Path),
        token: &str,
        staging: &Staging,
    ) -> Result<Option<Self>, Error> {
        let partials = engine.layout.partials(location);
        let known = partials.about(&target.id);
        if !known.is_some_and(|partial| is_token(&partial, token)) {
            return Ok(None);
        }
        let Ok(file) = partials.manifest(&target.id) else {
            return Ok(None);
        };
        let Ok(path) = partials.adopt(&target.id, staging) else {
            return Ok(None);
        };
        let Ok(Content::Tree(root)) = Content::open(&path, target.target_type) else {
            return Ok(None);
        };
        let temp = staging.spool()?;
        let index = read_mtree_zstd(file);
        let index = index.and_then(|reader| ManifestIndex::from_reader(reader, temp));
        Ok(index.ok().map(|index| Self {
            root,
            index: Some(index),
            last_read: Time::now(),
            verify: true,
        }))
    }

    /// Opens a backup with its manifest, which is kept in `staging` while this lives. None if the
    /// target has no such backup, if that is broken, or has no manifest that can be read.
    pub fn open(
        engine: &Engine,
        target: &Target,
        id: &str,
        staging: &Staging,
    ) -> Result<Option<Self>, Error> {
        let found = engine.store.backup(id)?;
        let is_sound =
            |backup: &bchan_api::Backup| backup.target_id == target.id && !backup.hash_mismatch;
        let Some(stored) = found.filter(|stored| is_sound(&stored.backup)) else {
            return Ok(None);
        };
        // Of one that is being moved, the client sends everything.
        let Ok(Some(file)) = manifest::at(engine, target, &stored) else {
            return Ok(None);
        };
        let path = engine.path(target, &stored)?;
        let Ok(Content::Tree(root)) = Content::open(&path, target.target_type) else {
            return Ok(None);
        };
        let temp = staging.spool()?;
        let index = read_mtree_zstd(file);
        let index = index.and_then(|reader| ManifestIndex::from_reader(reader, temp));
        let index = match index {
            Ok(index) => index,
            Err(error) => {
                tracing::warn!(backup = id, %error, "a manifest cannot be used");
                return Ok(None);
            }
        };
        // What arrived was hashed then.
        let last_read = engine.store.checked_at(id)?;
        let last_read = last_read.unwrap_or(stored.backup.created_at);
        let age = Time::now().unix_seconds() - last_read.unix_seconds();
        let is_recent = u64::try_from(age).is_ok_and(|age| age <= LONGEST_UNREAD.as_secs());
        Ok(Some(Self {
            root,
            index: Some(index),
            last_read,
            verify: !is_recent,
        }))
    }

    /// The same for unpacking, once.
    pub fn tree(&mut self) -> Option<BaseTree<'_>> {
        let index = self.index.take()?;
        Some(BaseTree::new(self.root.as_fd(), index, self.verify))
    }

    /// When what refers to this was last known to be right.
    pub fn read_at(&self) -> Time {
        if self.verify {
            Time::now()
        } else {
            self.last_read
        }
    }
}
