//! Options of a preset for unattended runs.

#![allow(clippy::doc_markdown, reason = "the help is plain text")]

use std::path::PathBuf;
use std::str::FromStr;

use bchan_archive::Size;
use bchan_client::Monitor;
use clap::Args;
use serde::{Deserialize, Serialize, Serializer};

use super::Length;

/// Options of a preset for its runs, on the command line and in the configuration file.
#[derive(Args, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[command(next_help_heading = "Unattended runs")]
pub(crate) struct UnattendedOptions {
    /// Largest age of the last backup for `bchan preset status`, such as 26h or 2d
    #[arg(long, value_name = "DURATION")]
    pub(crate) max_age: Option<Length>,

    /// How long to wait for another run to the same target
    #[arg(long, value_name = "DURATION")]
    pub(crate) wait_lock: Option<Length>,

    /// Give up after this long
    #[arg(long, value_name = "DURATION")]
    pub(crate) deadline: Option<Length>,

    /// Required percentage of the last backup's files and bytes
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) shrink_threshold: Option<u8>,

    /// Run COMMAND before the backup; if it fails, no backup is made
    ///
    /// COMMAND is split into words like in a shell, but run without one; use `sh -c '...'` for a
    /// shell. Later hooks get the result in BCHAN_STATUS, BCHAN_EXIT_CODE, BCHAN_BACKUP_ID,
    /// BCHAN_FILES and BCHAN_BYTES; all hooks get BCHAN_PRESET and BCHAN_TARGET.
    #[serde(serialize_with = "or_empty")]
    #[arg(long, value_name = "COMMAND")]
    pub(crate) before: Option<Words>,

    /// Run COMMAND at the end, whatever happened after --before
    ///
    /// A hook failing after the backup only causes a warning and does not change the exit code.
    #[serde(serialize_with = "or_empty")]
    #[arg(long, value_name = "COMMAND")]
    pub(crate) after: Option<Words>,

    /// Run COMMAND when the exit code is 0
    #[serde(serialize_with = "or_empty")]
    #[arg(long, value_name = "COMMAND")]
    pub(crate) on_success: Option<Words>,

    /// Run COMMAND when the exit code is not 0, which includes incomplete backups
    #[serde(serialize_with = "or_empty")]
    #[arg(long, value_name = "COMMAND")]
    pub(crate) on_failure: Option<Words>,

    /// Kill a hook and its children after this long [default: 1h]
    #[arg(long, value_name = "DURATION")]
    pub(crate) hook_timeout: Option<Length>,

    /// Ping a healthchecks-style monitor: URL/start, URL on success, URL/EXIT-CODE
    ///
    /// Each ping is a POST with a summary. An unreachable monitor only causes a warning.
    #[arg(long, value_name = "URL")]
    pub(crate) ping: Option<String>,

    /// Spool backups in DIR while the server is unreachable
    #[arg(long, value_name = "DIR")]
    pub(crate) spool: Option<PathBuf>,

    /// Largest total size of the spool
    #[arg(long, value_name = "SIZE")]
    pub(crate) spool_limit: Option<Size>,
}

/// A program and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Words(pub(crate) Vec<String>);

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

/// Presets without a hook show an empty list.
#[expect(clippy::ref_option, reason = "serde passes the field")]
fn or_empty<S: Serializer>(words: &Option<Words>, serializer: S) -> Result<S::Ok, S::Error> {
    UnattendedOptions::hook(words.as_ref()).serialize(serializer)
}

impl UnattendedOptions {
    /// The program of a hook and its arguments; empty if there is none.
    pub(crate) fn hook(words: Option<&Words>) -> &[String] {
        words.map_or(&[], |Words(words)| words)
    }

    /// Returns true if commands run around its backups.
    pub(crate) fn has_hooks(&self) -> bool {
        let hooks = [
            &self.before,
            &self.after,
            &self.on_success,
            &self.on_failure,
        ];
        let mut hooks = hooks.into_iter().map(Option::as_ref);
        hooks.any(|words| !Self::hook(words).is_empty())
    }

    /// The first invalid field, and what is wrong with it.
    pub(super) fn validate(&self) -> Option<(&'static str, String)> {
        if self.shrink_threshold > Some(100) {
            return Some(("shrink_threshold", "is more than 100 percent".to_owned()));
        }
        let is_invalid = |url: &String| !Monitor::is_address(url);
        if self.ping.as_ref().is_some_and(is_invalid) {
            return Some(("ping", "does not begin with http:// or https://".to_owned()));
        }
        None
    }
}
