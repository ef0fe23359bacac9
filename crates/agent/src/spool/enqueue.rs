//! Into the spool.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bchan_api::Time;
use bchan_client::Error;

use super::entry::{ABOUT, ARCHIVE, About, ENTRY, PARTIAL};
use super::folder::Spool;
use super::writer::{Signs, Writer};
use crate::amount::Amount;
use crate::atomic_file::{self, Access};
use crate::error::AgentError;
use crate::floor::ShrinkLimit;
use crate::pack_stream::{ProduceError, UploadSource, produce};
use crate::progress::Progress;

/// A backup to be spooled.
pub(crate) struct Wanted {
    pub content: UploadSource,
    pub file_name: String,
    pub floor: Option<ShrinkLimit>,
    pub server: String,
    pub target: String,
    pub preset: Option<String>,
    pub manual: bool,
}

/// Puts an archive where it waits for the server, and gives the error that says so.
pub(crate) async fn keep(
    spool: &Spool,
    wanted: Wanted,
    why: Error,
    progress: Arc<dyn Progress>,
) -> AgentError {
    match put(spool, wanted, progress).await {
        Ok(()) => AgentError::Spooled {
            folder: spool.folder.clone(),
            source: why,
        },
        Err(Refusal::Full) => AgentError::SpoolFull {
            folder: spool.folder.clone(),
            source: why,
        },
        Err(Refusal::Other(error)) => error,
    }
}

enum Refusal {
    /// There is no room.
    Full,
    Other(AgentError),
}

impl From<AgentError> for Refusal {
    fn from(error: AgentError) -> Self {
        Self::Other(error)
    }
}

async fn put(spool: &Spool, wanted: Wanted, progress: Arc<dyn Progress>) -> Result<(), Refusal> {
    let captured_at = Time::now();
    spool.prepare()?;
    let _lock = spool.lock().await?;
    let room = spool.limit.saturating_sub(spool.used()?);
    let id = uuid::Uuid::new_v4();
    let partial = Partial(spool.folder.join(format!("{PARTIAL}{id}")));
    let made = DirBuilder::new().mode(0o700).create(&partial.0);
    made.map_err(AgentError::io("making", partial.0.clone()))?;

    let signs = Arc::new(Signs::default());
    let path = partial.0.join(ARCHIVE);
    let writer = Writer::create(&path, room, Arc::clone(&signs));
    let writer = writer.map_err(AgentError::io("making", path.clone()))?;
    let stop = Stop(Arc::clone(&signs));
    let (feed, pump) = wanted.content.begin().await?;
    let (content, floor) = (wanted.content.clone(), wanted.floor);
    let produce = move || produce(&content, feed, writer, progress, (floor, None));
    let mut producer = crate::work::spawn(produce);
    let produced = tokio::select! {
        produced = &mut producer => produced,
        pumped = pump => {
            pumped?;
            producer.await
        }
    };
    let produced = match produced.map_err(|_| AgentError::Thread)? {
        Ok(produced) => produced,
        Err(_) if signs.full.load(Ordering::Relaxed) => return Err(Refusal::Full),
        Err(ProduceError::Empty(error)) => return Err((*error).into()),
        Err(ProduceError::Pack(error)) => return Err(AgentError::Pack(error).into()),
        Err(ProduceError::Shrunk(shrunk)) => return Err(AgentError::Shrunk(shrunk).into()),
    };
    drop(stop);
    let about = About {
        version: 1,
        server: wanted.server,
        target: wanted.target,
        idempotency_key: id.to_string(),
        manual: wanted.manual,
        captured_at,
        preset: wanted.preset,
        file_name: wanted.file_name,
        amount: Amount::from(&produced.summary),
        complete: produced.summary.is_complete(),
        size: produced.sent,
        sha256: produced.hashes.file,
        tree: produced.hashes.tree,
        receipt: produced.hashes.receipt,
        may_unpack: produced.hashes.may_unpack,
        leads_out: produced.hashes.leads_out,
    };
    // By name, the oldest comes first.
    let name = format!("{ENTRY}{:012}-{id}", captured_at.unix_seconds().max(0));
    complete(&partial.0, &about, &spool.folder.join(name))?;
    partial.disarm();
    Ok(())
}

/// With this, it is there.
fn complete(partial: &Path, about: &About, entry: &Path) -> Result<(), AgentError> {
    let path = partial.join(ABOUT);
    let text = serde_json::to_vec_pretty(about).map_err(std::io::Error::other);
    let write = text.and_then(|text| {
        atomic_file::write(&path, &text, Access::Private)?;
        let entries = File::open(entry.parent().unwrap_or(Path::new(".")))?;
        fs::rename(partial, entry)?;
        entries.sync_all()
    });
    write.map_err(AgentError::io("writing", path))
}

/// A folder that goes unless it becomes an entry.
struct Partial(PathBuf);

impl Partial {
    fn disarm(mut self) {
        self.0 = PathBuf::new();
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // What is left is removed by the next run.
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// Stops the writing thread when its result is not needed any more.
struct Stop(Arc<Signs>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}
