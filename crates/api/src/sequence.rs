//! Sequential uploads: a list of files first, then the files one by one.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Object, flag};

/// One file of a sequential upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceFile {
    /// Its directory, from the backup's root on, which is `/`.
    pub path: String,
    /// Its name in there.
    pub name: String,
    /// Whether the server has it.
    #[serde(default, deserialize_with = "flag::deserialize")]
    pub uploaded: bool,
}

/// Body of a request that begins a sequential upload. The reference server wants an integer for
/// `manual`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceBegin {
    /// Whether a person started it.
    #[serde(default, deserialize_with = "flag::deserialize")]
    pub manual: bool,
    /// Everything that will come.
    #[serde(deserialize_with = "objects")]
    pub file_list: Vec<SequenceFile>,
}

/// How far a sequential upload is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceView {
    /// The list as it was begun with.
    pub file_list: Vec<SequenceFile>,
}

fn objects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SequenceFile>, D::Error> {
    let files = Vec::<Object<SequenceFile>>::deserialize(deserializer)?;
    Ok(files.into_iter().map(|Object(file)| file).collect())
}
