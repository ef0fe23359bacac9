//! Options of a preset for its runs.

use std::path::PathBuf;
use std::str::FromStr;

use bytesize::ByteSize;
use clap::{Args, ValueEnum};

use super::anchored;
use crate::config::{Care, Length};
use crate::error::CommandError;

/// Options for what a preset says of its runs.
#[derive(Args, Debug)]
#[command(next_help_heading = "Unattended runs")]
pub(super) struct CareArgs {
    /// Largest age of the last backup for `bchan preset status`, such as 26h or 2d
    #[arg(long, value_name = "DURATION")]
    max_age: Option<Length>,

    /// How long to wait for another run to the same target
    #[arg(long, value_name = "DURATION")]
    wait_lock: Option<Length>,

    /// Give up after this long
    #[arg(long, value_name = "DURATION")]
    deadline: Option<Length>,

    /// Required percentage of the last backup's files and bytes
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    shrink_threshold: Option<u8>,

    /// Run COMMAND before the backup; if it fails, no backup is made
    ///
    /// COMMAND is split into words like in a shell, but run without one; use `sh -c '...'` for a
    /// shell. Later hooks get the result in BCHAN_STATUS, BCHAN_EXIT_CODE, BCHAN_BACKUP_ID,
    /// BCHAN_FILES and BCHAN_BYTES; all hooks get BCHAN_PRESET and BCHAN_TARGET.
    #[arg(long, value_name = "COMMAND")]
    before: Option<Words>,

    /// Run COMMAND at the end, whatever happened after --before
    ///
    /// A hook failing after the backup only causes a warning and does not change the exit code.
    #[arg(long, value_name = "COMMAND")]
    after: Option<Words>,

    /// Run COMMAND when the exit code is 0
    #[arg(long, value_name = "COMMAND")]
    on_success: Option<Words>,

    /// Run COMMAND when the exit code is not 0, which includes incomplete backups
    #[arg(long, value_name = "COMMAND")]
    on_failure: Option<Words>,

    /// Kill a hook and its children after this long [default: 1h]
    #[arg(long, value_name = "DURATION")]
    hook_timeout: Option<Length>,

    /// Ping a healthchecks-style monitor: URL/start, URL on success, URL/EXIT-CODE
    ///
    /// Each ping is a POST with a summary. An unreachable monitor only causes a warning.
    #[arg(long, value_name = "URL")]
    ping: Option<String>,

    /// Spool backups in DIR while the server is unreachable
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,

    /// Largest total size of the spool
    #[arg(long, value_name = "SIZE")]
    spool_limit: Option<ByteSize>,
}

/// A program and its arguments.
#[derive(Clone, Debug)]
struct Words(Vec<String>);

impl FromStr for Words {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words = shlex::split(text).ok_or("a quote is not closed")?;
        if words.is_empty() {
            return Err("there is no program in it");
        }
        Ok(Self(words))
    }
}

/// A key by its name in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum CareKey {
    MaxAge,
    WaitLock,
    Deadline,
    ShrinkThreshold,
    Before,
    After,
    OnSuccess,
    OnFailure,
    HookTimeout,
    Ping,
    Spool,
    SpoolLimit,
}

impl CareKey {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::MaxAge => "max_age",
            Self::WaitLock => "wait_lock",
            Self::Deadline => "deadline",
            Self::ShrinkThreshold => "shrink_threshold",
            Self::Before => "before",
            Self::After => "after",
            Self::OnSuccess => "on_success",
            Self::OnFailure => "on_failure",
            Self::HookTimeout => "hook_timeout",
            Self::Ping => "ping",
            Self::Spool => "spool",
            Self::SpoolLimit => "spool_limit",
        }
    }
}

impl CareArgs {
    pub(super) fn care(&self) -> Result<Care, CommandError> {
        Ok(Care {
            max_age: self.max_age,
            wait_lock: self.wait_lock,
            deadline: self.deadline,
            shrink_threshold: self.shrink_threshold,
            before: words(self.before.as_ref()),
            after: words(self.after.as_ref()),
            on_success: words(self.on_success.as_ref()),
            on_failure: words(self.on_failure.as_ref()),
            hook_timeout: self.hook_timeout,
            ping: self.ping.clone(),
            spool: self.spool.as_ref().map(anchored).transpose()?,
            spool_limit: self.spool_limit,
        })
    }
}

fn words(words: Option<&Words>) -> Vec<String> {
    words.map(|Words(words)| words.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PRESET_CARE;

    #[test]
    fn keys_are_those_of_the_file() {
        let keys = CareKey::value_variants();
        let names: Vec<_> = keys.iter().map(|key| key.name()).collect();
        assert_eq!(names, PRESET_CARE);
        for key in keys {
            assert_eq!(key.to_possible_value().unwrap().get_name(), key.name());
        }
    }
}
