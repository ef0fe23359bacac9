//! The user's settings, from options, environment, files and defaults.

mod care;
mod document;
mod environment;
mod error;
mod file;
mod file_error;
mod length;
mod origin;
mod paths;
mod preset;
mod python;
mod server;
mod settings;
mod side;
mod url;

pub(crate) use self::care::Care;
pub(crate) use self::document::Document;
pub(crate) use self::environment::{Environment, ProcessEnvironment};
pub(crate) use self::error::SettingsError;
pub(crate) use self::file::Profile;
pub(crate) use self::file_error::FileError;
pub(crate) use self::length::Length;
pub(crate) use self::origin::{Origin, Sourced};
pub(crate) use self::paths::{cache_dir, data_dir, home_dir, python_dir, state_dir, user_units};
pub(crate) use self::preset::{KnownPreset, Preset, Presets, RULES as PRESET_RULES, rules};
pub(crate) use self::python::KEYRING as PYTHON_KEYRING;
pub(crate) use self::python::PythonFiles;
pub(crate) use self::server::ServerChoice;
pub(crate) use self::settings::{Config, KeyOption, KeySources, Settings};
pub(crate) use self::side::{Side, SideEnvironment};

#[cfg(test)]
pub(crate) use self::care::CARE as PRESET_CARE;
#[cfg(test)]
pub(crate) use self::environment::tests::Fake;
