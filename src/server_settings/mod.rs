//! The settings of a server: declared once in [`options`], and taken from options, environment and
//! configuration file by [`layers`].

#![allow(clippy::doc_markdown, reason = "the help is plain text")]

#[cfg(feature = "server")]
mod file;
mod given;
#[cfg(feature = "server")]
mod layers;
mod options;
#[cfg(feature = "server")]
mod parse;
#[cfg(feature = "server")]
mod server;
mod storage;
mod values;

pub(crate) use self::given::GivenSettings;
pub(crate) use self::storage::StorageArgs;
