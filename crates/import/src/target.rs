//! Making a target of a row that another server has written.

use std::path::Path;

use bchan_api::Target;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::installation::absolute;
use crate::mariadb::OldTarget;

/// The target, by the rules of this server; or what is against them. Its location is absolute:
/// relative ones are from the other server's folder on.
pub(crate) fn convert(old: &OldTarget, base: &Path) -> Result<Target, String> {
    // It becomes the name of a file.
    if old.id.len() != 36 || Uuid::try_parse(&old.id).is_err() {
        return Err(format!("its id `{}` is no UUID", old.id.escape_debug()));
    }
    let kind = old.target_type.as_deref().unwrap_or_default();
    let target_type = kind.parse().map_err(|what| format!("its type: {what}"))?;
    let Some(location) = old
        .location
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    else {
        return Err("it has no location".to_owned());
    };
    let location = absolute(base, location);
    let Some(location) = location.to_str() else {
        return Err(format!("its location {} is not UTF-8", location.display()));
    };
    let mut body = Map::new();
    let mut say = |field: &str, value: Value| body.insert(field.to_owned(), value);
    say("name", json!(old.name.as_deref().unwrap_or_default()));
    let criteria = old.recycle_criteria.as_deref().unwrap_or("none");
    say("recycle_criteria", json!(criteria));
    say("recycle_value", json!(old.recycle_value));
    if let Some(action) = &old.recycle_action {
        say("recycle_action", json!(action));
    }
    say("location", json!(location));
    let template = old.name_template.as_deref().unwrap_or_default();
    say("name_template", json!(template));
    say("deduplicate", json!(old.deduplicate));
    say("alias", json!(old.alias));
    say("min_backups", json!(old.min_backups));
    say("tags", json!(old.tags));
    let target = bchan_server::target_from_fields(old.id.clone(), target_type, &body)?;
    if target.location == location {
        Ok(target)
    } else {
        Err("its location begins or ends with a blank".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> OldTarget {
        OldTarget {
            id: "00000000-0000-4000-8000-000000000001".into(),
            name: Some("Docs".into()),
            target_type: Some("multi".into()),
            recycle_criteria: Some("count".into()),
            recycle_value: Some(3),
            recycle_action: Some("delete".into()),
            location: Some("./docs/../papers/".into()),
            name_template: Some("docs-$D".into()),
            deduplicate: true,
            alias: Some("docs".into()),
            min_backups: None,
            tags: vec!["a".into()],
        }
    }

    #[test]
    fn rows_become_targets_by_our_rules() {
        type Spoil = fn(&mut OldTarget);

        let base = Path::new("/n/server");
        let target = convert(&row(), base).unwrap();
        assert_eq!(target.location, "/n/server/papers");
        assert_eq!((target.min_backups, target.recycle_value), (None, Some(3)));
        let faults: [(Spoil, &str); 6] = [
            (|row| row.id = "../x".into(), "UUID"),
            (
                |row| row.target_type = Some("zzz".into()),
                "its type: `zzz`",
            ),
            (|row| row.location = None, "no location"),
            (
                |row| row.name_template = Some("x".into()),
                "name_template must",
            ),
            (|row| row.recycle_value = None, "recycle_value is required"),
            (|row| row.alias = Some("a/b".into()), "alias must not"),
        ];
        for (spoil, expected) in faults {
            let mut row = row();
            spoil(&mut row);
            let what = convert(&row, base).unwrap_err();
            assert!(what.contains(expected), "{what}");
        }
    }
}
