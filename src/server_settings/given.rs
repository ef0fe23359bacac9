//! The options of `bchan serve` as they were given.

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::options::ServerSettings;

/// Options of the command line, by their long names, in order. A command flattens them as it would
/// flatten the options themselves.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, reason = "only the help is used")
)]
pub(crate) struct GivenSettings(pub(super) Vec<(String, OsString)>);

impl Args for GivenSettings {
    fn augment_args(command: Command) -> Command {
        ServerSettings::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        ServerSettings::augment_args_for_update(command)
    }
}

impl FromArgMatches for GivenSettings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let command = ServerSettings::augment_args(Command::new("serve"));
        let mut given = Vec::new();
        for option in command.get_arguments() {
            let values = matches.get_raw(option.get_id().as_str());
            for (long, value) in option.get_long().into_iter().zip([values]) {
                let values = value.into_iter().flatten();
                given.extend(values.map(|value| (long.to_owned(), value.to_owned())));
            }
        }
        Ok(Self(given))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
