//! Filters of a target search.

use std::str::FromStr;

use crate::{RecycleAction, RecycleCriteria, TargetType};

/// The conditions of a search. A target must meet all of them.
///
/// Texts need only be somewhere in theirs, whatever the case of ASCII letters; tags must be the
/// same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetFilter {
    /// In [`Target::name`](crate::Target::name).
    pub name: Option<String>,
    /// [`Target::target_type`](crate::Target::target_type).
    pub target_type: Option<TargetType>,
    /// [`Target::recycle_criteria`](crate::Target::recycle_criteria).
    pub recycle_criteria: Option<RecycleCriteria>,
    /// [`Target::recycle_action`](crate::Target::recycle_action).
    pub recycle_action: Option<RecycleAction>,
    /// In [`Target::location`](crate::Target::location).
    pub location: Option<String>,
    /// In [`Target::name_template`](crate::Target::name_template).
    pub name_template: Option<String>,
    /// [`Target::deduplicate`](crate::Target::deduplicate).
    pub deduplicate: Option<bool>,
    /// In [`Target::alias`](crate::Target::alias).
    pub alias: Option<String>,
    /// All of them must be among [`Target::tags`](crate::Target::tags).
    pub tags: Vec<String>,
}

impl TargetFilter {
    /// Returns true if every target would be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The query parameters for it.
    #[must_use]
    pub fn query(&self) -> Vec<(&'static str, String)> {
        fn text(value: Option<impl ToString>) -> Option<String> {
            value.map(|value| value.to_string())
        }
        // Some servers read no other words for it.
        let deduplicate = self.deduplicate.map(|on| if on { "on" } else { "off" });
        let tags = (!self.tags.is_empty()).then(|| self.tags.join(" "));
        let all = [
            ("name", self.name.clone()),
            ("type", text(self.target_type)),
            ("recycle_criteria", text(self.recycle_criteria)),
            ("recycle_action", text(self.recycle_action)),
            ("location", self.location.clone()),
            ("name_template", self.name_template.clone()),
            ("deduplicate", text(deduplicate)),
            ("alias", self.alias.clone()),
            ("tags", tags),
        ];
        all.into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// Reads it from query parameters. An empty one counts as not given. Fails, in words for people,
    /// if one has a value that no target could have.
    ///
    /// The Python program passes all filters but the name one place too early, and so sends each
    /// under its neighbour's name; the tags always, if only as an empty `alias`. That is put right
    /// where it cannot mean anything else.
    pub fn from_query(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let filter = Self::read(&get);
        let (alias, tags) = (get("alias"), get("tags"));
        if tags.is_none()
            && alias.is_some_and(|alias| alias.is_empty() || filter.is_err())
            && let Ok(shifted) = Self::read(|name| get(place_before(name)?))
        {
            return Ok(shifted);
        }
        filter
    }

    fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let text = |name| get(name).filter(|value| !value.is_empty());
        let tags = text("tags").unwrap_or_default();
        Ok(Self {
            name: text("name"),
            target_type: word("type", text("type"))?,
            recycle_criteria: word("recycle_criteria", text("recycle_criteria"))?,
            recycle_action: word("recycle_action", text("recycle_action"))?,
            location: text("location"),
            name_template: text("name_template"),
            deduplicate: text("deduplicate").as_deref().map(switch).transpose()?,
            alias: text("alias"),
            tags: tags.split_whitespace().map(str::to_owned).collect(),
        })
    }
}

/// Under which name the Python program sends a filter; it has no way to ask for a type.
fn place_before(name: &str) -> Option<&'static str> {
    Some(match name {
        "name" => "name",
        "recycle_criteria" => "type",
        "recycle_action" => "recycle_criteria",
        "location" => "recycle_action",
        "name_template" => "location",
        "deduplicate" => "name_template",
        "alias" => "deduplicate",
        "tags" => "alias",
        _ => return None,
    })
}

/// One of a few words.
fn word<T: FromStr<Err = String>>(name: &str, value: Option<String>) -> Result<Option<T>, String> {
    // On newer Pythons that program writes `BackupType.MULTI` for `multi`.
    let classes = [
        "BackupType.",
        "BackupRecycleCriteria.",
        "BackupRecycleAction.",
    ];
    let plain = |text: String| {
        let constant = classes.iter().find_map(|class| text.strip_prefix(class));
        constant.map_or(text.clone(), str::to_ascii_lowercase)
    };
    let parse = |text: String| {
        plain(text)
            .parse()
            .map_err(|what| format!("{name}: {what}"))
    };
    value.map(parse).transpose()
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" | "1" => Ok(true),
        "off" | "false" | "0" => Ok(false),
        other => Err(format!(
            "deduplicate: `{}` is neither on nor off",
            other.escape_debug()
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &[(&'static str, String)]) -> Result<TargetFilter, String> {
        let find = |name: &str| query.iter().find(|pair| pair.0 == name);
        TargetFilter::from_query(|name| find(name).map(|pair| pair.1.clone()))
    }

    fn one(name: &'static str, value: &str) -> Result<TargetFilter, String> {
        read(&[(name, value.to_owned())])
    }

    #[test]
    fn what_is_empty_is_not_given() {
        for name in ["name", "type", "recycle_action", "deduplicate", "alias"] {
            assert!(one(name, "").unwrap().is_empty(), "{name}");
        }
        assert!(one("tags", "  ").unwrap().is_empty());
        assert!(one("surprise", "x").unwrap().is_empty());
        assert!(!one("name", " ").unwrap().is_empty());
        assert!(TargetFilter::default().query().is_empty());
    }

    #[test]
    fn switches_are_words_or_digits() {
        for (text, on) in [("on", true), ("1", true), ("false", false), ("off", false)] {
            assert_eq!(one("deduplicate", text).unwrap().deduplicate, Some(on));
        }
        assert!(one("deduplicate", "a\n").unwrap_err().contains("`a\\n`"));
    }

    #[test]
    fn what_no_target_could_have_is_refused() {
        let error = one("recycle_action", "docs").unwrap_err();
        assert_eq!(
            error,
            "recycle_action: `docs` is not one of: recycle, delete"
        );
        assert!(one("type", "Multi").is_err() && one("recycle_criteria", "x").is_err());
    }

    fn all(query: &[(&'static str, &str)]) -> Result<TargetFilter, String> {
        let owned: Vec<_> = query
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        read(&owned)
    }

    #[test]
    fn filters_under_their_neighbours_names_are_put_right() {
        let filter = all(&[
            ("name", "n"),
            ("type", "BackupRecycleCriteria.AGE"),
            ("recycle_criteria", "delete"),
            ("recycle_action", "/srv"),
            ("location", "$I"),
            ("name_template", "on"),
            ("deduplicate", "docs"),
            ("alias", "a b"),
        ]);
        let expected = TargetFilter {
            name: Some("n".into()),
            target_type: None,
            recycle_criteria: Some(RecycleCriteria::Age),
            recycle_action: Some(RecycleAction::Delete),
            location: Some("/srv".into()),
            name_template: Some("$I".into()),
            deduplicate: Some(true),
            alias: Some("docs".into()),
            tags: vec!["a".into(), "b".into()],
        };
        assert_eq!(filter.unwrap(), expected);
        let on = all(&[("name_template", "on"), ("alias", "")]).unwrap();
        assert_eq!(on.deduplicate, Some(true));
    }

    #[test]
    fn what_makes_sense_as_it_is_stays_so() {
        let filter = all(&[("location", "x"), ("alias", "a")]).unwrap();
        assert_eq!(filter.location.as_deref(), Some("x"));
        assert_eq!(filter.alias.as_deref(), Some("a"));
        // With tags it is not from that program.
        let filter = all(&[("location", "x"), ("alias", ""), ("tags", "")]).unwrap();
        assert_eq!(filter.location.as_deref(), Some("x"));
        // These words are none of the neighbour's.
        let filter = all(&[("type", "multi"), ("alias", "")]).unwrap();
        assert_eq!(filter.target_type, Some(TargetType::Multi));
        assert!(all(&[("recycle_action", "x")]).is_err());
        assert!(all(&[("type", "zzz"), ("alias", "")]).is_err());
        assert!(all(&[("alias", "")]).unwrap().is_empty());
    }

    #[test]
    fn constants_of_the_python_program_are_words() {
        let found = one("type", "BackupType.SINGLE").unwrap().target_type;
        assert_eq!(found, Some(TargetType::Single));
        assert!(one("type", "BackupType.ZZZ").is_err());
        assert!(one("type", "Other.SINGLE").is_err());
    }

    prop_compose! {
        fn filters()(
            texts in proptest::array::uniform4(proptest::option::of("\\PC{1,9}")),
            kinds in any::<[Option<bool>; 4]>(),
            tags in proptest::collection::vec("[a-z,&=+%]{1,5}", 0..3),
        ) -> TargetFilter {
            let [name, location, name_template, alias] = texts;
            let pick = |kind: Option<bool>| kind.map(usize::from);
            TargetFilter {
                name, location, name_template, alias, tags,
                target_type: pick(kinds[0]).map(|n| TargetType::ALL[n]),
                recycle_criteria: pick(kinds[1]).map(|n| RecycleCriteria::ALL[n]),
                recycle_action: pick(kinds[2]).map(|n| RecycleAction::ALL[n]),
                deduplicate: kinds[3],
            }
        }
    }

    proptest! {
        #[test]
        fn any_filter_survives_the_query(filter in filters()) {
            prop_assert_eq!(read(&filter.query()).unwrap(), filter);
        }
    }
}
