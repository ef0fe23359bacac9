//! Reasons for which a server is not trusted.

use std::error::Error as _;
use std::fmt;
use std::io;

use bchan_api::Time;
use rustls::{CertificateError, OtherError};

/// See the variants.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Distrust {
    /// The certificate has expired.
    Expired {
        /// When; unknown to some versions of TLS libraries.
        at: Option<Time>,
    },
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for other names.
    OtherName { names: Vec<String> },
    /// The certificate is neither trusted itself nor signed by one that is.
    Unknown {
        /// True if the user has named the certificates to trust.
        named: bool,
    },
    /// The server speaks HTTP without TLS.
    PlainHttp,
    /// Anything else, in the words of the TLS library.
    Other(String),
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { at: Some(at) } => write!(f, "its certificate expired at {at}"),
            Self::Expired { at: None } => f.write_str("its certificate has expired"),
            Self::NotYetValid => f.write_str("its certificate is not valid yet"),
            Self::OtherName { names } if names.is_empty() => {
                f.write_str("its certificate is for no name")
            }
            Self::OtherName { names } => {
                write!(f, "its certificate is for {} alone", names.join(", "))
            }
            Self::Unknown { named: true } => f.write_str(
                "its certificate is none of those to trust, and is not signed by one of them",
            ),
            Self::Unknown { named: false } => {
                f.write_str("its certificate is not signed by an authority that this system trusts")
            }
            Self::PlainHttp => f.write_str("it speaks plain HTTP, without TLS"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// Returns why TLS did not come about, if that is what an error is about.
pub(crate) fn of(error: &reqwest::Error, named: bool) -> Option<Distrust> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(reason(error, named));
        }
        // What these wrap is not among their sources, but its sources are.
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

fn reason(error: &rustls::Error, named: bool) -> Distrust {
    use CertificateError as Fault;

    let fault = match error {
        rustls::Error::InvalidCertificate(fault) => fault,
        rustls::Error::InvalidMessage(_) => return Distrust::PlainHttp,
        error => return Distrust::Other(error.to_string()),
    };
    match fault {
        Fault::Expired => Distrust::Expired { at: None },
        Fault::ExpiredContext { not_after, .. } => {
            let seconds = i64::try_from(not_after.as_secs()).unwrap_or(i64::MAX);
            let at = Some(Time::from_unix_seconds(seconds));
            Distrust::Expired { at }
        }
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => Distrust::NotYetValid,
        Fault::NotValidForName => Distrust::OtherName { names: Vec::new() },
        Fault::NotValidForNameContext { presented, .. } => Distrust::OtherName {
            names: presented.iter().map(|name| bare(name)).collect(),
        },
        // Another certificate of the same name has another key.
        Fault::UnknownIssuer | Fault::BadSignature => Distrust::Unknown { named },
        fault if is_authority(fault) => Distrust::Unknown { named },
        _ => Distrust::Other(error.to_string()),
    }
}

/// A name without the type that the library puts around it, such as `DnsName("nas")`.
fn bare(name: &str) -> String {
    let inner = name
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(name).trim_matches('"').to_owned()
}

/// Returns true if a certificate is refused because it is that of an authority.
pub(crate) fn is_authority(fault: &CertificateError) -> bool {
    match fault {
        CertificateError::Other(OtherError(error)) => {
            matches!(error.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}
