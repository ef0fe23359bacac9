//! Finding the earlier backup that an upload can refer to.

use std::io::Write as _;

use bchan_api::{Backup, Feature, Target, TargetType};
use bchan_client::Client;

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
    Some(Incremental {
        cache,
        base,
        look: options.packing.look,
    })
}

/// Fetches the manifest of the newest backup. What does not work is no reason to fail.
async fn fetch(client: &Client, cache: &Cache, backups: &[Backup]) -> Option<Base> {
    /// Most bytes of a manifest.
    const MOST: u64 = 1 << 30;
    let sound = backups
        .iter()
        .filter(|backup| !backup.hash_mismatch && !backup.is_recycled);
    let newest = sound.max_by_key(|backup| backup.created_at)?;
    let mut manifest = client.manifest(&newest.id).await.ok()?;
    let mut file = cache.create().ok()?;
    let mut length = 0;
    while let Some(bytes) = manifest.chunk().await.ok()? {
        length += bytes.len() as u64;
        if length > MOST {
            return None;
        }
        file.write_all(&bytes).ok()?;
    }
    cache.keep(&newest.id, file).ok()?
}
