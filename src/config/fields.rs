//! Names and values of settings, as serde knows them.

use serde::de::value::Error as ValueError;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::Serialize;
use toml_edit::{Item, Value};

/// The names of the fields that a struct has in files.
pub(crate) fn names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &[&str] = &[];
    // The error only ends it: there is nothing to make a value of.
    let _ = T::deserialize(Names(&mut names));
    names
}

/// The fields that differ from empty lists, false and nothing, as they are written in files.
pub(crate) fn entries<T: Serialize>(fields: &T) -> Vec<(String, Value)> {
    let document = toml_edit::ser::to_document(fields).unwrap_or_default();
    let entries = document
        .into_table()
        .into_iter()
        .filter_map(|(name, item)| match item {
            Item::Value(Value::Array(list)) if list.is_empty() => None,
            Item::Value(Value::Boolean(flag)) if !flag.value() => None,
            Item::Value(mut value) => {
                value.decor_mut().clear();
                Some((String::from(&*name), value))
            }
            _ => None,
        });
    entries.collect()
}

/// Deserializer that only takes down the names of fields.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ValueError> {
        Err(ValueError::custom("it has no fields"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ValueError> {
        *self.0 = fields;
        Err(ValueError::custom("only the names are wanted"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::UnattendedOptions;
    use bchan_archive::Selection;

    #[test]
    fn names_are_those_of_the_fields() {
        assert!(names::<Selection>().contains(&"exclude_caches"));
        assert!(names::<UnattendedOptions>().contains(&"on_success"));
        assert!(names::<String>().is_empty());
    }

    #[test]
    fn empty_fields_are_not_written() {
        let selection = Selection {
            exclude: vec!["*.tmp".into()],
            one_file_system: true,
            ..Selection::default()
        };
        let entries = entries(&selection);
        let lines: Vec<_> = entries
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(lines, ["exclude=[\"*.tmp\"]", "one_file_system=true"]);
    }
}
