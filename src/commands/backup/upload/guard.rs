//! Options for unattended runs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use clap::Args;

use crate::config::{Care, Length};
use crate::context::Context;
use crate::error::CommandError;
use bchan_agent::{RunGuard, Spool};

/// Percent of the last backup that must be there unless somebody says otherwise.
const SHRINK_THRESHOLD: u8 = 50;

/// Most bytes in a spool unless somebody says otherwise.
const SPOOL_LIMIT: ByteSize = ByteSize::gib(10);

/// Options for runs that nobody watches.
#[derive(Args, Debug)]
#[command(next_help_heading = "Unattended runs")]
pub(crate) struct GuardArgs {
    /// Wait so long for another run to the same target, such as 30m [default: 0s]
    ///
    /// There is one run at a time for each target on a machine. A run that comes too early ends
    /// with exit code 11.
    #[arg(long, value_name = "DURATION")]
    wait_lock: Option<Length>,

    /// Give up after so long, such as 6h, with all waiting and trying again
    ///
    /// The exit code is 75 then. Nothing is stored, unless all of it was sent by then: the message
    /// says so.
    #[arg(long, value_name = "DURATION")]
    deadline: Option<Length>,

    /// Back up although most of what the last backup has is missing
    ///
    /// Without this, a backup with fewer files or bytes than half of the target's last one is not
    /// stored, and the exit code is 3: good backups would make room for it. From then on the new
    /// size is the usual one.
    #[arg(long)]
    allow_shrink: bool,

    /// Percent of the last backup's files and bytes that must be there [default: 50]
    ///
    /// 0 for anything.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    shrink_threshold: Option<u8>,

    /// Keep the backup in DIR while the server is away, and send it with the next run
    ///
    /// The exit code is 75 then. The next run to the target sends what waits before its own, the
    /// oldest first. Without a server to say what it takes, archives are compressed with gzip. What
    /// comes from standard input can be kept only if nothing of it has been sent.
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,

    /// Keep no more than SIZE in the spool [default: 10GiB]
    ///
    /// Nothing that waits there makes room for something new: when it is full, the run fails.
    #[arg(long, value_name = "SIZE")]
    spool_limit: Option<ByteSize>,
}

impl GuardArgs {
    /// An option beats the preset, which beats the profile.
    pub(crate) async fn guard(
        &self,
        context: &Context<'_>,
        preset: Option<(&str, &Care)>,
    ) -> Result<RunGuard, CommandError> {
        let settings = context.settings().await?;
        let (name, care) = match preset {
            Some((name, care)) => (Some(name.to_owned()), care.clone()),
            None => (None, Care::default()),
        };
        let server = settings.server.value.to_string();
        let state = context.state(server.clone());
        if state.is_none() {
            context.ui.warn(
                "neither XDG_STATE_HOME nor HOME says where to remember runs: nothing keeps a \
                 second one away",
            );
        }
        let threshold = self.shrink_threshold.or(care.shrink_threshold);
        let threshold = threshold.or(settings.shrink_threshold);
        let spool = self.spool.clone().or(care.spool);
        let spool = spool.or_else(|| settings.spool.clone());
        let limit = self.spool_limit.or(care.spool_limit);
        let limit = limit.or(settings.spool_limit).unwrap_or(SPOOL_LIMIT);
        let spool = spool.map(|folder| Spool {
            folder,
            limit: limit.as_u64(),
        });
        Ok(RunGuard {
            state,
            preset: name,
            wait_lock: length(self.wait_lock.or(care.wait_lock)).unwrap_or_default(),
            deadline: length(self.deadline.or(care.deadline)),
            shrink_threshold: if self.allow_shrink {
                0
            } else {
                threshold.unwrap_or(SHRINK_THRESHOLD)
            },
            server,
            spool,
            sequential: false,
            begun: Instant::now(),
            sent: Arc::default(),
            taken: Arc::default(),
            kind: OnceLock::new(),
        })
    }
}

fn length(length: Option<Length>) -> Option<Duration> {
    length.map(|Length(length)| length)
}
