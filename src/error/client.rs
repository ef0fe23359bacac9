//! Mapping of client errors for users.

use bchan_client::{Distrust, Error};

use super::{CommandError, Kind};

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        let hint = hint(&error);
        Self::new(kind(&error), error).maybe_hint(hint)
    }
}

/// The kind of failure that an error of the client is.
pub(super) fn kind(error: &Error) -> Kind {
    match error {
        Error::Unauthorized | Error::Forbidden { .. } => Kind::Unauthorised,
        Error::NotFound { .. } => Kind::NotFound,
        Error::Ambiguous { .. } | Error::AmbiguousId { .. } => Kind::Usage,
        Error::Busy { .. } => Kind::Busy,
        Error::InvalidServer { .. }
        | Error::NoCertificate
        | Error::Redirected { .. }
        | Error::Untrusted { .. } => Kind::Configuration,
        error if error.is_temporary() => Kind::Temporary,
        _ => Kind::Failed,
    }
}

/// One line that says what to do about it.
pub(super) fn hint(error: &Error) -> Option<String> {
    Some(match error {
        Error::Unreachable { server, .. } => {
            format!("is the server running at {server}? `bchan serve --data DIR` starts one")
        }
        Error::Untrusted { server, reason } => distrust_hint(server, reason)?,
        Error::Unauthorized => {
            "`bchan login` stores the server's key; --api-key-file, BCHAN_API_KEY and \
             BCHAN_API_KEY_FILE name one"
                .into()
        }
        Error::Forbidden { message } if message.contains("Invalid API key") => {
            "the server has other keys: `bchan login` stores one of them, and `bchan server new-key` \
             on the server makes one"
                .into()
        }
        Error::Forbidden { .. } => {
            "`bchan server list-keys` on the server shows what each key is for".into()
        }
        Error::Unanswered { .. } => {
            "`bchan backup list` with the target shows whether it is".into()
        }
        Error::AmbiguousId { .. } => "add more characters of the id".into(),
        Error::Ambiguous { .. } => "name one of them by its alias or id".into(),
        Error::Busy { .. } => "try again when the server is done with it".into(),
        Error::Overloaded {
            status: 429,
            retry_after,
            ..
        } => {
            let when = retry_after.map_or_else(
                || "later".to_owned(),
                |wait| format!("in {}", hours(wait.as_secs())),
            );
            format!(
                "try again {when}; `bchan target edit --max-daily-uploads NUMBER` with a full key \
                 raises a target's limit"
            )
        }
        Error::TimedOut { .. } => "--timeout SECONDS waits longer".into(),
        Error::TooLarge { proxy: true, .. } => {
            "raise the proxy's limit on the size of requests (nginx: client_max_body_size 0)".into()
        }
        Error::OutOfSpace { .. } => {
            "free some space on the server: `bchan recycle-bin clear --delete-files` may help"
                .into()
        }
        Error::Redirected {
            base: Some(base), ..
        } => format!("if that address is right, name it with --server: {base}"),
        Error::Redirected { base: None, .. } => {
            "does --server name a Backup-chan server, and not one that asks to log in?".into()
        }
        Error::NotBackupChan { server, what } if what == "it expects TLS" => with_tls(server),
        Error::ConnectionLost { server, reason }
            if server.starts_with("http://")
                && ["before message completed", "invalid HTTP"]
                    .iter()
                    .any(|sign| reason.contains(sign)) =>
        {
            format!("if the server speaks TLS, {}", with_tls(server))
        }
        Error::NotBackupChan { .. } => "does --server name a Backup-chan server?".into(),
        Error::InvalidServer { .. } => "a server looks like http://127.0.0.1:5050".into(),
        _ => return None,
    })
}

/// One line that says what to do about a server that is not trusted.
fn distrust_hint(server: &str, reason: &Distrust) -> Option<String> {
    Some(match reason {
        Distrust::Expired { .. } => {
            "`bchan server new-cert --overwrite` on the server makes a new one; the clients need it, \
             too"
            .into()
        }
        Distrust::NotYetValid => "is the clock of this machine right?".into(),
        Distrust::OtherName { .. } => {
            "name the server as its certificate does, or make one for its name: `bchan server \
             new-cert --name NAME`"
                .into()
        }
        Distrust::Unknown { named: true } => {
            "--ca-cert, BCHAN_CA_CERT or ca_cert must name the server's own certificate".into()
        }
        Distrust::Unknown { named: false } => {
            "--ca-cert FILE names the server's certificate, a copy of its cert.pem".into()
        }
        Distrust::PlainHttp => {
            format!("name it as {}", server.replacen("https://", "http://", 1))
        }
        _ => return None,
    })
}

fn with_tls(server: &str) -> String {
    format!("name it as {}", server.replacen("http://", "https://", 1))
}

/// Seconds in the unit that fits, rounded up.
fn hours(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_answer_has_the_documented_exit_code() {
        let message = String::new;
        let table = [
            (Error::Unauthorized, 12),
            (Error::Forbidden { message: message() }, 12),
            (Error::NotFound { message: message() }, 10),
            (Error::Busy { message: message() }, 11),
            (
                Error::Rejected {
                    status: 400,
                    message: message(),
                },
                1,
            ),
            (
                Error::ServerFault {
                    status: 500,
                    message: message(),
                },
                1,
            ),
            (
                Error::ServerFault {
                    status: 521,
                    message: message(),
                },
                75,
            ),
            (
                Error::Source {
                    source: io::ErrorKind::Other.into(),
                },
                1,
            ),
            (
                Error::Redirected {
                    server: message(),
                    location: message(),
                    base: None,
                },
                13,
            ),
            (
                Error::Overloaded {
                    status: 429,
                    retry_after: None,
                    message: message(),
                },
                75,
            ),
        ];
        for (error, code) in table {
            let name = format!("{error:?}");
            assert_eq!(CommandError::from(error).kind.exit() as u8, code, "{name}");
        }
    }

    #[test]
    fn a_limit_of_uploads_says_when_to_try_again() {
        let error = CommandError::from(Error::Overloaded {
            status: 429,
            retry_after: Some(Duration::from_secs(5 * 3600 + 1)),
            message: "enough".into(),
        });
        assert_eq!(
            error.message(),
            "the server takes no more for now (429): enough"
        );
        assert!(
            error.hints[0].starts_with("try again in 6 h;"),
            "{:?}",
            error.hints
        );
    }

    #[test]
    fn a_missing_key_comes_with_the_ways_to_give_one() {
        let error = CommandError::from(Error::Unauthorized);
        assert!(
            error.hints[0].contains("--api-key-file"),
            "{:?}",
            error.hints
        );
    }
}
