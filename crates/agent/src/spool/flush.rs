//! Out of the spool.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use bchan_api::{Feature, TargetType, TargetView};
use bchan_client::Client;
use sha2::{Digest as _, Sha256};

use super::entry::Entry;
use super::folder::Spool;
use crate::error::AgentError;
use crate::options::UploadOptions;
use crate::pack_stream::UploadSource;
use crate::progress::Progress;
use crate::report::Delivered;
use crate::run_guard::RunGuard;
use crate::upload::{Transfer, find_target, transfer};

/// Sends what waits for a target, the oldest first, and says what was delivered, and how many had to
/// stay although the server is there. An error means that it is not.
pub(crate) async fn deliver(
    client: &Client,
    spool: &Spool,
    options: &UploadOptions,
    guard: &RunGuard,
    progress: &Arc<dyn Progress>,
) -> Result<(Vec<Delivered>, u64), AgentError> {
    let (entries, broken) = spool.entries()?;
    let mut stay = broken.len() as u64;
    for folder in broken {
        let folder = folder.display();
        progress.trouble(&format!("what waits in {folder} cannot be understood"));
    }
    let mut delivered = Vec::new();
    let mine = |entry: &Entry| {
        let about = &entry.about;
        about.server == guard.server && guard.is_same_target(&about.target, &options.target)
    };
    for entry in entries.into_iter().filter(mine) {
        let captured_at = entry.about.captured_at;
        match send(client, &entry, options, guard, progress).await {
            Ok(done) => {
                progress.delivered(&done);
                delivered.push(done);
            }
            Err(AgentError::Client(error)) if error.is_temporary() => {
                return Err(error.into());
            }
            Err(error) => {
                stay += 1;
                let folder = entry.folder.display();
                let causes = causes(&error);
                progress.trouble(&format!(
                    "the backup of {captured_at} stays in {folder}: {causes}"
                ));
            }
        }
    }
    Ok((delivered, stay))
}

fn causes(error: &AgentError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

async fn send(
    client: &Client,
    entry: &Entry,
    options: &UploadOptions,
    guard: &RunGuard,
    progress: &Arc<dyn Progress>,
) -> Result<Delivered, AgentError> {
    let about = &entry.about;
    let kept = entry.clone();
    let is_sound = crate::work::spawn(move || is_sound(&kept)).await;
    let is_sound = is_sound.map_err(|_| AgentError::Thread)?;
    if !is_sound.map_err(AgentError::io("reading", entry.archive()))? {
        return Err(AgentError::SpoolBroken);
    }
    let options = UploadOptions {
        manual: about.manual,
        wait: true,
        create: false,
        idempotency_key: Some(about.idempotency_key.clone()),
        ..options.clone()
    };
    let TargetView { target, backups } = find_target(client, &options, guard, &**progress).await?;
    let is_zstd = Path::new(&about.file_name)
        .extension()
        .is_some_and(|ending| ending == "zst");
    let unpacks = target.target_type == TargetType::Multi;
    if is_zstd && unpacks && !client.features().has(Feature::Zstd) {
        return Err(AgentError::NoZstd);
    }
    let transferred = Transfer {
        incremental: None,
        target,
        before: backups.into_iter().map(|backup| backup.id).collect(),
        content: UploadSource::Kept(Arc::new(entry.clone())),
        file_name: about.file_name.clone(),
        floor: None,
    };
    let report = transfer(client, options, transferred, Arc::clone(progress)).await?;
    guard.remember(&report, about, &**progress);
    let removed = entry.remove();
    removed.map_err(AgentError::io("removing", entry.folder.clone()))?;
    Ok(Delivered {
        captured_at: about.captured_at,
        backup: report.backup,
        amount: about.amount,
    })
}

/// Returns true if it is what was written.
fn is_sound(entry: &Entry) -> io::Result<bool> {
    let mut hasher = Sha256::new();
    let mut file = entry.open()?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hex::encode(hasher.finalize()) == entry.about.sha256)
}
