//! Certificates of servers.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A certificate and its key, which vouch for themselves.
pub(crate) struct Identity {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Identity {
    /// Writes one for `names` to a folder.
    pub(crate) fn make(folder: &Path, name: &str, names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        Self::of(folder, name, &rcgen::CertificateParams::new(names).unwrap())
    }

    /// Writes one with everything that `params` say to a folder.
    pub(crate) fn of(folder: &Path, name: &str, params: &rcgen::CertificateParams) -> Self {
        let identity = Self {
            cert: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        };
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        fs::write(&identity.cert, cert.pem()).unwrap();
        fs::write(&identity.key, key.serialize_pem()).unwrap();
        fs::set_permissions(&identity.key, Permissions::from_mode(0o600)).unwrap();
        identity
    }

    /// What `bchan serve` needs to show it.
    pub(crate) fn options(&self) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        vec![
            "--tls-cert".into(),
            text(&self.cert),
            "--tls-key".into(),
            text(&self.key),
        ]
    }
}
