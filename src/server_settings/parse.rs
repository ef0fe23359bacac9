//! Parsing settings as options of `bchan serve`.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Command, FromArgMatches as _};

use super::options::ServerSettings;

/// Parses options, or returns the reason why one cannot be used.
pub(super) fn parse(
    command: &Command,
    given: &[(String, OsString)],
) -> Result<ServerSettings, String> {
    let words = given.iter().map(|(long, value)| {
        let mut word = OsString::from(format!("--{long}="));
        word.push(value);
        word
    });
    let matches = command.clone().try_get_matches_from(words);
    let parsed = matches.and_then(|matches| ServerSettings::from_arg_matches(&matches));
    parsed.map_err(|error| reason(&error))
}

fn reason(error: &clap::Error) -> String {
    if let Some(source) = error.source() {
        return source.to_string();
    }
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => format!("it must be one of {}", values.join(", ")),
        _ => error.kind().to_string(),
    }
}
