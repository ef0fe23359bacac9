//! Keys in the keyring of the desktop, or of whatever session there is.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a person may take to unlock it. Without one it answers at once or never.
const PATIENCE: Duration = Duration::from_secs(60);

/// A place that keeps secrets by service and user.
pub(crate) trait Keyring: Send + Sync {
    /// The secret, if there is one.
    fn get(&self, service: &str, user: &str) -> Result<Option<String>, KeyringError>;

    /// Keeps the secret in place of one that may be there.
    fn set(&self, service: &str, user: &str, secret: &str) -> Result<(), KeyringError>;

    /// Forgets the secret; says whether there was one.
    fn delete(&self, service: &str, user: &str) -> Result<bool, KeyringError>;
}

/// Errors of the keyring.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyringError {
    /// There is no keyring, or it does not open.
    #[error("no keyring is available")]
    #[cfg_attr(
        not(feature = "keyring"),
        allow(dead_code, reason = "only tests have one")
    )]
    Unavailable {
        source: Box<dyn Error + Send + Sync>,
    },
    /// The program cannot use any.
    #[error("this bchan was built without the feature `keyring`")]
    #[cfg_attr(
        feature = "keyring",
        expect(dead_code, reason = "it was built with it")
    )]
    Unsupported,
    /// It was not unlocked.
    #[error("the keyring did not answer within {} s", PATIENCE.as_secs())]
    Silent,
    /// No thread could be started to ask it.
    #[error("the keyring cannot be asked")]
    Thread { source: io::Error },
}

/// Asks a keyring, which may take its time, without holding up anything else.
pub(super) async fn ask<T: Send + 'static>(
    keyring: &Arc<dyn Keyring>,
    question: impl FnOnce(&dyn Keyring) -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    let keyring = Arc::clone(keyring);
    let (send, receive) = oneshot::channel();
    let asking = move || {
        // The receiver is gone if the command was cancelled.
        let _ = send.send(question(&*keyring));
    };
    // A thread of its own, which a keyring that hangs does not keep the program from ending.
    let named = thread::Builder::new().name("keyring".to_owned());
    named
        .spawn(asking)
        .map_err(|source| KeyringError::Thread { source })?;
    match timeout(PATIENCE, receive).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) | Err(_) => Err(KeyringError::Silent),
    }
}

/// The keyring of this session.
pub(crate) struct SessionKeyring;

#[cfg(feature = "keyring")]
mod session {
    use keyring::{Entry, Error};

    use crate::credentials::keyring::{Keyring, KeyringError, SessionKeyring};

    impl Keyring for SessionKeyring {
        fn get(&self, service: &str, user: &str) -> Result<Option<String>, KeyringError> {
            match entry(service, user)?.get_password() {
                Ok(secret) => Ok(Some(secret)),
                Err(Error::NoEntry) => Ok(None),
                // Programs that label their items differently leave one each; any may be the one.
                Err(Error::Ambiguous(entries)) => {
                    Ok(entries.iter().find_map(|entry| entry.get_password().ok()))
                }
                Err(error) => Err(unavailable(&error)),
            }
        }

        fn set(&self, service: &str, user: &str, secret: &str) -> Result<(), KeyringError> {
            match entry(service, user)?.set_password(secret) {
                Err(Error::Ambiguous(entries)) => {
                    let mut entries = entries.iter();
                    let set = entries.try_for_each(|entry| entry.set_password(secret));
                    set.map_err(|error| unavailable(&error))
                }
                outcome => outcome.map_err(|error| unavailable(&error)),
            }
        }

        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the type of the entries has no name here"
        )]
        fn delete(&self, service: &str, user: &str) -> Result<bool, KeyringError> {
            match entry(service, user)?.delete_credential() {
                Ok(()) => Ok(true),
                Err(Error::NoEntry) => Ok(false),
                Err(Error::Ambiguous(entries)) => {
                    let mut entries = entries.iter();
                    let deleted = entries.try_for_each(|entry| entry.delete_credential());
                    deleted.map(|()| true).map_err(|error| unavailable(&error))
                }
                Err(error) => Err(unavailable(&error)),
            }
        }
    }

    fn entry(service: &str, user: &str) -> Result<Entry, KeyringError> {
        if let Err(error) = Entry::store_status() {
            return Err(unavailable(error));
        }
        Entry::new(service, user).map_err(|error| unavailable(&error))
    }

    fn unavailable(error: &Error) -> KeyringError {
        // The error itself cannot be sent from the thread that asks.
        let source = error.to_string().into();
        KeyringError::Unavailable { source }
    }
}

#[cfg(not(feature = "keyring"))]
impl Keyring for SessionKeyring {
    fn get(&self, _: &str, _: &str) -> Result<Option<String>, KeyringError> {
        Err(KeyringError::Unsupported)
    }

    fn set(&self, _: &str, _: &str, _: &str) -> Result<(), KeyringError> {
        Err(KeyringError::Unsupported)
    }

    fn delete(&self, _: &str, _: &str) -> Result<bool, KeyringError> {
        Err(KeyringError::Unsupported)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;

    /// A keyring in memory, or the lack of one.
    pub(crate) struct Memory(Option<Mutex<HashMap<(String, String), String>>>);

    impl Memory {
        pub(crate) fn empty() -> Arc<dyn Keyring> {
            Arc::new(Self(Some(Mutex::default())))
        }

        pub(crate) fn missing() -> Arc<dyn Keyring> {
            Arc::new(Self(None))
        }

        fn with<T>(
            &self,
            act: impl FnOnce(&mut HashMap<(String, String), String>) -> T,
        ) -> Result<T, KeyringError> {
            let source = "no session bus".into();
            let items = self
                .0
                .as_ref()
                .ok_or(KeyringError::Unavailable { source })?;
            Ok(act(&mut items.lock().unwrap()))
        }
    }

    impl Keyring for Memory {
        fn get(&self, service: &str, user: &str) -> Result<Option<String>, KeyringError> {
            self.with(|items| items.get(&(service.into(), user.into())).cloned())
        }

        fn set(&self, service: &str, user: &str, secret: &str) -> Result<(), KeyringError> {
            let insert = |items: &mut HashMap<_, _>| {
                items.insert((service.into(), user.into()), secret.into());
            };
            self.with(insert)
        }

        fn delete(&self, service: &str, user: &str) -> Result<bool, KeyringError> {
            self.with(|items| items.remove(&(service.into(), user.into())).is_some())
        }
    }
}
