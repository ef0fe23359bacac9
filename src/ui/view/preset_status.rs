//! How the presets are doing.

use std::fmt;

use serde::Serialize;

use super::{Page, View, clean};
use bchan_agent::Success;

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
}

/// True if it is time to worry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    /// Not older than `max_age`, or no `max_age` is set.
    Ok,
    /// Older than it may be.
    Late,
    /// Never backed up from this machine.
    Never,
}

impl Health {
    pub(crate) fn of(age: Option<u64>, max_age: Option<u64>) -> Self {
        match (age, max_age) {
            (None, _) => Self::Never,
            (Some(age), Some(most)) if age > most => Self::Late,
            _ => Self::Ok,
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Late => "late",
            Self::Never => "never",
        })
    }
}

impl PresetState {
    /// Returns true if the state needs attention. Having no backup at all is too old for any age.
    pub(crate) fn is_late(&self) -> bool {
        self.max_age.is_some() && self.health != Health::Ok
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
            "max age",
            "files",
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
                preset.max_age.map_or_else(none, |age| page.seconds(age)),
                last.map_or_else(none, |last| last.files.to_string()),
                last.map_or_else(none, |last| page.size(last.bytes)),
            ]);
        }
        table.right(5).right(6).to_string()
    }

    fn ids(&self) -> Option<Vec<String>> {
        let names = self.presets.iter();
        Some(names.map(|preset| preset.name.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_judged_by_the_preset_s_own() {
        assert_eq!(Health::of(Some(10), Some(10)), Health::Ok);
        assert_eq!(Health::of(Some(11), Some(10)), Health::Late);
        assert_eq!(Health::of(Some(11), None), Health::Ok);
        assert_eq!(Health::of(None, None), Health::Never);
    }
}
