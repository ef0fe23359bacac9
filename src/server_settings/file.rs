//! The configuration file of a server.
//!
//! It is TOML. Each key is the long name of an option of `bchan serve`; an option that may be
//! repeated has the plural, with a list of values or, for values of the form `NAME=VALUE`, a table.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::builder::ValueParser;
use clap::{ArgAction, Command};
use toml_edit::{Document, Item, Value};

use super::parse::parse;
use crate::error::{CommandError, Kind};
use crate::suggest;

/// Values by the long names of their options.
pub(super) type Values = HashMap<String, Vec<OsString>>;

/// Reads a file. Every value is checked, so that a fault is reported with its line.
pub(super) fn read(path: &Path, command: &Command) -> Result<Values, CommandError> {
    let text = fs::read_to_string(path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        CommandError::new(Kind::Configuration, message)
    })?;
    let document = Document::parse(&*text).map_err(|error| {
        let (path, error) = (path.display(), error.to_string());
        let message = format!("{path} is not valid TOML: {}", error.trim_end());
        CommandError::new(Kind::Configuration, message)
    })?;
    let mut values = Values::new();
    let keys = options(command);
    for (key, item) in document.iter() {
        let start = document
            .key(key)
            .and_then(toml_edit::Key::span)
            .or_else(|| item.span());
        let at = |offset: Option<usize>| {
            let before = text.get(..offset.unwrap_or_default()).unwrap_or_default();
            format!(
                "{} line {}",
                path.display(),
                before.matches('\n').count() + 1
            )
        };
        let here = at(start.map(|span| span.start));
        let Some(option) = keys.get(key) else {
            let known = suggest::similar(key, keys.keys().map(String::as_str));
            let message = format!("{here}: there is no setting `{}`", key.escape_debug());
            return Err(
                CommandError::new(Kind::Configuration, message).maybe_hint(suggest::hint(&known))
            );
        };
        let found = texts(item, option.repeated).map_err(|expected| {
            let message = format!("{here}: `{key}` must be {expected}");
            CommandError::new(Kind::Configuration, message)
        })?;
        for (text, offset) in found {
            let value = if option.is_path {
                path.parent().unwrap_or(Path::new("")).join(text).into()
            } else {
                OsString::from(text)
            };
            let one = [(option.long.clone(), value)];
            parse(command, &one).map_err(|reason| {
                let here = at(offset);
                let message = format!("{here}: `{key}` cannot be used: {reason}");
                CommandError::new(Kind::Configuration, message)
            })?;
            let [(long, value)] = one;
            values.entry(long).or_default().push(value);
        }
    }
    Ok(values)
}

struct FileOption {
    long: String,
    repeated: bool,
    is_path: bool,
}

/// The options that a file may have, by key.
fn options(command: &Command) -> HashMap<String, FileOption> {
    let path = ValueParser::path_buf().type_id();
    let options = command.get_arguments().filter_map(|option| {
        let long = option
            .get_long()
            .filter(|long| *long != "config")?
            .to_owned();
        let repeated = matches!(option.get_action(), ArgAction::Append);
        let key = if repeated {
            format!("{long}s")
        } else {
            long.clone()
        };
        let is_path = option.get_value_parser().type_id() == path;
        Some((
            key,
            FileOption {
                long,
                repeated,
                is_path,
            },
        ))
    });
    options.collect()
}

/// The values of one key, each with its offset in the file, or a description of what is expected.
fn texts(item: &Item, repeated: bool) -> Result<Vec<(String, Option<usize>)>, &'static str> {
    let offset = |value: &Value| value.span().map(|span| span.start);
    match (item, repeated) {
        (Item::Value(Value::Array(list)), true) => {
            let each = list
                .iter()
                .map(|value| Some((scalar(value)?, offset(value))));
            each.collect::<Option<_>>().ok_or("a list of texts")
        }
        (item, true) if item.is_table_like() => {
            let table = item
                .as_table_like()
                .into_iter()
                .flat_map(|table| table.iter());
            let each = table.map(|(name, item)| {
                let value = item.as_value()?;
                Some((format!("{name}={}", scalar(value)?), offset(value)))
            });
            each.collect::<Option<_>>().ok_or("a table of texts")
        }
        (Item::Value(value), false) => {
            let text = scalar(value).ok_or("a text, a number or true or false")?;
            Ok(vec![(text, offset(value))])
        }
        (_, true) => Err("a list"),
        (_, false) => Err("a single value"),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Boolean(flag) => Some(flag.value().to_string()),
        _ => None,
    }
}
