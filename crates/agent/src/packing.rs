//! How an archive is made, in the words of the command line.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::thread;

use bchan_archive::Compression;
pub use bchan_archive::Look;
use serde::Deserialize;

/// How an archive is made.
#[derive(Clone, Debug)]
pub struct Packing {
    /// Chosen compression; the best for the server if absent.
    pub compression: Option<Compress>,
    /// As many as the machine has, if it is left open.
    pub threads: Option<NonZeroU32>,
    /// True if extended attributes go in.
    pub attributes: bool,
    /// True if pipes and devices go in.
    pub special: bool,
    /// True if nothing is taken from an earlier backup.
    pub full: bool,
    /// When a file counts as unchanged.
    pub look: Look,
}

/// A way to compress, and perhaps how hard to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Compress {
    method: Method,
    level: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    None,
    Gzip,
    Zstd,
    Xz,
}

impl Compress {
    /// Returns the best compression for a server.
    pub fn best(knows_zstd: bool) -> Self {
        let method = if knows_zstd {
            Method::Zstd
        } else {
            Method::Gzip
        };
        Self {
            method,
            level: None,
        }
    }

    /// Returns true if it is one that only servers know which say so.
    pub fn is_zstd(self) -> bool {
        self.method == Method::Zstd
    }

    /// The codec for a server, and the extension of the file name. With `adapt`, the result is not
    /// stored, and need not be small if the network is fast; an explicit level is always used.
    pub fn compression(
        self,
        threads: Option<NonZeroU32>,
        adapt: bool,
    ) -> (Compression, &'static str) {
        let threads = threads.map_or_else(all_threads, NonZeroU32::get);
        match self.method {
            Method::None => (Compression::None, "tar"),
            Method::Gzip => {
                let level = self.level.unwrap_or(5);
                (Compression::Gzip { level }, "tar.gz")
            }
            Method::Zstd => {
                let level = self.level.unwrap_or(3).cast_signed();
                let compression = Compression::Zstd {
                    level,
                    threads,
                    adapt: adapt && self.level.is_none(),
                };
                (compression, "tar.zst")
            }
            Method::Xz => {
                let level = self.level.unwrap_or(6);
                (Compression::Xz { level, threads }, "tar.xz")
            }
        }
    }
}

fn all_threads() -> u32 {
    thread::available_parallelism().map_or(1, |count| u32::try_from(count.get()).unwrap_or(1))
}

impl FromStr for Compress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, level) = match text.split_once(':') {
            Some((name, level)) => (name, Some(level)),
            None => (text, None),
        };
        let (method, levels) = match name {
            "none" => (Method::None, None),
            "gzip" => (Method::Gzip, Some(1..=9)),
            "zstd" => (Method::Zstd, Some(1..=19)),
            "xz" => (Method::Xz, Some(0..=9)),
            _ => return Err("it is not one of zstd, gzip, xz and none".into()),
        };
        let level = match (level, levels) {
            (None, _) => None,
            (Some(_), None) => return Err("none has no level".into()),
            (Some(level), Some(levels)) => {
                let (first, last) = (levels.start(), levels.end());
                let wrong = || format!("the level of {name} is a number from {first} to {last}");
                let level: u32 = level.parse().map_err(|_| wrong())?;
                Some(level)
                    .filter(|level| levels.contains(level))
                    .ok_or_else(wrong)?
                    .into()
            }
        };
        Ok(Self { method, level })
    }
}

impl TryFrom<String> for Compress {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Compress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.method {
            Method::None => "none",
            Method::Gzip => "gzip",
            Method::Zstd => "zstd",
            Method::Xz => "xz",
        })?;
        match self.level {
            Some(level) => write!(f, ":{level}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_that_there_are() {
        let read = |text: &str| text.parse::<Compress>();
        for text in [
            "zstd", "zstd:1", "zstd:19", "gzip", "gzip:1", "gzip:9", "xz", "xz:0", "xz:9", "none",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        for text in [
            "", "zip", "zstd:0", "zstd:20", "zstd:", "gzip:0", "gzip:10", "xz:10", "xz:-1",
            "none:1", "Zstd",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        let one = NonZeroU32::new(1);
        let (compression, ending) = read("xz:2").unwrap().compression(one, true);
        assert_eq!(
            (compression, ending),
            (
                Compression::Xz {
                    level: 2,
                    threads: 1
                },
                "tar.xz"
            )
        );
    }
}
