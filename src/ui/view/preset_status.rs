//! How the presets are doing.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::{Page, View, clean};
use bchan_agent::{LastRun, Success};

/// Presets and their last backups.
#[derive(Debug, Serialize)]
pub(crate) struct PresetStates {
    /// By name, or in the order in which they were named.
    pub(crate) presets: Vec<PresetState>,
}

/// A preset and its last backup.
#[derive(Debug, Serialize)]
pub(crate) struct PresetState {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) health: Health,
    /// Seconds since the last success.
    pub(crate) age: Option<u64>,
    /// Seconds that it may have.
    pub(crate) max_age: Option<u64>,
    /// The last success.
    pub(crate) last: Option<Success>,
    /// The last run, whatever came of it.
    pub(crate) last_run: Option<LastRun>,
}

/// How a preset is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    /// The last run stored everything, and its backup is not older than `max_age`.
    Ok,
    /// The last run stored a backup without some of the files.
    Incomplete,
    /// The last run has not ended: it is under way, or it was killed.
    Unfinished,
    /// The last run failed.
    Failed,
    /// The last backup is older than `max_age`.
    Late,
    /// Never run on this machine.
    Never,
}

impl Health {
    pub(crate) fn of(age: Option<u64>, max_age: Option<u64>, last_run: Option<&LastRun>) -> Self {
        let late = age.zip(max_age).is_some_and(|(age, most)| age > most);
        let exit = last_run.map(|run| run.end.as_ref().map(|end| end.exit));
        match (age, exit) {
            _ if late => Self::Late,
            (None, None) => Self::Never,
            (_, Some(None)) => Self::Unfinished,
            (_, Some(Some(0)) | None) => Self::Ok,
            (_, Some(Some(3))) => Self::Incomplete,
            (_, Some(Some(_))) => Self::Failed,
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Incomplete => "incomplete",
            Self::Unfinished => "unfinished",
            Self::Failed => "failed",
            Self::Late => "late",
            Self::Never => "never",
        })
    }
}

impl PresetState {
    /// Returns true if the last backup is too old, or, where no age is set, if the last run failed.
    /// Having no backup at all is too old for any age.
    pub(crate) fn needs_attention(&self) -> bool {
        match self.max_age {
            Some(_) => self.health == Health::Late || self.age.is_none(),
            None => self.health == Health::Failed,
        }
    }

    /// The time of the last run, and what came of it.
    fn run(&self, page: &Page) -> String {
        match &self.last_run {
            None => "-".to_owned(),
            Some(LastRun { begun, end: None }) => format!("began {}", page.time(*begun)),
            Some(LastRun { end: Some(end), .. }) => match end.exit {
                0 => page.time(end.at),
                exit => format!("exit {exit}, {}", page.time(end.at)),
            },
        }
    }
}

impl View for PresetStates {
    const LISTS: &'static [&'static str] = &["presets"];

    fn text(&self, page: &Page) -> String {
        if self.presets.is_empty() {
            return "There are no presets.\n".to_owned();
        }
        let none = || "-".to_owned();
        let columns = [
            "name",
            "target",
            "health",
            "last backup",
            "last run",
            "max age",
            "size",
        ];
        let mut table = page.table(&columns);
        for preset in &self.presets {
            let last = preset.last.as_ref();
            table.row([
                clean(&preset.name),
                clean(&preset.target),
                preset.health.to_string(),
                last.map_or_else(none, |last| page.time(last.at)),
                preset.run(page),
                preset.max_age.map_or_else(none, |age| page.seconds(age)),
                last.map_or_else(none, |last| page.size(last.amount.bytes)),
            ]);
        }
        let mut text = table.right(6).to_string();
        for preset in &self.presets {
            let end = preset.last_run.as_ref().and_then(|run| run.end.as_ref());
            if let Some(end) = end.filter(|end| end.exit != 0) {
                // Writing to a `String` cannot fail.
                let _ = writeln!(text, "{}: {}", clean(&preset.name), clean(&end.message));
            }
        }
        text
    }

    fn ids(&self) -> Option<Vec<String>> {
        let names = self.presets.iter();
        Some(names.map(|preset| preset.name.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use bchan_agent::RunEnd;
    use bchan_api::Time;

    use super::*;
    use crate::ui::page::tests::script;

    fn run(exit: Option<u8>) -> LastRun {
        let at = Time::from_unix_seconds(1);
        let end = exit.map(|exit| RunEnd {
            at,
            exit,
            message: "cannot reach the server".to_owned(),
        });
        LastRun { begun: at, end }
    }

    #[test]
    fn health_is_that_of_the_age_and_of_the_last_run() {
        let health = |age, max_age, exit: Option<Option<u8>>| {
            Health::of(age, max_age, exit.map(run).as_ref())
        };
        assert_eq!(health(Some(10), Some(10), Some(Some(0))), Health::Ok);
        assert_eq!(health(Some(11), Some(10), Some(Some(75))), Health::Late);
        assert_eq!(health(Some(11), None, None), Health::Ok);
        assert_eq!(health(Some(11), None, Some(Some(3))), Health::Incomplete);
        assert_eq!(health(Some(11), None, Some(Some(4))), Health::Failed);
        assert_eq!(health(None, None, Some(Some(1))), Health::Failed);
        assert_eq!(health(Some(1), None, Some(None)), Health::Unfinished);
        assert_eq!(health(None, None, None), Health::Never);
    }

    #[test]
    fn a_failed_run_is_explained_below_the_table() {
        let state = PresetState {
            name: "docs".into(),
            target: "docs".into(),
            health: Health::Failed,
            age: None,
            max_age: None,
            last: None,
            last_run: Some(run(Some(75))),
        };
        assert!(state.needs_attention());
        let states = PresetStates {
            presets: vec![state],
        };
        let text = states.text(&script());
        assert!(text.contains("exit 75"), "{text}");
        assert!(text.ends_with("docs: cannot reach the server\n"), "{text}");
    }
}
