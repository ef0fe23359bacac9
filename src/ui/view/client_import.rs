//! The report of an import from the Python client.

use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::{Page, View, clean};

/// Outcome for one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Imported {
    /// It was taken over.
    Taken,
    /// It was there already.
    Present,
    /// Something else has its name, and stays.
    Other,
}

/// All that was taken over.
#[derive(Debug, Default)]
pub(crate) struct ClientImport {
    /// The profile that its server has become.
    pub(crate) profile: Option<(String, Imported)>,
    pub(crate) presets: Vec<(String, Imported)>,
    /// Outcome for the key.
    pub(crate) key: Option<String>,
    /// True if nothing was changed in truth.
    pub(crate) dry_run: bool,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    outcome: Imported,
}

struct All<'a>(&'a [(String, Imported)]);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (name, outcome) in self.0 {
            let outcome = *outcome;
            list.serialize_element(&Named { name, outcome })?;
        }
        list.end()
    }
}

impl Serialize for ClientImport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let profile = self.profile.as_ref();
        let profile = profile.map(|(name, outcome)| Named {
            name,
            outcome: *outcome,
        });
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("dry_run", &self.dry_run)?;
        map.serialize_entry("profile", &profile)?;
        map.serialize_entry("presets", &All(&self.presets))?;
        map.serialize_entry("key", &self.key)?;
        map.end()
    }
}

impl View for ClientImport {
    fn text(&self, _: &Page) -> String {
        let taken = if self.dry_run {
            "would be taken over"
        } else {
            "taken over"
        };
        let says = |outcome: Imported| match outcome {
            Imported::Taken => taken,
            Imported::Present => "here already",
            Imported::Other => "not taken over, another one has this name; --overwrite replaces it",
        };
        let profile = self.profile.iter().map(|(name, o)| ("profile", name, *o));
        let presets = self.presets.iter().map(|(name, o)| ("preset", name, *o));
        let lines = profile.chain(presets);
        let line = |(kind, name, outcome): (&str, &String, Imported)| {
            let (name, says) = (clean(name), says(outcome));
            format!("{kind} {name}: {says}\n")
        };
        let key = self.key.as_deref().map(clean);
        let key = key.map(|key| format!("API key: {key}\n"));
        lines.map(line).chain(key).collect()
    }
}
