//! The health of a server.

use serde::{Deserialize, Serialize};

/// The components that a server needs, with their state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Everything that was asked.
    pub checks: Vec<HealthCheck>,
}

/// One thing that a server needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    pub name: HealthSubject,
    /// Where it is. Not for keys that are for some targets only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// True if it answers.
    pub ok: bool,
    /// The fault. Hidden from keys that are bound to some targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A component that a server needs.
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
