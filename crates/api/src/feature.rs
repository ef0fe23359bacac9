//! Capabilities of a server beyond the documented API.

use std::fmt;

/// An extension that a server may list in the header
/// [`Backup-Chan-Features`](crate::header::FEATURES).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feature {
    /// Unpacks zstd archives, and sends them on request.
    Zstd,
    /// Checks the form field [`sha256`](crate::form::SHA256) and stores nothing that differs.
    Sha256,
    /// Downloads take `?format=tar|tar.gz|tar.zst`.
    DownloadFormat,
    /// Keeps extended attributes and owners of what it unpacks, and with the form field
    /// [`special`](crate::form::SPECIAL) pipes and devices; says in its answer what it could not
    /// keep, and gives it all back with downloads.
    Metadata,
    /// Compares the form field [`receipt`](crate::form::RECEIPT) with what it has received, stores
    /// nothing that differs, and says it again with the backup. Takes the header
    /// [`backup-chan-sha256`](crate::header::SHA256).
    Receipt,
    /// Keeps a manifest of each backup of a tree, and takes uploads that refer to an earlier backup.
    Increment,
}

impl Feature {
    const ALL: [Self; 6] = [
        Self::Zstd,
        Self::Sha256,
        Self::DownloadFormat,
        Self::Metadata,
        Self::Receipt,
        Self::Increment,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Sha256 => "sha256",
            Self::DownloadFormat => "download-format",
            Self::Metadata => "metadata",
            Self::Receipt => "receipt",
            Self::Increment => "increment",
        }
    }
}

/// The extensions of one server. A server that lists none gets exactly the documented API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(u8);

impl Features {
    /// Returns the capabilities of this project's server.
    #[must_use]
    pub fn all() -> Self {
        Feature::ALL.into_iter().collect()
    }

    /// Returns true if the server has this one.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u8) != 0
    }

    /// Reads the header's value; unknown names are a newer server's and are ignored.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        let known = |name: &str| Feature::ALL.into_iter().find(|f| f.as_str() == name);
        value
            .split(',')
            .filter_map(|name| known(name.trim()))
            .collect()
    }
}

impl FromIterator<Feature> for Features {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        Self(
            features
                .into_iter()
                .fold(0, |bits, feature| bits | 1 << feature as u8),
        )
    }
}

/// Writes the header's value.
impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Feature::ALL
            .into_iter()
            .filter(|f| self.has(*f))
            .map(Feature::as_str)
            .collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_round_trips_and_ignores_strangers() {
        assert_eq!(
            Features::parse(&Features::all().to_string()),
            Features::all()
        );
        let some = Features::parse(" sha256 ,teleport,,zstd");
        assert!(some.has(Feature::Zstd) && some.has(Feature::Sha256));
        assert!(!some.has(Feature::DownloadFormat));
        assert_eq!(Features::parse(""), Features::default());
    }
}
