//! The rights of keys.

use std::fmt;

use bchan_api::{Endpoint as E, Time};
use serde::{Deserialize, Serialize};

use super::denied::Denied;
use super::fingerprint::Fingerprint;

/// The rights of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rights {
    /// Everything.
    Full,
    /// Look, and download.
    Read,
    /// Store new backups and see the outcome. With such a key an intruder cannot delete, recycle,
    /// change or download what the machine has stored.
    Append,
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "full",
            Self::Read => "read",
            Self::Append => "append",
        })
    }
}

impl Rights {
    /// Returns true if an endpoint may be used. Every endpoint is named, so that a new one is not
    /// forgotten.
    fn allow(self, endpoint: E) -> bool {
        match endpoint {
            E::Describe | E::ShowTarget | E::ListJobs | E::ShowSequence | E::ShowHealth => true,
            E::ListTargets
            | E::SearchTargets
            | E::Download
            | E::Manifest
            | E::ListRecycleBin
            | E::ShowStats
            | E::ShowLog
            | E::ShowMetrics => {
                matches!(self, Self::Full | Self::Read)
            }
            E::Upload
            | E::Increment
            | E::Partial
            | E::BeginSequence
            | E::UploadFile
            | E::FinishSequence
            | E::TerminateSequence => matches!(self, Self::Full | Self::Append),
            E::CreateTarget
            | E::EditTarget
            | E::DeleteTarget
            | E::DeleteBackups
            | E::DeleteRecycled
            | E::EditBackup
            | E::DeleteBackup
            | E::ClearRecycleBin
            | E::RunJob => self == Self::Full,
        }
    }
}

/// A key as the server knows it: it cannot be read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedKey {
    /// Name given by the administrator.
    pub name: String,
    pub rights: Rights,
    /// Ids of the targets that it is for; for all when absent.
    #[serde(default)]
    pub targets: Option<Vec<String>>,
    /// Hex SHA-256 of the key.
    #[serde(with = "hex::serde")]
    pub(super) sha256: Fingerprint,
    /// When it was made.
    pub created_at: Time,
}

/// The rights of the sender of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Name of the key; none for the one that has no name, or where none is needed.
    pub(crate) name: Option<String>,
    pub(super) rights: Rights,
    /// Ids of the only targets that may be touched.
    targets: Option<Vec<String>>,
    /// Which key it is; none where none is needed.
    pub(super) key: Option<Fingerprint>,
}

impl Grant {
    /// The rights of requests without a key where none is required.
    pub(crate) const ALL: Self = Self {
        name: None,
        rights: Rights::Full,
        targets: None,
        key: None,
    };

    /// Of the key without a name.
    pub(super) fn main(key: Fingerprint) -> Self {
        Self {
            key: Some(key),
            ..Self::ALL
        }
    }

    /// Of a key with a name.
    pub(super) fn named(key: &NamedKey) -> Self {
        Self {
            name: Some(key.name.clone()),
            rights: key.rights,
            targets: key.targets.clone(),
            key: Some(key.sha256),
        }
    }

    /// Returns true if a key was shown for it.
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Fails if an endpoint may not be used.
    pub(crate) fn check(&self, endpoint: E) -> Result<(), Denied> {
        if !self.rights.allow(endpoint) {
            let message = format!("this key has only the right `{}`", self.rights);
            return Err(Denied::forbidden(message));
        }
        // These concern more than the targets of a key.
        let of_all = matches!(
            endpoint,
            E::CreateTarget | E::ClearRecycleBin | E::RunJob | E::ShowLog
        );
        if of_all && self.targets.is_some() {
            return Err(Denied::forbidden("this key is for some targets only"));
        }
        Ok(())
    }

    /// Returns true if it is of a key that can do nothing but add backups.
    pub(crate) fn only_appends(&self) -> bool {
        self.rights == Rights::Append
    }

    /// Returns true if a target may be touched, and its backups with it.
    pub(crate) fn covers(&self, target_id: &str) -> bool {
        let named = |targets: &Vec<String>| targets.iter().any(|id| id == target_id);
        self.targets.as_ref().is_none_or(named)
    }

    /// Ids of the only targets that may be touched; none where all may be.
    pub(crate) fn targets(&self) -> Option<&[String]> {
        self.targets.as_deref()
    }

    /// Returns true if it is for some targets only.
    pub(crate) fn is_bound(&self) -> bool {
        self.targets.is_some()
    }
}
