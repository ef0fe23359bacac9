//! An upload that can be left alone: one at a time, not for ever, and not of a source that has
//! collapsed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bchan_client::{Client, Error};

use crate::error::AgentError;
use crate::options::UploadOptions;
use crate::plan::Plan;
use crate::progress::{Phase, Progress};
use crate::report::Delivered;
use crate::report::UploadReport;
use crate::run_guard::RunGuard;
use crate::sequential::upload_sequentially;
use crate::spool::{self, Wanted};
use crate::upload::upload;

/// Uploads under a [`RunGuard`]. The caller holds the lock of the target and enforces the deadline.
pub async fn run(
    client: &Client,
    options: UploadOptions,
    guard: &RunGuard,
    progress: Arc<dyn Progress>,
) -> Result<UploadReport, AgentError> {
    let watched = Arc::new(Watched {
        inner: Arc::clone(&progress),
        sent: Arc::clone(&guard.sent),
        taken: Arc::clone(&guard.taken),
        sending: AtomicBool::new(false),
    });
    let name = options.target.clone();
    progress.phase(Phase::Preparing);
    let report = if guard.sequential {
        Box::pin(upload_sequentially(client, options, guard, watched)).await?
    } else {
        Box::pin(spooled(client, options, guard, watched)).await?
    };
    guard.keep(&report, &name, guard.preset.as_deref(), &*progress, |_| ());
    Ok(report)
}

/// Uploads. What waits goes first, and with the server away, this one waits, too.
async fn spooled(
    client: &Client,
    options: UploadOptions,
    guard: &RunGuard,
    progress: Arc<Watched>,
) -> Result<UploadReport, AgentError> {
    let Some(spool) = &guard.spool else {
        let plan = Plan::new(&options.what, options.allow_empty)?;
        return upload(client, plan, options, guard, progress).await;
    };
    let delivering = spool::deliver(client, spool, &options, guard, &progress.inner);
    let delivering = delivering.await;
    // What has waited is sound, whatever has become of the source since.
    let plan = Plan::new(&options.what, options.allow_empty)?;
    let outcome = match delivering {
        Ok((delivered, stay)) => {
            let plan = plan.clone();
            let sent = upload(client, plan, options.clone(), guard, progress.clone()).await;
            sent.map(|mut report| {
                report.complete &= stay == 0;
                report.delivered = delivered;
                report
            })
        }
        Err(error) => Err(error),
    };
    let error = match outcome {
        Err(AgentError::Client(error)) if error.is_temporary() => error,
        other => return other,
    };
    let is_gone = plan.is_read_once() && progress.sending.load(Ordering::Relaxed);
    if is_gone || guard.taken.load(Ordering::Relaxed) {
        // Its beginning has been read already; or the server has it, whatever it makes of it.
        return Err(error.into());
    }
    let (content, file_name) = guard.content(client, plan, &options)?;
    let wanted = Wanted {
        content,
        file_name,
        floor: guard.known_floor(&options.target),
        server: guard.server.clone(),
        target: options.target,
        preset: guard.preset.clone(),
        manual: options.manual,
    };
    Err(spool::keep(spool, wanted, error, progress).await)
}

/// Remembers how far it has come.
struct Watched {
    inner: Arc<dyn Progress>,
    sent: Arc<AtomicBool>,
    taken: Arc<AtomicBool>,
    /// True if it has begun to be read.
    sending: AtomicBool,
}

impl Progress for Watched {
    fn phase(&self, phase: Phase) {
        // What was once sent may have arrived, whatever becomes of another try.
        let reached = match phase {
            Phase::Sending => &[&self.sending][..],
            Phase::Sent => &[&*self.sent],
            Phase::Waiting | Phase::Done => &[&*self.sent, &*self.taken],
            Phase::Preparing | Phase::Receiving => &[],
        };
        for flag in reached {
            flag.store(true, Ordering::Relaxed);
        }
        self.inner.phase(phase);
    }

    fn wants_total(&self) -> bool {
        self.inner.wants_total()
    }

    fn total(&self, files: u64, bytes: u64, known: bool) {
        self.inner.total(files, bytes, known);
    }

    fn entry(&self, path: &Path) {
        self.inner.entry(path);
    }

    fn bytes(&self, count: u64) {
        self.inner.bytes(count);
    }

    fn retrying(&self, attempt: u32, error: &Error, wait: Duration) {
        self.inner.retrying(attempt, error, wait);
    }

    fn delivered(&self, delivered: &Delivered) {
        self.inner.delivered(delivered);
    }

    fn created(&self, target: &str) {
        self.inner.created(target);
    }

    fn trouble(&self, message: &str) {
        self.inner.trouble(message);
    }
}
