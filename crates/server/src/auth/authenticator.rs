//! Deciding whether a request may pass.

use std::path::Path;

use bchan_api::{ApiKey, KeyFile};
use subtle::{Choice, ConstantTimeEq as _};

use super::Grant;
use super::create::key_path;
use super::denied::Denied;
use super::error::KeyError;
use super::fingerprint::{Fingerprint, fingerprint};
use super::key_file::ReloadingFile;
use super::named_keys::{self, Keys};
use crate::config::Auth;

#[derive(Debug)]
pub(crate) struct Authenticator {
    rule: Rule,
}

#[derive(Debug)]
enum Rule {
    Open,
    Fixed(Fingerprint),
    Files {
        main: ReloadingFile<Fingerprint>,
        named: ReloadingFile<Keys>,
    },
}

impl Authenticator {
    pub(crate) fn new(auth: &Auth, data: &Path) -> Result<Self, KeyError> {
        let rule = match auth {
            Auth::None => Rule::Open,
            Auth::Key(key) => Rule::Fixed(fingerprint(key.expose())),
            Auth::KeyFile => Rule::Files {
                main: ReloadingFile::new(key_path(data), parse_main)?,
                named: ReloadingFile::new(data.join(super::error::NAMED_KEYS), named_keys::parse)?,
            },
        };
        Ok(Self { rule })
    }

    /// Returns true if no key is asked for at present.
    pub(crate) fn is_open(&self) -> bool {
        match &self.rule {
            Rule::Open => true,
            Rule::Fixed(_) => false,
            Rule::Files { main, named } => !main.was_seen() && !named.was_seen(),
        }
    }

    /// True once there was a key in a file.
    pub(crate) fn has_keys(&self) -> bool {
        matches!(self.rule, Rule::Files { .. }) && !self.is_open()
    }

    /// Fails if no request can pass, because the key files cannot be read.
    pub(crate) fn usable(&self) -> Result<(), KeyError> {
        match &self.rule {
            Rule::Open | Rule::Fixed(_) => Ok(()),
            Rule::Files { main, named } => {
                named.current()?;
                match main.current()? {
                    None if main.was_seen() => Err(KeyError::Gone {
                        path: main.path().to_owned(),
                    }),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Lets a request with this `Authorization` header pass, or says why not.
    pub(crate) fn check(&self, authorization: Option<&str>) -> Result<Grant, Denied> {
        let bearer = authorization.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = bearer.filter(|token| !token.is_empty());
        self.find(token.map(fingerprint))
    }

    /// Returns the rights of a key now.
    pub(super) fn find(&self, shown: Option<Fingerprint>) -> Result<Grant, Denied> {
        let (main, named) = match &self.rule {
            Rule::Open => return Ok(Grant::ALL),
            Rule::Fixed(fingerprint) => (Some(*fingerprint), None),
            Rule::Files { main, named } => {
                let unusable = |error: KeyError| {
                    tracing::error!(%error, "the key file cannot be used; refusing every request");
                    Denied::Unusable {
                        message: "the server cannot read its key",
                        cause: Some(error),
                    }
                };
                let keys = named.current().map_err(unusable)?;
                match main.current().map_err(unusable)? {
                    // A deleted key file must not open the server to everyone.
                    None if main.was_seen() => {
                        let message = "the server's key has disappeared; put it back or make a \
                            new one with `bchan server new-key`";
                        return Err(Denied::Unusable {
                            message,
                            cause: None,
                        });
                    }
                    None if !named.was_seen() => return Ok(Grant::ALL),
                    key => (key.map(|key| *key), keys),
                }
            }
        };
        let Some(shown) = shown else {
            return Err(Denied::NoKey);
        };
        // All are looked at, wherever the right one is.
        let same = |key: &Fingerprint| shown.ct_eq(key);
        let is_main = main.as_ref().map_or(Choice::from(0), same);
        let mut grant = bool::from(is_main).then(|| Grant::main(shown));
        for key in named.iter().flat_map(|keys| &keys.keys) {
            if bool::from(same(&key.sha256)) {
                grant = Some(Grant::named(key));
            }
        }
        grant.ok_or_else(|| Denied::forbidden("Invalid API key"))
    }
}

/// Reads the content of `apikey.json`.
fn parse_main(path: &Path, text: &str) -> Result<Fingerprint, KeyError> {
    let invalid = |message| KeyError::Invalid {
        path: path.to_owned(),
        message,
    };
    let file: KeyFile = serde_json::from_str(text)
        .map_err(|_| invalid("it is not of the form {\"key\": \"...\"}"))?;
    let key: ApiKey = file
        .key
        .expose()
        .parse()
        .map_err(|_| invalid("its key is empty or malformed"))?;
    Ok(fingerprint(key.expose()))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::super::{Rights, list_keys, new_key, new_named_key, revoke_key};
    use super::*;

    fn authenticator(data: &Path) -> Authenticator {
        Authenticator::new(&Auth::KeyFile, data).unwrap()
    }

    #[test]
    fn a_key_is_private_and_is_not_replaced_by_accident() {
        let temp = tempfile::tempdir().unwrap();
        let data = temp.path().join("data");
        let first = new_key(&data, false).unwrap();
        assert!(first.is_usual());
        assert_eq!(fs::metadata(key_path(&data)).unwrap().mode() & 0o777, 0o600);
        assert!(matches!(
            new_key(&data, false),
            Err(KeyError::Exists { .. })
        ));
        assert_ne!(new_key(&data, true).unwrap(), first);
        assert_eq!(
            fs::read_dir(&data).unwrap().count(),
            1,
            "nothing is left over"
        );
    }

    #[test]
    fn only_the_key_passes() {
        let temp = tempfile::tempdir().unwrap();
        let key = new_key(temp.path(), false).unwrap();
        let authenticator = authenticator(temp.path());
        let status = |header: &str| {
            authenticator
                .check(Some(header))
                .map(drop)
                .map_err(|error| error.name())
        };
        assert_eq!(status(&format!("Bearer {}", key.expose())), Ok(()));
        assert_eq!(status(&format!("bearer  {}", key.expose())), Ok(()));
        assert_eq!(status("Bearer bakch-0"), Err("forbidden"));
        assert_eq!(status(&format!("Basic {}", key.expose())), Err("no key"));
        assert_eq!(status("Bearer "), Err("no key"));
        assert_eq!(
            authenticator.check(None).map_err(|error| error.name()),
            Err("no key")
        );
    }

    #[test]
    fn follows_the_file_and_fails_closed() {
        let temp = tempfile::tempdir().unwrap();
        let authenticator = authenticator(temp.path());
        assert!(authenticator.is_open());
        authenticator.check(None).unwrap();
        let old = new_key(temp.path(), false).unwrap();
        assert_eq!(authenticator.check(None).unwrap_err().name(), "no key");
        let new = new_key(temp.path(), true).unwrap();
        let pass = |key: &ApiKey| authenticator.check(Some(&format!("Bearer {}", key.expose())));
        pass(&new).unwrap();
        assert_eq!(pass(&old).unwrap_err().name(), "forbidden");

        let path = key_path(temp.path());
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(pass(&new).unwrap_err().name(), "unusable");
        assert!(matches!(
            Authenticator::new(&Auth::KeyFile, temp.path()),
            Err(KeyError::Exposed { .. })
        ));
        fs::remove_file(&path).unwrap();
        assert_eq!(pass(&new).unwrap_err().name(), "unusable");
        assert_eq!(authenticator.check(None).unwrap_err().name(), "unusable");
    }

    #[test]
    fn named_keys_come_and_go_beside_the_main_one() {
        let temp = tempfile::tempdir().unwrap();
        let data = temp.path();
        let authenticator = authenticator(data);
        let pass = |key: &ApiKey| authenticator.check(Some(&format!("Bearer {}", key.expose())));
        let agent = new_named_key(data, "agent", Rights::Append, &[]).unwrap();
        // One with a name is enough to close the door.
        assert!(!authenticator.is_open() || authenticator.check(None).is_err());
        assert_eq!(authenticator.check(None).unwrap_err().name(), "no key");
        assert_eq!(pass(&agent).unwrap().name.as_deref(), Some("agent"));
        let main = new_key(data, false).unwrap();
        assert_eq!(pass(&main).unwrap().name, None);
        let path = data.join(crate::auth::error::NAMED_KEYS);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(agent.expose()) && !text.contains(&agent.expose()[6..]));

        assert!(matches!(
            new_named_key(data, "agent", Rights::Full, &[]),
            Err(KeyError::NameTaken { .. })
        ));
        for name in ["", "a b", "a\n", "ä", &"x".repeat(65)] {
            let made = new_named_key(data, name, Rights::Full, &[]);
            assert!(matches!(made, Err(KeyError::InvalidName { .. })), "{name}");
        }
        revoke_key(data, "agent").unwrap();
        assert_eq!(pass(&agent).unwrap_err().name(), "forbidden");
        assert!(pass(&main).is_ok() && list_keys(data).unwrap().is_empty());
        assert!(matches!(
            revoke_key(data, "agent"),
            Err(KeyError::NoSuchKey { .. })
        ));

        for broken in ["{}", "x", "{\"version\":2,\"keys\":[]}"] {
            fs::write(&path, broken).unwrap();
            assert_eq!(pass(&main).unwrap_err().name(), "unusable", "{broken}");
        }
        fs::remove_file(&path).unwrap();
        pass(&main).unwrap();
    }

    #[test]
    fn keys_that_are_made_at_the_same_time_are_all_there() {
        let temp = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let data = temp.path();
                scope
                    .spawn(move || new_named_key(data, &n.to_string(), Rights::Read, &[]).unwrap());
            }
        });
        assert_eq!(list_keys(temp.path()).unwrap().len(), 8);
    }
}
