//! The configuration file as its owner wrote it: a change leaves comments, blank lines and the
//! order of everything else as they are.

use std::path::PathBuf;

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::file::{self, ConfigFile};
use super::file_error::FileError;
use super::{Config, SettingsError};
use bchan_agent::atomic_file::{self, Access};

/// Header of a new file.
const HEADER: &str = "# Servers and presets of bchan; see `bchan man config.toml`.\n\n";

/// The file, and changes that are not yet in it.
#[derive(Debug)]
pub(crate) struct Document {
    path: PathBuf,
    /// The text that the changes are changes of.
    before: Option<String>,
    toml: DocumentMut,
}

impl Document {
    /// The file of a configuration, or a new one where it will be.
    pub(crate) fn open(config: &Config) -> Result<Self, SettingsError> {
        let path = config.path.clone().ok_or(SettingsError::NoConfigHome)?;
        let before = file::read(&path)?;
        let text = before.as_deref().unwrap_or("");
        // A change of an invalid file would fail everywhere else.
        ConfigFile::parse(&path, text)?;
        let toml = text
            .parse::<DocumentMut>()
            .map_err(|error| file::content(&path, text, error.span(), error.message()))?;
        Ok(Self { path, before, toml })
    }

    /// Sets a value at the top of the file.
    pub(crate) fn set_top(&mut self, key: &str, value: impl Into<Value>) {
        set(self.toml.as_table_mut(), key, value.into());
    }

    /// Removes a value at the top of the file, or a whole group of tables; says whether it was there.
    pub(crate) fn remove_top(&mut self, key: &str) -> bool {
        self.toml.remove(key).is_some()
    }

    /// Sets a value in a table such as `[profiles.NAME]`, which appears if there is none.
    pub(crate) fn set(&mut self, group: &str, name: &str, key: &str, value: impl Into<Value>) {
        let group = self.toml.entry(group).or_insert_with(|| {
            let mut table = Table::new();
            // Only its members have headings.
            table.set_implicit(true);
            Item::Table(table)
        });
        let Some(group) = group.as_table_like_mut() else {
            // It has been parsed as a table.
            return;
        };
        let table = group
            .entry(name)
            .or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = table.as_table_like_mut() {
            set(table, key, value.into());
        }
    }

    /// Removes a value from a table; says whether it was there.
    pub(crate) fn unset(&mut self, group: &str, name: &str, key: &str) -> bool {
        let group = self.toml.get_mut(group).and_then(Item::as_table_like_mut);
        let table = group.and_then(|group| group.get_mut(name));
        let table = table.and_then(Item::as_table_like_mut);
        table.is_some_and(|table| table.remove(key).is_some())
    }

    /// Removes a whole table; says whether it was there.
    pub(crate) fn remove(&mut self, group: &str, name: &str) -> bool {
        let Some(tables) = self.toml.get_mut(group).and_then(Item::as_table_like_mut) else {
            return false;
        };
        let found = tables.remove(name).is_some();
        if tables.is_empty() {
            self.toml.remove(group);
        }
        found
    }

    /// Gives a table another name; it stays where it is.
    pub(crate) fn rename(&mut self, group: &str, old: &str, new: &str) {
        let tables = self.toml.get_mut(group).and_then(Item::as_table_like_mut);
        let Some(tables) = tables else { return };
        if let Some(table) = tables.remove(old) {
            tables.insert(new, table);
        }
    }

    /// Writes the file, unless the result is invalid or another program has changed the file.
    pub(crate) fn save(self) -> Result<PathBuf, SettingsError> {
        let mut text = self.toml.to_string();
        if self.before.is_none() {
            text.insert_str(0, HEADER);
        }
        ConfigFile::parse(&self.path, &text).map_err(|error| match error {
            // The line is in no file yet.
            FileError::Content { line, message, .. } => SettingsError::Setting {
                setting: text.lines().nth(line - 1).unwrap_or_default().to_owned(),
                message,
            },
            error => error.into(),
        })?;
        if file::read(&self.path)? != self.before {
            return Err(SettingsError::Changed { path: self.path });
        }
        atomic_file::write(&self.path, text.as_bytes(), Access::Kept).map_err(|source| {
            FileError::Write {
                path: self.path.clone(),
                source,
            }
        })?;
        Ok(self.path)
    }
}

/// Sets a value in place, keeping the comment after it, or appends it.
fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn config(text: Option<&str>) -> (tempfile::TempDir, Config) {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("bchan/config.toml");
        if let Some(text) = text {
            fs::create_dir(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
        }
        let config = Config {
            path: Some(path),
            ..Config::default()
        };
        (temp, config)
    }

    #[test]
    fn what_is_not_changed_stays_byte_for_byte() {
        let text = "# mine\ndefault_profile='home' # at home\n\n[profiles.home]\n# the old one\n\
            server   = 'http://a'    # soon gone\nretries=1\n\n[profiles.\"w o r k\"]\n";
        let (_temp, config) = config(Some(text));
        let mut document = Document::open(&config).unwrap();
        document.set("profiles", "home", "server", "http://b");
        document.set("profiles", "w o r k", "timeout", 5);
        assert!(document.unset("profiles", "home", "retries"));
        assert!(!document.unset("profiles", "home", "retries"));
        let path = document.save().unwrap();
        let expected = text
            .replace("'http://a'", "\"http://b\"")
            .replace("retries=1\n", "")
            + "timeout = 5\n";
        assert_eq!(fs::read_to_string(path).unwrap(), expected);
    }

    #[test]
    fn a_new_file_has_a_heading_for_each_profile_and_no_other() {
        let (_temp, config) = config(None);
        let mut document = Document::open(&config).unwrap();
        document.set("profiles", "default", "server", "http://a");
        let text = fs::read_to_string(document.save().unwrap()).unwrap();
        assert_eq!(
            text,
            format!("{HEADER}[profiles.default]\nserver = \"http://a\"\n")
        );
        let mut document = Document::open(&config).unwrap();
        assert!(document.remove("profiles", "default"));
        assert!(!document.remove("profiles", "default"));
        document.save().unwrap();
    }

    #[test]
    fn nonsense_and_the_changes_of_others_are_not_written() {
        let text = "[profiles.a]\n";
        let (_temp, config) = config(Some(text));
        let mut document = Document::open(&config).unwrap();
        document.set("profiles", "a", "timeout", 0);
        assert!(document.save().unwrap_err().to_string().contains("timeout"));
        let path = config.path.as_ref().unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), text);
        let mut document = Document::open(&config).unwrap();
        document.set("profiles", "a", "timeout", 1);
        fs::write(path, "# new\n").unwrap();
        assert!(matches!(
            document.save(),
            Err(SettingsError::Changed { .. })
        ));
        assert_eq!(fs::read_to_string(path).unwrap(), "# new\n");
    }
}
