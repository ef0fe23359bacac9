//! Settings with their origins.

use std::fmt;

/// Origin of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line.
    Option,
    /// A variable of the environment.
    Environment(&'static str),
    /// The profile in the configuration file.
    Profile,
    /// The configuration file, above all profiles.
    File,
    /// The Python client's configuration.
    Python,
    /// It was not set.
    Default,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    /// Its value.
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl Origin {
    /// A value that it has said.
    pub(crate) const fn of<T>(self, value: T) -> Sourced<T> {
        Sourced {
            value,
            origin: self,
        }
    }
}

impl<T> Sourced<T> {
    /// The first value that there is.
    pub(super) fn first<const N: usize>(candidates: [(Origin, Option<T>); N]) -> Option<Self> {
        let mut candidates = candidates.into_iter();
        candidates.find_map(|(origin, value)| value.map(|value| origin.of(value)))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Option => "command line",
            Self::Environment(name) => name,
            Self::Profile => "profile",
            Self::File => "configuration file",
            Self::Python => "Python client's configuration",
            Self::Default => "default",
        })
    }
}
