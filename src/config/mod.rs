//! The user's settings, from options, environment, files and defaults.

mod document;
mod environment;
mod error;
pub(crate) mod fields;
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
mod unattended;
mod url;

pub(crate) use self::document::Document;
pub(crate) use self::environment::{Environment, ProcessEnvironment};
pub(crate) use self::error::SettingsError;
pub(crate) use self::file::Profile;
pub(crate) use self::file_error::FileError;
pub(crate) use self::length::Length;
pub(crate) use self::origin::{Origin, Sourced};
pub(crate) use self::paths::{
    cache_dir, data_dir, expand, home_dir, python_dir, state_dir, user_units,
};
pub(crate) use self::preset::{KnownPreset, Preset, Presets};
pub(crate) use self::python::KEYRING as PYTHON_KEYRING;
pub(crate) use self::python::PythonFiles;
pub(crate) use self::server::ServerChoice;
pub(crate) use self::settings::{Config, KeyOption, KeySources, Settings};
pub(crate) use self::side::{Side, SideEnvironment};
pub(crate) use self::unattended::UnattendedOptions;

#[cfg(test)]
pub(crate) use self::environment::tests::Fake;
#[cfg(test)]
pub(crate) use self::file::ConfigFile;
