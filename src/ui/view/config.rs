//! Settings, and the file that they are in.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::{Page, View, clean};

/// One setting.
#[derive(Debug, Serialize)]
pub(crate) struct Setting {
    /// Its name in the file.
    pub(crate) key: String,
    pub(crate) value: Value,
    pub(crate) origin: String,
}

/// The origin of the API key. The key itself is never shown.
#[derive(Debug, Serialize)]
pub(crate) struct KeyPlace {
    /// None if there is no key.
    pub(crate) origin: Option<String>,
    /// The reason for which there is no key, if that is a fault.
    pub(crate) problem: Option<String>,
}

/// All settings.
#[derive(Debug, Serialize)]
pub(crate) struct ConfigSummary {
    /// The file; none where nothing says where it would be.
    pub(crate) path: Option<String>,
    /// True if it exists.
    pub(crate) exists: bool,
    /// The profile in use.
    pub(crate) profile: Option<String>,
    /// Names of all profiles.
    pub(crate) profiles: Vec<String>,
    /// Those with a value.
    pub(crate) settings: Vec<Setting>,
    /// The API key.
    pub(crate) api_key: KeyPlace,
}

/// Where the configuration is.
#[derive(Debug, Serialize)]
pub(crate) struct ConfigPath {
    /// The file.
    pub(crate) path: String,
    /// True if it exists.
    pub(crate) exists: bool,
}

impl View for Setting {
    fn text(&self, _: &Page) -> String {
        words(&self.value) + "\n"
    }
}

impl View for ConfigPath {
    fn text(&self, _: &Page) -> String {
        // A script opens it: what cannot be shown is shown all the same.
        format!("{}\n", self.path)
    }
}

impl View for ConfigSummary {
    const LISTS: &'static [&'static str] = &["settings"];

    fn text(&self, page: &Page) -> String {
        let path = self.path.as_deref().map_or_else(|| "-".to_owned(), clean);
        let state = if self.exists { "" } else { " (does not exist)" };
        let profile = self.profile.as_deref();
        let mut text = format!(
            "file:      {path}{state}\nprofile:   {}\n",
            profile.map_or_else(|| "-".to_owned(), clean)
        );
        if self.profiles.len() > 1 {
            let profiles = clean(&self.profiles.join(", "));
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "profiles:  {profiles}");
        }
        let mut table = page.table(&["setting", "value", "from"]);
        for setting in &self.settings {
            table.row([
                clean(&setting.key),
                words(&setting.value),
                clean(&setting.origin),
            ]);
        }
        let (value, origin) = match (&self.api_key.origin, &self.api_key.problem) {
            (Some(origin), _) => ("not shown".to_owned(), clean(origin)),
            (None, Some(problem)) => (format!("none: {}", clean(problem)), "-".to_owned()),
            (None, None) => ("none".to_owned(), "-".to_owned()),
        };
        table.row(["API key".to_owned(), value, origin]);
        text.push('\n');
        text.push_str(&table.to_string());
        text
    }
}

/// A value as its user wrote it, without the marks of the format.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => clean(text),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(" "),
        other => clean(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::{script, terminal};

    #[test]
    fn a_value_is_printed_as_it_was_written() {
        let setting = |value| Setting {
            key: "k".into(),
            value,
            origin: "profile".into(),
        };
        let text = |value| setting(value).text(&script());
        assert_eq!(text("http://a".into()), "http://a\n");
        assert_eq!(text(7.into()), "7\n");
        assert_eq!(text(serde_json::json!(["pass", "show"])), "pass show\n");
    }

    #[test]
    fn each_setting_says_where_it_is_from() {
        let summary = ConfigSummary {
            path: Some("/c".into()),
            exists: false,
            profile: None,
            profiles: vec!["a".into(), "b".into()],
            settings: vec![Setting {
                key: "server".into(),
                value: "http://a".into(),
                origin: "default".into(),
            }],
            api_key: KeyPlace {
                origin: None,
                problem: Some("no bus".into()),
            },
        };
        let text = summary.text(&terminal(60));
        for part in ["/c (does not exist)", "a, b", "http://a", "none: no bus"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
