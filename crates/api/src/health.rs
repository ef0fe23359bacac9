//! Whether a server has what it needs.

use serde::{Deserialize, Serialize};

/// What a server needs, each with whether it answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Everything that was asked.
    pub checks: Vec<HealthCheck>,
}

/// One thing that a server needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What it is.
    pub name: HealthSubject,
    /// Where it is. Not for keys that are for some targets only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// True if it answers.
    pub ok: bool,
    /// Why it does not. Not for keys that are for some targets only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What a server can need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthSubject {
    /// The database.
    Database,
    /// The files of the keys.
    Keys,
    /// A storage root, with the locations of the targets below it.
    Storage,
    /// The recycle bin.
    RecycleBin,
}

impl HealthSubject {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Database, Self::Keys, Self::Storage, Self::RecycleBin];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Keys => "keys",
            Self::Storage => "storage",
            Self::RecycleBin => "recycle_bin",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_on_the_wire() {
        for subject in HealthSubject::ALL {
            assert_eq!(serde_json::to_value(subject).unwrap(), subject.as_str());
        }
    }
}
