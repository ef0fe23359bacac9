//! What a run is guarded by.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use crate::agent::Guard;
use crate::config::{Care, Length};
use crate::context::Context;
use crate::error::CommandError;

/// Percent of the last backup that must be there unless somebody says otherwise.
const SHRINK_THRESHOLD: u8 = 50;

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
    /// Nothing is stored then, and the exit code is 75.
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
}

impl GuardArgs {
    /// An option beats the preset, which beats the profile.
    pub(crate) async fn guard(
        &self,
        context: &Context<'_>,
        preset: Option<(&str, &Care)>,
    ) -> Result<Guard, CommandError> {
        let settings = context.settings().await?;
        let (name, care) = match preset {
            Some((name, care)) => (Some(name.to_owned()), care.clone()),
            None => (None, Care::default()),
        };
        let state = context.state(settings.server.value.to_string());
        if state.is_none() {
            context.ui.warn(
                "neither XDG_STATE_HOME nor HOME says where to remember runs: nothing keeps a \
                 second one away",
            );
        }
        let threshold = self.shrink_threshold.or(care.shrink_threshold);
        let threshold = threshold.or(settings.shrink_threshold);
        Ok(Guard {
            state,
            preset: name,
            wait_lock: length(self.wait_lock.or(care.wait_lock)).unwrap_or_default(),
            deadline: length(self.deadline.or(care.deadline)),
            shrink_threshold: if self.allow_shrink {
                0
            } else {
                threshold.unwrap_or(SHRINK_THRESHOLD)
            },
            sequential: false,
            begun: Instant::now(),
            taken: Arc::default(),
        })
    }
}

fn length(length: Option<Length>) -> Option<Duration> {
    length.map(|Length(length)| length)
}
