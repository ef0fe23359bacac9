//! Targets: what backups are kept of, where, and for how long.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::flag;

/// Declares a field-less enum together with its wire names, in both directions.
macro_rules! wire_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    format!("`{text}` is not one of: {}", known.join(", "))
                })
            }
        }
    };
}

wire_enum! {
    /// True if a backup of a target is one file or a tree of files.
    TargetType {
        /// One file, stored as it was uploaded.
        Single = "single",
        /// A directory into which uploaded archives are unpacked.
        Multi = "multi",
    }
}

wire_enum! {
    /// Criterion by which a backup is old.
    RecycleCriteria {
        /// Backups are kept until a user deletes them.
        None = "none",
        /// More than [`recycle_value`](Target::recycle_value) newer backups.
        Count = "count",
        /// More than [`recycle_value`](Target::recycle_value) days.
        Age = "age",
    }
}

wire_enum! {
    /// Action on an old backup.
    RecycleAction {
        /// It moves to the recycle bin.
        Recycle = "recycle",
        /// It is deleted for good.
        Delete = "delete",
    }
}

/// A target as a server shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// UUID.
    pub id: String,
    /// Name for people; not blank.
    pub name: String,
    /// Cannot change after creation.
    pub target_type: TargetType,
    /// Criterion by which a backup is old.
    pub recycle_criteria: RecycleCriteria,
    /// A number of backups or of days, by the criteria; may be null when that is `none`.
    #[serde(default)]
    pub recycle_value: Option<i64>,
    /// Action on an old backup.
    pub recycle_action: RecycleAction,
    /// Directory on the server.
    pub location: String,
    /// File name of a backup, with `$I` (id), `$D` (creation time) and `$M` (manual or auto).
    pub name_template: String,
    /// True if backups with the content of another one may be dropped.
    #[serde(deserialize_with = "flag::deserialize")]
    pub deduplicate: bool,
    /// Short name, unique among targets, that can stand wherever the id can.
    #[serde(default)]
    pub alias: Option<String>,
    /// How many backups age-based recycling always keeps.
    #[serde(default)]
    pub min_backups: Option<i64>,
    /// How many backups keys with only the right to append may add in a day; 0 allows none. The
    /// server's default if absent. An extension of this project's server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_daily_uploads: Option<i64>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Target {
    /// The alias, or the id of a target without one: what a person would type.
    #[must_use]
    pub fn handle(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.id)
    }
}

/// The body of a request that creates a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTarget {
    /// True if backups are files or trees; the API's name for it differs from the one in
    /// [`Target`].
    pub backup_type: TargetType,
    /// Everything else, as an edit sends it.
    #[serde(flatten)]
    pub settings: TargetEdit,
}

/// The body of a request that edits a target. The documented API has no partial edits: a client
/// sends all fields, so start [from the target](TargetEdit::from).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetEdit {
    /// See [`Target::name`].
    pub name: String,
    /// See [`Target::recycle_criteria`].
    pub recycle_criteria: RecycleCriteria,
    /// See [`Target::recycle_value`].
    pub recycle_value: Option<i64>,
    /// See [`Target::recycle_action`].
    pub recycle_action: RecycleAction,
    /// See [`Target::location`]; a relative one is taken under the server's first storage root.
    pub location: String,
    /// See [`Target::name_template`].
    pub name_template: String,
    /// See [`Target::deduplicate`].
    pub deduplicate: bool,
    /// See [`Target::alias`].
    pub alias: Option<String>,
    /// See [`Target::min_backups`]. One example of the documentation calls it `num_backups`; the
    /// reference server reads only this name.
    pub min_backups: Option<i64>,
    /// See [`Target::max_daily_uploads`]. What is not said is not changed; `Some(None)` asks for the
    /// server's default. Not for servers of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_daily_uploads: Option<Option<i64>>,
    /// See [`Target::tags`].
    #[serde(default)]
    pub tags: Vec<String>,
}

impl From<&Target> for TargetEdit {
    fn from(target: &Target) -> Self {
        Self {
            name: target.name.clone(),
            recycle_criteria: target.recycle_criteria,
            recycle_value: target.recycle_value,
            recycle_action: target.recycle_action,
            location: target.location.clone(),
            name_template: target.name_template.clone(),
            deduplicate: target.deduplicate,
            alias: target.alias.clone(),
            min_backups: target.min_backups,
            max_daily_uploads: Some(target.max_daily_uploads),
            tags: target.tags.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_integers_for_booleans_and_ignores_unknown_fields() {
        let target: Target = serde_json::from_value(serde_json::json!({
            "id": "1", "name": "n", "target_type": "multi", "recycle_criteria": "none",
            "recycle_value": null, "recycle_action": "recycle", "location": "/x",
            "name_template": "$I", "deduplicate": 1, "alias": null, "min_backups": null,
            "tags": [], "surprise": {"of": "a newer server"}
        }))
        .unwrap();
        assert!(target.deduplicate);
        assert_eq!(target.handle(), "1");
    }

    #[test]
    fn a_new_target_is_one_flat_object() {
        let new = NewTarget {
            backup_type: TargetType::Single,
            settings: TargetEdit {
                name: "n".into(),
                recycle_criteria: RecycleCriteria::Count,
                recycle_value: Some(3),
                recycle_action: RecycleAction::Delete,
                location: "n".into(),
                name_template: "$I".into(),
                deduplicate: false,
                alias: None,
                min_backups: None,
                max_daily_uploads: None,
                tags: vec![],
            },
        };
        let value = serde_json::to_value(&new).unwrap();
        assert_eq!(value["backup_type"], "single");
        assert_eq!(value["recycle_action"], "delete");
        assert_eq!(value["alias"], serde_json::Value::Null);
    }

    #[test]
    fn wire_names_parse_back() {
        for value in RecycleCriteria::ALL {
            assert_eq!(value.as_str().parse::<RecycleCriteria>().unwrap(), *value);
        }
        assert_eq!(
            "zzz".parse::<TargetType>().unwrap_err(),
            "`zzz` is not one of: single, multi"
        );
    }
}
