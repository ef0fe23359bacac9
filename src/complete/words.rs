//! The command line as far as it has been typed, and what it says about where to look for names.

use std::ffi::OsString;

use clap::FromArgMatches as _;

use super::names::{Name, Names};
use super::{cache, server};
use crate::config::{Config, KnownPreset, ProcessEnvironment, ServerChoice, Settings};
use crate::global_args::GlobalArgs;

/// A command line that is being typed.
pub(super) struct Words {
    global: GlobalArgs,
}

/// The words that the shell has passed to this process after `--`.
fn typed() -> Option<Vec<OsString>> {
    let mut words = std::env::args_os();
    words.find(|word| word == "--")?;
    Some(words.collect())
}

/// The word that is being typed. Some shells say which it is, for others it is the last one.
pub(super) fn current() -> Option<OsString> {
    let mut words = typed()?;
    let index = std::env::var("_CLAP_COMPLETE_INDEX").ok();
    match index.and_then(|index| index.parse::<usize>().ok()) {
        Some(index) => (index < words.len()).then(|| words.swap_remove(index)),
        None => words.pop(),
    }
}

impl Words {
    /// That of the shell that runs this process.
    pub(super) fn of_process() -> Option<Self> {
        Self::parse(typed()?)
    }

    fn parse(words: Vec<OsString>) -> Option<Self> {
        let command = crate::definition::get().ignore_errors(true);
        let matches = command.try_get_matches_from(words).ok()?;
        let global = GlobalArgs::from_arg_matches(&matches).ok()?;
        Some(Self { global })
    }

    /// The names that an argument may have here and now.
    pub(super) fn names(&self, kind: Names) -> Vec<Name> {
        match kind {
            Names::Profiles => self.profiles().unwrap_or_default(),
            Names::Presets => self.presets().unwrap_or_default(),
            kind => self.of_server(kind).unwrap_or_default(),
        }
    }

    fn profiles(&self) -> Option<Vec<Name>> {
        let config = Config::load(&self.global, &ProcessEnvironment).ok()?;
        let name = |(name, profile): (String, crate::config::Profile)| Name {
            value: name,
            help: profile.server.unwrap_or_default(),
            other: None,
        };
        Some(config.file.profiles.into_iter().map(name).collect())
    }

    fn presets(&self) -> Option<Vec<Name>> {
        let config = Config::load(&self.global, &ProcessEnvironment).ok()?;
        let presets = config.presets(&ProcessEnvironment).ok()?;
        let name = |(name, known): (String, KnownPreset)| Name {
            value: name,
            help: format!("to {}", known.preset.target),
            other: None,
        };
        Some(presets.into_iter().map(name).collect())
    }

    fn of_server(&self, kind: Names) -> Option<Vec<Name>> {
        let settings = Settings::resolve(&self.global, &ProcessEnvironment).ok()?;
        // A server inside this program would have to be started for it.
        let ServerChoice::Remote(url) = &settings.server.value else {
            return None;
        };
        let place = cache::Place::of(url, settings.profile.as_deref(), kind);
        if let Some(names) = place.as_ref().and_then(cache::Place::fresh) {
            return Some(names);
        }
        match server::ask(&settings, url, kind) {
            Some(names) => {
                if let Some(place) = place {
                    place.keep(&names);
                }
                Some(names)
            }
            // What it said last is better than nothing.
            None => place.and_then(|place| place.stale()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_count_wherever_they_stand_in_a_line_that_is_not_finished() {
        crate::definition::set(crate::cli::definition);
        let server = |words: &[&str]| {
            let words = words.iter().map(OsString::from).collect();
            Words::parse(words).unwrap().global.server
        };
        let wanted = Some("http://a:1".to_owned());
        for words in [
            &["bchan", "--server", "http://a:1", "target", "show", ""][..],
            &["bchan", "target", "show", "--server", "http://a:1", ""],
            &[
                "bchan",
                "target",
                "--server=http://a:1",
                "show",
                "x",
                "--nonsense",
            ],
            &["bchan", "--server", "http://a:1", "backup", "upload"],
        ] {
            assert_eq!(server(words), wanted, "{words:?}");
        }
        assert_eq!(server(&["bchan", "target", "show", "--server"]), None);
        assert_eq!(server(&["bchan"]), None);
    }
}
