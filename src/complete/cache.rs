//! A short-lived cache of the server's answers.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::names::{Name, Names};
use crate::config::{ProcessEnvironment, cache_dir};
use bchan_agent::atomic_file::{self, Access};

/// How long an answer is taken for the present state.
const FRESH: Duration = Duration::from_secs(10);

/// How long an answer stands in for a server that does not answer.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// No file of ours is larger, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Where the names of one kind and one server are kept.
pub(super) struct Place(PathBuf);

impl Place {
    /// None where nothing says where caches are.
    pub(super) fn of(server: &str, profile: Option<&str>, kind: Names) -> Option<Self> {
        let folder = cache_dir(&ProcessEnvironment)?.join("completion");
        // Profiles may have keys that see different things.
        let key = format!("{server}\n{}\n{kind:?}", profile.unwrap_or_default());
        let name = hex::encode(&Sha256::digest(key)[..16]);
        Some(Self(folder.join(name + ".json")))
    }

    /// Names that are new enough to need no question.
    pub(super) fn fresh(&self) -> Option<Vec<Name>> {
        self.read(FRESH)
    }

    /// Outdated names, used if there are no others. They count as fresh for a moment, so that a
    /// server that is away does not delay every key press.
    pub(super) fn stale(&self) -> Option<Vec<Name>> {
        let names = self.read(STALE);
        self.keep(names.as_deref().unwrap_or_default());
        names
    }

    /// Stores names. A failure only costs time.
    pub(super) fn keep(&self, names: &[Name]) {
        if let Ok(text) = serde_json::to_vec(names) {
            let _ = atomic_file::write(&self.0, &text, Access::Private);
        }
    }

    fn read(&self, age: Duration) -> Option<Vec<Name>> {
        let written = fs::metadata(&self.0).ok()?.modified().ok()?;
        // What was written in the future is of a clock that was wrong.
        let is_young = SystemTime::now().duration_since(written).ok()? <= age;
        let mut text = Vec::new();
        let file = File::open(&self.0).ok().filter(|_| is_young)?;
        file.take(LARGEST).read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_age() {
        let temp = tempfile::tempdir().unwrap();
        let place = Place(temp.path().join("sub/x.json"));
        assert_eq!((place.fresh(), place.read(STALE)), (None, None));
        let names = vec![Name {
            value: "docs".into(),
            help: "Documents".into(),
            other: None,
        }];
        place.keep(&names);
        assert_eq!(place.fresh().as_ref(), Some(&names));
        let set = |age: Duration| {
            let file = File::options().write(true).open(&place.0).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        };
        set(FRESH * 2);
        assert_eq!(place.fresh(), None);
        assert_eq!(place.stale().as_ref(), Some(&names));
        assert_eq!(place.fresh().as_ref(), Some(&names));
        set(STALE * 2);
        assert_eq!(place.stale(), None);
        // Until the next question to the server is due, the answer is that there are none.
        assert_eq!(place.fresh(), Some(vec![]));
        fs::write(&place.0, "{").unwrap();
        assert_eq!(place.fresh(), None);
    }
}
