//! How fast bytes may pass.

use std::num::NonZeroU64;
use std::str::FromStr;

use bchan_archive::{InvalidSize, Size};
use bchan_client::RateLimit;

/// Bytes in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(NonZeroU64);

impl Rate {
    pub(super) fn limit(self) -> RateLimit {
        RateLimit::new(self.0)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Size(bytes) = text
            .parse()
            .map_err(|error: InvalidSize| error.to_string())?;
        if text.trim().parse::<f64>().is_ok() {
            return Err(format!(
                "`{text}` has no unit; {text}KiB, {text}MiB and {text}B are rates in a second"
            ));
        }
        let rate = NonZeroU64::new(bytes).ok_or("nothing would ever pass")?;
        Ok(Self(rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_size_but_not_nothing() {
        let read = |text: &str| text.parse::<Rate>().ok().map(|rate| rate.0.get());
        assert_eq!(read("5MiB"), Some(5 << 20));
        assert_eq!(read("1000B"), Some(1000));
        // Other programs take such a number for KiB.
        for text in ["0", "0B", "5", "1.5", "", "fast", "-1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
