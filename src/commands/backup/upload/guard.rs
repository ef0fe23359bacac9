//! Options for unattended runs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bchan_archive::Size;
use clap::Args;

use crate::config::{Length, UnattendedOptions};
use crate::context::Context;
use crate::error::CommandError;
use bchan_agent::{RunGuard, Spool};

/// Default for the percentage of the last backup that must be there.
const SHRINK_THRESHOLD: u8 = 50;

/// Longer than any run.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// Default for the size of a spool in bytes.
const SPOOL_LIMIT: Size = Size(10 << 30);

/// Options for unattended runs.
#[derive(Args, Debug)]
#[command(next_help_heading = "Unattended runs")]
pub(crate) struct GuardArgs {
    /// How long to wait for another run to the same target, e.g. 30m [default: 0s]
    ///
    /// Only one run per target at a time on a machine, and one command with --local per data folder. A
    /// run that does not get its turn ends with exit code 11.
    #[arg(long, value_name = "DURATION")]
    wait_lock: Option<Length>,

    /// Give up after this long, including waits and retries, e.g. 6h
    ///
    /// The exit code is then 75. Nothing is stored unless everything was already sent; the message
    /// says which.
    #[arg(long, value_name = "DURATION")]
    deadline: Option<Length>,

    /// Back up although most of the last backup's content is missing
    ///
    /// Without this option, a backup with fewer than half of the entries or bytes of the target's
    /// last one is not stored, and the exit code is 4: otherwise it could push out good backups. At
    /// a terminal you are asked. With this option the new size becomes the reference.
    #[arg(long)]
    allow_shrink: bool,

    /// Percentage of the last backup's entries and bytes required [default: 50]
    ///
    /// 0 disables the check.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    shrink_threshold: Option<u8>,

    /// Spool the backup in DIR while the server is unreachable
    ///
    /// The exit code is then 75. The next run to the target sends spooled backups first, oldest
    /// first. Spooled archives are compressed with gzip unless the server's answer is known.
    /// Standard input can be spooled only if nothing of it was sent.
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,

    /// Largest total size of the spool [default: 10GiB]
    ///
    /// When the spool is full, the run fails; no spooled backup is dropped.
    #[arg(long, value_name = "SIZE")]
    spool_limit: Option<Size>,
}

impl GuardArgs {
    /// An option beats the preset, which beats the profile.
    pub(crate) async fn guard(
        &self,
        context: &Context<'_>,
        preset: Option<(&str, &UnattendedOptions)>,
    ) -> Result<RunGuard, CommandError> {
        let settings = context.settings().await?;
        let (name, options) = match preset {
            Some((name, options)) => (Some(name.to_owned()), options.clone()),
            None => (None, UnattendedOptions::default()),
        };
        let server = settings.server.value.to_string();
        let state = context.state(server.clone());
        if state.is_none() {
            context.ui.warn(
                "neither XDG_STATE_HOME nor HOME says where to remember runs: nothing keeps a \
                 second one away",
            );
        }
        let threshold = self.shrink_threshold.or(options.shrink_threshold);
        let threshold = threshold.or(settings.shrink_threshold);
        let spool = self.spool.clone().or(options.spool);
        let spool = spool.or_else(|| settings.spool.clone());
        let limit = self.spool_limit.or(options.spool_limit);
        let limit = limit.or(settings.spool_limit).unwrap_or(SPOOL_LIMIT);
        let spool = spool.map(|folder| Spool {
            folder,
            limit: limit.0,
        });
        let begun = Instant::now();
        let wait_lock = length(self.wait_lock.or(options.wait_lock)).unwrap_or_default();
        context.wait_until(begun.checked_add(wait_lock).unwrap_or(begun + FOR_EVER));
        Ok(RunGuard {
            state,
            preset: name,
            wait_lock,
            deadline: length(self.deadline.or(options.deadline)),
            shrink_threshold: if self.allow_shrink {
                0
            } else {
                threshold.unwrap_or(SHRINK_THRESHOLD)
            },
            server,
            spool,
            sequential: false,
            begun,
            sent: Arc::default(),
            taken: Arc::default(),
            created: Arc::default(),
            kind: OnceLock::new(),
        })
    }
}

fn length(length: Option<Length>) -> Option<Duration> {
    length.map(|Length(length)| length)
}
