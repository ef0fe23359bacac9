//! The settings that the configuration file has words for.

use std::path::Path;

use clap::ValueEnum;
use toml_edit::{Array, Value};

use crate::commands::anchor::anchored;
use crate::config::{Origin, Settings};
use crate::error::CommandError;
use crate::ui::view::Setting;

/// A setting by its name in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Key {
    /// Server to talk to, as for --server
    Server,
    /// File with the API key
    ApiKeyFile,
    /// Program that prints the API key, with its arguments
    ApiKeyCommand,
    /// Certificates to trust, as for --ca-cert
    CaCert,
    /// Number of retries, as for --retries
    Retries,
    /// Seconds of silence, as for --timeout
    Timeout,
    /// Patterns that every backup excludes, as for --exclude
    Exclude,
    /// Compression, as for --compression
    Compression,
    /// Send everything, as for --full
    Full,
    /// Read every file, as for --checksum
    Checksum,
    /// Ignore inode change times, as for --ignore-ctime
    IgnoreCtime,
    /// Ignore inode numbers, as for --ignore-inode
    IgnoreInode,
    /// Required percentage of the last backup, as for --shrink-threshold
    ShrinkThreshold,
    /// Spool folder, as for --spool
    Spool,
    /// Largest size of the spool, as for --spool-limit
    SpoolLimit,
    /// Profile to use when none is given; a top-level setting
    DefaultProfile,
}

impl Key {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::ApiKeyFile => "api_key_file",
            Self::ApiKeyCommand => "api_key_command",
            Self::CaCert => "ca_cert",
            Self::Retries => "retries",
            Self::Timeout => "timeout",
            Self::Exclude => "exclude",
            Self::Compression => "compression",
            Self::Full => "full",
            Self::Checksum => "checksum",
            Self::IgnoreCtime => "ignore_ctime",
            Self::IgnoreInode => "ignore_inode",
            Self::ShrinkThreshold => "shrink_threshold",
            Self::Spool => "spool",
            Self::SpoolLimit => "spool_limit",
            Self::DefaultProfile => "default_profile",
        }
    }

    /// Parses the words of the command line into the form of the file.
    pub(super) fn parse(self, words: &[String]) -> Result<Value, CommandError> {
        if matches!(self, Self::ApiKeyCommand | Self::Exclude) {
            return Ok(Value::Array(words.iter().collect::<Array>()));
        }
        let [word] = words else {
            let message = format!("{} has one value, not {}", self.name(), words.len());
            return Err(CommandError::usage(message));
        };
        if matches!(self, Self::ApiKeyFile | Self::CaCert | Self::Spool) {
            // The file's relative paths start at its own folder, those of a user at the current one.
            return Ok(anchored(word)?.to_string_lossy().into_owned().into());
        }
        if matches!(
            self,
            Self::Full | Self::Checksum | Self::IgnoreCtime | Self::IgnoreInode
        ) {
            let value: Result<bool, _> = word.parse();
            let value = value.map_err(|_| {
                let message = format!("{} is true or false, not `{word}`", self.name());
                CommandError::usage(message)
            })?;
            return Ok(value.into());
        }
        if !matches!(self, Self::Retries | Self::Timeout | Self::ShrinkThreshold) {
            return Ok(word.into());
        }
        let number: Result<u32, _> = word.parse();
        let number = number.map_err(|_| {
            CommandError::usage(format!("{} is a number, not `{word}`", self.name()))
        })?;
        Ok(i64::from(number).into())
    }

    /// Returns the value in effect, if there is one.
    pub(super) fn setting(self, settings: &Settings) -> Option<Setting> {
        let setting = |value: serde_json::Value, origin: Origin| {
            Some(Setting {
                key: self.name().to_owned(),
                value,
                origin: origin.to_string(),
            })
        };
        let path = |path: &Path| path.to_string_lossy().into_owned().into();
        let (key, from_file) = (&settings.key, Origin::Profile);
        let flag = |value: bool| value.then(|| setting(true.into(), from_file)).flatten();
        match self {
            Self::Server => {
                let server = &settings.server;
                setting(server.value.to_string().into(), server.origin)
            }
            Self::ApiKeyFile => setting(path(key.file.as_deref()?), from_file),
            Self::ApiKeyCommand => setting(key.command.clone()?.into(), from_file),
            Self::CaCert => {
                let ca = settings.ca.as_ref()?;
                setting(path(&ca.value), ca.origin)
            }
            Self::Retries => setting(settings.retries.value.into(), settings.retries.origin),
            Self::Timeout => setting(settings.timeout.value.into(), settings.timeout.origin),
            Self::Compression => setting(settings.compression?.to_string().into(), from_file),
            Self::Full => flag(settings.full),
            Self::Checksum => flag(settings.look.reads_all),
            Self::IgnoreCtime => flag(settings.look.ignores_ctime),
            Self::IgnoreInode => flag(settings.look.ignores_inode),
            Self::Exclude if settings.exclude.is_empty() => None,
            Self::Exclude => setting(settings.exclude.clone().into(), from_file),
            Self::ShrinkThreshold => setting(settings.shrink_threshold?.into(), from_file),
            Self::Spool => setting(path(settings.spool.as_deref()?), from_file),
            Self::SpoolLimit => setting(settings.spool_limit?.to_string().into(), from_file),
            Self::DefaultProfile => {
                let name = settings.config.file.default_profile.clone()?;
                setting(name.into(), Origin::File)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_file() {
        for key in Key::value_variants() {
            assert_eq!(key.to_possible_value().unwrap().get_name(), key.name());
        }
    }

    #[test]
    fn values_have_the_types_of_the_file() {
        let parse = |key: Key, words: &[&str]| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            key.parse(&words).map(|value| value.to_string())
        };
        assert_eq!(parse(Key::Retries, &["7"]).unwrap(), "7");
        assert_eq!(parse(Key::Server, &["7"]).unwrap(), "\"7\"");
        assert_eq!(
            parse(Key::ApiKeyCommand, &["pass", "show"]).unwrap(),
            r#"["pass", "show"]"#
        );
        let here = std::env::current_dir().unwrap().join("cert.pem");
        let path = format!("{:?}", here.to_str().unwrap());
        assert_eq!(parse(Key::CaCert, &["cert.pem"]).unwrap(), path);
        assert_eq!(parse(Key::Spool, &["~/s"]).unwrap(), "\"~/s\"");
        assert_eq!(parse(Key::IgnoreInode, &["true"]).unwrap(), "true");
        assert!(parse(Key::Full, &["yes"]).is_err());
        assert!(parse(Key::Timeout, &["soon"]).is_err());
        assert!(parse(Key::Server, &["a", "b"]).is_err());
    }
}
