//! Sequential uploads: a list of files first, then the files one by one.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{Object, flag};

/// One file of a sequential upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceFile {
    /// Its directory, from the backup's root on, which is `/`.
    pub path: String,
    /// Its name in there.
    pub name: String,
    /// True if the server has it.
    #[serde(default, deserialize_with = "flag::deserialize")]
    pub uploaded: bool,
}

/// Body of a request that begins a sequential upload. The reference server wants an integer for
/// `manual`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceBegin {
    /// True if a person started it.
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

/// Most files of one sequential upload.
pub const MOST_FILES: usize = 200_000;

/// Prefix of the error for a list that is too long.
pub const TOO_MANY_FILES: &str = "too many files";

fn objects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SequenceFile>, D::Error> {
    deserializer.deserialize_seq(Files)
}

/// Reads no more files than there may be: a list takes more memory than its text.
struct Files;

impl<'de> de::Visitor<'de> for Files {
    type Value = Vec<SequenceFile>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut files = Vec::new();
        while let Some(Object(file)) = list.next_element()? {
            if files.len() == MOST_FILES {
                let message = format!("{TOO_MANY_FILES}: {MOST_FILES} are the most");
                return Err(de::Error::custom(message));
            }
            files.push(file);
        }
        Ok(files)
    }
}
