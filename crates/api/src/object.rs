//! Objects that are written as such.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, de};

/// Reads a structure from a JSON object alone. By itself serde would also take a list of the
/// values of its fields, whose meaning changes with the next field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

struct Visitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SequenceBegin;

    #[test]
    fn lists_are_no_objects() {
        let read = serde_json::from_str::<Object<SequenceBegin>>;
        let list = r#"{"manual": 1, "file_list": [{"path": "/", "name": "a", "more": 1}]}"#;
        assert_eq!(read(list).unwrap().0.file_list.len(), 1);
        for text in [
            "[1, []]",
            r#"{"file_list": [["/", "a", false]]}"#,
            r#"{"file_list": {"path": "/", "name": "a"}}"#,
            "null",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
