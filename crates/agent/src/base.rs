//! Finding the earlier backup that an upload can refer to.

use std::io::Write as _;
use std::path::PathBuf;

use bchan_api::{Backup, Feature, Target, TargetType};
use bchan_client::{Client, Download};
use tempfile::NamedTempFile;

use crate::cache::{Base, Cache, Incremental};
use crate::options::UploadOptions;
use crate::pack_stream::UploadSource;
use crate::run_guard::RunGuard;

/// Finds the newest backup of which this machine remembers the manifest. If there is none, it is the
/// newest one of the target, if the server shows its manifest.
pub(crate) async fn find_base(
    client: &Client,
    options: &UploadOptions,
    guard: &RunGuard,
    (target, backups): (&Target, &[Backup]),
    content: &UploadSource,
) -> Option<Incremental> {
    let UploadSource::Archive(archive) = content else {
        return None;
    };
    let takes =
        target.target_type == TargetType::Multi && client.features().has(Feature::Increment);
    let state = guard.state.as_ref().filter(|_| takes)?;
    let place = (state.server(), &*target.id);
    let cache = Cache::new(&state.caches(), place, &archive.sources, &archive.options);
    let base = if options.packing.full {
        None
    } else if let Some(known) = cache.newest(backups) {
        Some(known)
    } else {
        fetch(client, &cache, backups).await
    };
    let (token, was_begun) = cache.token().ok()?;
    Some(Incremental {
        cache,
        base,
        token,
        was_begun,
        is_refused: false,
        partial: None,
        look: options.packing.look,
    })
}

/// Most bytes of a manifest that is fetched.
const MOST: u64 = 1 << 30;

/// Fetches the manifest of the newest backup. What does not work is no reason to fail.
async fn fetch(client: &Client, cache: &Cache, backups: &[Backup]) -> Option<Base> {
    let sound = backups
        .iter()
        .filter(|backup| !backup.hash_mismatch && !backup.is_recycled);
    let newest = sound.max_by_key(|backup| backup.created_at)?;
    let manifest = client.manifest(&newest.id).await.ok()?;
    let file = received(manifest, cache).await?;
    cache.keep(&newest.id, file).ok()?
}

/// Fetches the manifest of what has arrived of an earlier attempt, or of an upload that was
/// interrupted before.
pub(crate) async fn find_partial(client: &Client, target: &Target, incremental: &mut Incremental) {
    if incremental.was_begun && !incremental.is_refused {
        incremental.partial = fetch_partial(client, target, incremental).await;
    }
    incremental.was_begun = true;
}

async fn fetch_partial(
    client: &Client,
    target: &Target,
    incremental: &Incremental,
) -> Option<PathBuf> {
    let manifest = client.partial(&target.id, &incremental.token).await.ok()?;
    let file = received(manifest, &incremental.cache).await?;
    incremental.cache.keep_partial(file).ok()
}

async fn received(mut manifest: Download, cache: &Cache) -> Option<NamedTempFile> {
    let mut file = cache.create().ok()?;
    let mut length = 0;
    while let Some(bytes) = manifest.chunk().await.ok()? {
        length += bytes.len() as u64;
        if length > MOST {
            return None;
        }
        file.write_all(&bytes).ok()?;
    }
    Some(file)
}
