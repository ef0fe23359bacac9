//! How fast bytes may pass.

use std::num::NonZeroU64;
use std::str::FromStr;

use bchan_client::RateLimit;
use bytesize::ByteSize;

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
        let size: ByteSize = text.parse()?;
        let rate = NonZeroU64::new(size.as_u64()).ok_or("nothing would ever pass")?;
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
        assert_eq!(read("1000"), Some(1000));
        for text in ["0", "", "fast", "-1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
