//! A certificate of a server's own, for clients that are given a copy of it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use bchan_api::Time;
use bchan_storage::durable;
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, DnType, IsCa, KeyPair, SanType, date_time_ymd};
use sha2::{Digest as _, Sha256};

/// Names that every certificate has, for clients on the server's own machine.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long a certificate is valid. Clients trust this very certificate, so nobody else renews it.
const VALID: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// How much earlier it is valid, for clients whose clocks are behind.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// A new certificate and its private key.
#[derive(Clone, Debug)]
pub struct NewCertificate {
    /// In PEM, for everybody to read.
    pub cert: PathBuf,
    /// In PEM, for its owner alone.
    pub key: PathBuf,
    /// Host names and addresses that it is for.
    pub names: Vec<String>,
    /// The day until which it is valid.
    pub not_after: Time,
    /// Hex SHA-256 of the certificate in DER.
    pub fingerprint: String,
}

/// See the variants.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("`{name}` is neither a host name nor an address")]
    Name { name: String },
    #[error("{} already exists", path.display())]
    Exists { path: PathBuf },
    #[error("the certificate cannot be made")]
    Make { source: rcgen::Error },
    #[error("writing {} failed", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// Makes a certificate for these names, the name of this machine and its own addresses. Writes it to
/// `cert.pem` and its key to `key.pem` in a folder, which is made if it is missing.
pub fn new_certificate(
    folder: &Path,
    names: &[String],
    overwrite: bool,
) -> Result<NewCertificate, CertificateError> {
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name));
    let taken = [&cert, &key].into_iter().find(|path| path.exists());
    if let Some(path) = taken.filter(|_| !overwrite) {
        return Err(CertificateError::Exists { path: path.clone() });
    }
    let mut all: Vec<String> = Vec::new();
    let machine = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let own = HERE.map(str::to_owned);
    for name in names.iter().chain([&machine]).chain(&own) {
        if !name.is_empty() && !all.contains(name) {
            all.push(name.clone());
        }
    }
    // The name of a machine may be none that a certificate can have.
    all.retain(|name| names.contains(name) || alternative(name).is_ok());
    let mut params = CertificateParams::default();
    params.subject_alt_names = all
        .iter()
        .map(|name| alternative(name))
        .collect::<Result<_, _>>()?;
    let first = all.first().map_or("bchan", String::as_str);
    params.distinguished_name.push(DnType::CommonName, first);
    params.is_ca = IsCa::ExplicitNoCa;
    let now = Timestamp::now();
    params.not_before = day(now - BEFORE);
    params.not_after = day(now + VALID);
    let make = |source| CertificateError::Make { source };
    let pair = KeyPair::generate().map_err(make)?;
    let made = params.self_signed(&pair).map_err(make)?;
    let write = |path: &Path, text: String| {
        let written =
            durable::create_dirs(folder).and_then(|()| durable::write_file(path, text.as_bytes()));
        written.map_err(|source| CertificateError::Write {
            path: path.to_owned(),
            source,
        })
    };
    write(&key, pair.serialize_pem())?;
    write(&cert, made.pem())?;
    let readable = fs::set_permissions(&cert, Permissions::from_mode(0o644));
    readable.map_err(|source| CertificateError::Write {
        path: cert.clone(),
        source,
    })?;
    Ok(NewCertificate {
        cert,
        key,
        names: all,
        not_after: Time::from_unix_seconds(params.not_after.unix_timestamp()),
        fingerprint: hex::encode(Sha256::digest(made.der())),
    })
}

fn alternative(name: &str) -> Result<SanType, CertificateError> {
    if let Ok(address) = name.parse() {
        return Ok(SanType::IpAddress(address));
    }
    let wrong = || CertificateError::Name {
        name: name.to_owned(),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '*');
    if name.is_empty() || !name.chars().all(fits) {
        return Err(wrong());
    }
    let text = rcgen::string::Ia5String::from_str(name).map_err(|_| wrong())?;
    Ok(SanType::DnsName(text))
}

/// The first moment of the day, UTC.
fn day(at: Timestamp) -> time::OffsetDateTime {
    let date = at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let part = |part: i8| u8::try_from(part).unwrap_or(1);
    date_time_ymd(date.year().into(), part(date.month()), part(date.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_for_the_names_and_its_key_for_the_owner() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("new");
        let names = ["nas".to_owned(), "10.0.0.7".to_owned()];
        let made = new_certificate(&folder, &names, false).unwrap();
        assert_eq!(&made.names[..2], &names);
        assert!(
            HERE.iter()
                .all(|here| made.names.iter().any(|name| name == here))
        );
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&made.cert), mode(&made.key)), (0o644, 0o600));
        assert_eq!(made.fingerprint.len(), 64);
        let years = (made.not_after.unix_seconds() - Time::now().unix_seconds()) / (365 * 86_400);
        assert!((9..=10).contains(&years), "{years}");

        let again = new_certificate(&folder, &names, false);
        assert!(matches!(again, Err(CertificateError::Exists { .. })));
        let replaced = new_certificate(&folder, &[], true).unwrap();
        assert_ne!(replaced.fingerprint, made.fingerprint);
        for wrong in ["", "a b", "höst", "https://nas"] {
            let made = new_certificate(&folder, &[wrong.to_owned()], true);
            assert_eq!(made.is_err(), !wrong.is_empty(), "{wrong}");
        }
    }
}
