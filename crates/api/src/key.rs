//! The API key.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A secret that opens a server. `Debug` and `Display` never show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApiKey(String);

/// A text that cannot be an API key. It does not repeat the text, which may be half a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an API key: it must be visible ASCII characters without spaces")]
pub struct InvalidKey;

/// Content of `apikey.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyFile {
    /// The one key of the server.
    pub key: ApiKey,
}

impl ApiKey {
    /// Prefix of every key that a Backup-chan server makes.
    pub const PREFIX: &str = "bakch-";

    /// Makes a key of the usual shape: the prefix and 64 lower-case hex digits.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        let mut text = String::from(Self::PREFIX);
        for byte in bytes {
            use fmt::Write as _;
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The secret itself. Only for the wire, and for showing a new key once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns true if it has the shape that the Python client insists on.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        let lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        self.0
            .strip_prefix(Self::PREFIX)
            .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(lower_hex))
    }
}

impl FromStr for ApiKey {
    type Err = InvalidKey;

    /// Surrounding white space, such as the newline at the end of a file, is not part of the key.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let text = text.trim();
        let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKey)
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_shows_itself() {
        let key = ApiKey::from_random([0xab; 32]);
        assert!(key.is_usual());
        assert!(!format!("{:?}", KeyFile { key }).contains("abab"));
    }

    #[test]
    fn refuses_what_cannot_stand_in_a_header() {
        assert_eq!("bakch-1\n".parse::<ApiKey>().unwrap().expose(), "bakch-1");
        for text in ["", "  ", "a b", "a\nb", "schlüssel"] {
            assert_eq!(text.parse::<ApiKey>(), Err(InvalidKey), "{text:?}");
        }
    }
}
