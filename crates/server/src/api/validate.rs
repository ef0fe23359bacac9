//! Targets as requests describe them: every field checked, one clear message for each fault.

use bchan_api::{RecycleAction, RecycleCriteria, Target, TargetType};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::api::error::ApiError;
use crate::api::json_body::{flag, whole};
use bchan_storage::name_template;

/// Longest name, in characters.
const LONGEST_NAME: usize = 250;
/// Longest alias and longest tag, in characters.
const LONGEST_LABEL: usize = 64;
/// Most tags of one target.
const MOST_TAGS: usize = 100;
/// Words that stand where aliases do in paths of the API.
const RESERVED_ALIASES: [&str; 3] = ["search", ".", ".."];

type Result<T> = std::result::Result<T, ApiError>;

/// Reads the body of a request that creates a target; it gets a new id.
pub(crate) fn new_target(body: &Map<String, Value>) -> Result<Target> {
    let require = |name: &str| match body.get(name) {
        None | Some(Value::Null) => Err(ApiError::bad_request(format!("{name} is required"))),
        Some(_) => Ok(()),
    };
    ["name", "backup_type", "location", "name_template"]
        .into_iter()
        .try_for_each(require)?;
    let target_type = choice::<TargetType>(body, "backup_type")?.unwrap_or(TargetType::Multi);
    let id = Uuid::new_v4().to_string();
    edited(blank(id, target_type), body)
}

/// A target of which nothing is decided yet.
pub(crate) fn blank(id: String, target_type: TargetType) -> Target {
    Target {
        id,
        name: String::new(),
        target_type,
        recycle_criteria: RecycleCriteria::None,
        recycle_value: None,
        recycle_action: RecycleAction::Recycle,
        location: String::new(),
        name_template: String::new(),
        deduplicate: false,
        alias: None,
        min_backups: None,
        max_daily_uploads: None,
        tags: Vec::new(),
    }
}

/// Applies the body of a request that edits a target; what it does not name stays.
pub(crate) fn edited(mut target: Target, body: &Map<String, Value>) -> Result<Target> {
    for field in ["backup_type", "target_type"] {
        if choice(body, field)?.is_some_and(|wanted: TargetType| wanted != target.target_type) {
            return Err(ApiError::bad_request(
                "the type of a target cannot be changed",
            ));
        }
    }
    if let Some(name) = text(body, "name")? {
        target.name = checked_name(name)?;
    }
    if let Some(criteria) = choice(body, "recycle_criteria")? {
        target.recycle_criteria = criteria;
    }
    target.recycle_value = integer(body, "recycle_value")?.over(target.recycle_value);
    if let Some(action) = choice(body, "recycle_action")? {
        target.recycle_action = action;
    }
    if let Some(location) = text(body, "location")? {
        location.trim().clone_into(&mut target.location);
    }
    if let Some(name_template) = text(body, "name_template")? {
        name_template::check(name_template).map_err(ApiError::bad_request)?;
        name_template.clone_into(&mut target.name_template);
    }
    if let Some(value) = body.get("deduplicate") {
        target.deduplicate = flag(value)
            .ok_or_else(|| ApiError::bad_request("deduplicate must be true or false"))?;
    }
    if let Some(value) = body.get("alias") {
        target.alias = alias(value)?;
    }
    target.min_backups = min_backups(body)?.over(target.min_backups);
    target.max_daily_uploads = max_daily_uploads(body)?.over(target.max_daily_uploads);
    if let Some(value) = body.get("tags") {
        target.tags = tags(value)?;
    }
    consistent(target)
}

/// Checks what depends on several fields.
fn consistent(target: Target) -> Result<Target> {
    match (target.recycle_criteria, target.recycle_value) {
        (RecycleCriteria::None, _) => {}
        (criteria, None) => {
            let message = format!("recycle_value is required when recycle_criteria is {criteria}");
            return Err(ApiError::bad_request(message));
        }
        (_, Some(value)) if value < 0 => {
            return Err(ApiError::bad_request("recycle_value must not be negative"));
        }
        _ => {}
    }
    Ok(target)
}

fn checked_name(name: &str) -> Result<String> {
    if name.trim().is_empty() {
        return Err(ApiError::bad_request("name must not be blank"));
    }
    if name.chars().any(char::is_control) {
        return Err(ApiError::bad_request(
            "name must not contain control characters",
        ));
    }
    if name.chars().count() > LONGEST_NAME {
        let message = format!("name must not be longer than {LONGEST_NAME} characters");
        return Err(ApiError::bad_request(message));
    }
    Ok(name.to_owned())
}

fn alias(value: &Value) -> Result<Option<String>> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text,
        _ => return Err(ApiError::bad_request("alias must be a string or null")),
    };
    let fault = if text.trim().is_empty() {
        "must not be blank"
    } else if text.contains('/') || text.chars().any(char::is_control) {
        "must not contain `/` or control characters"
    } else if text.chars().count() > LONGEST_LABEL {
        "is too long"
    } else if Uuid::try_parse(text).is_ok() {
        "must not look like an id"
    } else if RESERVED_ALIASES.contains(&text.as_str()) {
        "is a word that the API uses itself"
    } else {
        return Ok(Some(text.clone()));
    };
    Err(ApiError::bad_request(format!("alias {fault}")))
}

/// The page's own example calls it `num_backups` in one place.
fn min_backups(body: &Map<String, Value>) -> Result<Given<i64>> {
    let minimum = integer(body, "min_backups")?;
    let number = integer(body, "num_backups")?;
    if minimum != Given::Absent && number != Given::Absent && minimum != number {
        return Err(ApiError::bad_request(
            "min_backups and num_backups differ; send only one",
        ));
    }
    let given = if minimum == Given::Absent {
        number
    } else {
        minimum
    };
    if matches!(given, Given::Value(count) if count < 0) {
        return Err(ApiError::bad_request("min_backups must not be negative"));
    }
    Ok(given)
}

fn max_daily_uploads(body: &Map<String, Value>) -> Result<Given<i64>> {
    let given = integer(body, "max_daily_uploads")?;
    if matches!(given, Given::Value(count) if count < 0) {
        let message = "max_daily_uploads must not be negative";
        return Err(ApiError::bad_request(message));
    }
    Ok(given)
}

fn tags(value: &Value) -> Result<Vec<String>> {
    let list = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) if list.len() <= MOST_TAGS => list,
        Value::Array(_) => {
            return Err(ApiError::bad_request(format!("more than {MOST_TAGS} tags")));
        }
        _ => return Err(ApiError::bad_request("tags must be a list of strings")),
    };
    let mut tags: Vec<String> = Vec::with_capacity(list.len());
    for value in list {
        let Value::String(tag) = value else {
            return Err(ApiError::bad_request("tags must be a list of strings"));
        };
        // What the Python program makes of any tags of a new target.
        if tag.len() <= LONGEST_LABEL && tag.bytes().all(|byte| byte == b',') {
            continue;
        }
        let refused = |c: char| c == ',' || c.is_whitespace() || c.is_control();
        if tag.contains(refused) || tag.chars().count() > LONGEST_LABEL {
            let tag = tag.escape_debug();
            return Err(ApiError::bad_request(format!(
                "the tag `{tag}` must have 1 to {LONGEST_LABEL} characters, none a space or comma"
            )));
        }
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    Ok(tags)
}

/// A string that must not be null when it is given.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ApiError::bad_request(format!("{name} must be a string"))),
    }
}

/// One of a few words.
fn choice<T>(body: &Map<String, Value>, name: &str) -> Result<Option<T>>
where
    T: std::str::FromStr<Err = String>,
{
    let parse = |text: &str| {
        text.parse()
            .map_err(|what| ApiError::bad_request(format!("{name}: {what}")))
    };
    text(body, name)?.map(parse).transpose()
}

/// A nullable field of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given<T> {
    Absent,
    Null,
    Value(T),
}

impl<T> Given<T> {
    /// The new value where there was `old`.
    fn over(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Absent => old,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// An integer or null.
fn integer(body: &Map<String, Value>, name: &str) -> Result<Given<i64>> {
    const LARGEST: i64 = 1_000_000_000;
    match body.get(name) {
        None => Ok(Given::Absent),
        Some(Value::Null) => Ok(Given::Null),
        Some(value) => match whole(value) {
            Some(number) if (-LARGEST..=LARGEST).contains(&number) => Ok(Given::Value(number)),
            Some(_) => Err(ApiError::bad_request(format!("{name} is out of range"))),
            None => Err(ApiError::bad_request(format!(
                "{name} must be an integer or null"
            ))),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(object) = value else {
            panic!("no object: {value}")
        };
        object
    }

    fn with(field: &str, value: Value) -> Map<String, Value> {
        let mut body = object(json!({
            "name": "n", "backup_type": "multi", "location": "l", "name_template": "$I"
        }));
        body.insert(field.to_owned(), value);
        body
    }

    #[test]
    fn each_fault_has_its_message() {
        let faults = [
            ("name", json!(null), "name is required"),
            ("name", json!(" "), "name must not be blank"),
            ("name", json!(3), "name must be a string"),
            ("name", json!("a\u{1b}[0m"), "control"),
            (
                "backup_type",
                json!("zzz"),
                "backup_type: `zzz` is not one of: single, multi",
            ),
            (
                "recycle_criteria",
                json!("count"),
                "recycle_value is required",
            ),
            (
                "recycle_criteria",
                json!("often"),
                "recycle_criteria: `often`",
            ),
            (
                "recycle_value",
                json!("3"),
                "recycle_value must be an integer",
            ),
            (
                "recycle_value",
                json!(1.5),
                "recycle_value must be an integer",
            ),
            ("recycle_value", json!(i64::MAX), "out of range"),
            ("recycle_action", json!("shred"), "recycle_action"),
            ("name_template", json!("x"), "$I"),
            ("deduplicate", json!("yes"), "deduplicate"),
            ("deduplicate", json!(2), "deduplicate"),
            ("alias", json!(""), "alias must not be blank"),
            ("alias", json!("a/b"), "alias must not contain"),
            ("alias", json!("search"), "alias is a word"),
            (
                "alias",
                json!("00000000-0000-0000-0000-000000000000"),
                "alias must not look",
            ),
            ("min_backups", json!(-1), "min_backups must not be negative"),
            (
                "max_daily_uploads",
                json!(-1),
                "max_daily_uploads must not be negative",
            ),
            (
                "max_daily_uploads",
                json!("many"),
                "max_daily_uploads must be an integer",
            ),
            ("tags", json!("a,b"), "tags must be a list"),
            ("tags", json!(["a b"]), "the tag `a b`"),
            ("tags", json!(["a,b"]), "the tag `a,b`"),
        ];
        for (field, value, expected) in faults {
            let error = new_target(&with(field, value.clone())).unwrap_err();
            assert_eq!(error.status, 400);
            assert!(
                error.message.contains(expected),
                "{field}={value}: {}",
                error.message
            );
        }
    }

    #[test]
    fn zero_leaves_the_minimum_and_less_is_refused() {
        for (value, taken) in [(0, true), (-1, false)] {
            let mut body = with("recycle_value", json!(value));
            body.insert("recycle_criteria".into(), json!("count"));
            assert_eq!(new_target(&body).is_ok(), taken, "{value}");
        }
    }

    #[test]
    fn both_names_of_the_minimum_are_taken() {
        let body = object(json!({"num_backups": 3}));
        let target = new_target(&with("min_backups", json!(1))).unwrap();
        let target = edited(target, &body).unwrap();
        assert_eq!(target.min_backups, Some(3));
        let both = object(json!({"num_backups": 3, "min_backups": 3}));
        edited(target.clone(), &both).unwrap();
        let differ = object(json!({"num_backups": 3, "min_backups": null}));
        assert!(
            edited(target, &differ)
                .unwrap_err()
                .message
                .contains("differ")
        );
    }

    #[test]
    fn the_daily_limit_stays_unless_it_is_named() {
        let target = new_target(&with("max_daily_uploads", json!(4))).unwrap();
        let with_name = edited(target, &object(json!({"name": "other"}))).unwrap();
        assert_eq!(with_name.max_daily_uploads, Some(4));
        let default = edited(with_name, &object(json!({"max_daily_uploads": null}))).unwrap();
        assert_eq!(default.max_daily_uploads, None);
    }

    #[test]
    fn an_edit_changes_what_it_names() {
        let target = new_target(&with("tags", json!(["a", ",", "a", "", "b"]))).unwrap();
        assert_eq!(target.tags, ["a", "b"]);
        let changed = edited(target.clone(), &object(json!({"deduplicate": 1}))).unwrap();
        assert_eq!(
            changed,
            Target {
                deduplicate: true,
                ..target.clone()
            }
        );
        let same = object(json!({"backup_type": "multi", "surprise": [1]}));
        assert_eq!(edited(target.clone(), &same).unwrap(), target);
        let other = object(json!({"target_type": "single"}));
        assert!(
            edited(target, &other)
                .unwrap_err()
                .message
                .contains("cannot be changed")
        );
    }
}
