//! How the runs of a preset are looked after.

use std::path::PathBuf;

use bchan_client::Monitor;
use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use toml_edit::{Array, Value};

use super::Length;

/// Options of a preset for its runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Care {
    /// How old the last backup may become.
    pub(crate) max_age: Option<Length>,
    /// How long to wait for another run to the same target.
    pub(crate) wait_lock: Option<Length>,
    /// How long a run may take.
    pub(crate) deadline: Option<Length>,
    /// Percent of the last backup below which a backup counts as collapsed.
    pub(crate) shrink_threshold: Option<u8>,
    /// A program and its arguments, without which there is no backup.
    pub(crate) before: Vec<String>,
    /// A command that runs after the others, whatever has happened.
    pub(crate) after: Vec<String>,
    /// One for a whole backup.
    pub(crate) on_success: Vec<String>,
    /// One for everything else.
    pub(crate) on_failure: Vec<String>,
    /// How long each of these may take.
    pub(crate) hook_timeout: Option<Length>,
    /// Where a monitor is told of each run.
    pub(crate) ping: Option<String>,
    /// Where backups wait while the server is away.
    pub(crate) spool: Option<PathBuf>,
    /// Most bytes that wait there.
    pub(crate) spool_limit: Option<ByteSize>,
}

#[cfg(test)]
/// Names in the file of what a preset says of its runs.
pub(crate) const CARE: [&str; 12] = [
    "max_age",
    "wait_lock",
    "deadline",
    "shrink_threshold",
    "before",
    "after",
    "on_success",
    "on_failure",
    "hook_timeout",
    "ping",
    "spool",
    "spool_limit",
];

impl Care {
    /// Returns the entries as they are in the file.
    pub(crate) fn entries(&self) -> Vec<(&'static str, Value)> {
        let Self {
            max_age,
            wait_lock,
            deadline,
            shrink_threshold,
            before,
            after,
            on_success,
            on_failure,
            hook_timeout,
            ping,
            spool,
            spool_limit,
        } = self;
        let lengths = [
            ("max_age", max_age),
            ("wait_lock", wait_lock),
            ("deadline", deadline),
            ("hook_timeout", hook_timeout),
        ];
        let lengths = lengths.into_iter().filter_map(|(name, length)| {
            let length = (*length)?;
            Some((name, Value::from(length.to_string())))
        });
        let mut entries: Vec<_> = lengths.collect();
        entries.extend(
            shrink_threshold.map(|percent| ("shrink_threshold", i64::from(percent).into())),
        );
        let hooks = [
            ("before", before),
            ("after", after),
            ("on_success", on_success),
            ("on_failure", on_failure),
        ];
        for (name, words) in hooks.into_iter().filter(|(_, words)| !words.is_empty()) {
            entries.push((name, Value::Array(words.iter().collect::<Array>())));
        }
        entries.extend(ping.as_ref().map(|url| ("ping", url.into())));
        let spool = spool.as_ref().map(|folder| folder.to_string_lossy());
        entries.extend(spool.map(|folder| ("spool", folder.into_owned().into())));
        entries.extend(spool_limit.map(|size| ("spool_limit", size.to_string().into())));
        entries
    }

    /// Returns true if commands run around its backups.
    pub(crate) fn has_hooks(&self) -> bool {
        let hooks = [
            &self.before,
            &self.after,
            &self.on_success,
            &self.on_failure,
        ];
        hooks.into_iter().any(|words| !words.is_empty())
    }

    /// The first thing that makes no sense: which field, and what is wrong with it.
    pub(super) fn nonsense(&self) -> Option<(&'static str, String)> {
        if self.shrink_threshold > Some(100) {
            return Some(("shrink_threshold", "is more than 100 percent".to_owned()));
        }
        let is_none = |url: &String| !Monitor::is_address(url);
        if self.ping.as_ref().is_some_and(is_none) {
            return Some(("ping", "does not begin with http:// or https://".to_owned()));
        }
        None
    }
}
