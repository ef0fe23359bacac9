//! Names of what lies in the directories of backups. The storage turns them into paths.

use serde::{Deserialize, Serialize};

/// The name of a directory of backups: its path below the data folder, or the absolute path of a
/// directory elsewhere. So a copy of the data folder never refers to directories of the original.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DirectoryName(String);

impl DirectoryName {
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file or a tree in a directory of backups.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Object {
    pub directory: DirectoryName,
    pub name: ObjectName,
}

/// The name of an object in its directory.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectName {
    /// A backup, by its file name.
    Backup(String),
    /// The content of an upload that has arrived, by the names of the upload's staging folder and
    /// of the content in it.
    Staged(String, String),
    /// Deleted files and sources of copies, by a random name.
    Trash(String),
}

impl Object {
    pub fn new(directory: DirectoryName, name: ObjectName) -> Self {
        Self { directory, name }
    }

    /// A backup in a directory.
    pub fn backup(directory: &DirectoryName, file_name: &str) -> Self {
        Self::new(directory.clone(), ObjectName::Backup(file_name.to_owned()))
    }
}
