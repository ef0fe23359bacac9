//! TLS: what the server shows, and shaking hands.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::connection::stream::Stream;

/// Largest file of certificates or a key that is read, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Where a server's certificate and its key are, both in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, leaf first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Errors of setting up TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        source: io::Error,
    },
    /// Every user of the machine can read the private key.
    #[error("every user can read the private key {}", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// A file has something else in it.
    #[error("{} has no {what} in PEM: {source}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// The kind of item that was looked for.
        what: &'static str,
        source: pem::Error,
    },
    /// They cannot be used, or not with each other.
    #[error("the certificate {} cannot be used with the key {}", files.cert.display(), files.key.display())]
    Unusable {
        /// Where they are.
        files: TlsFiles,
        source: rustls::Error,
    },
}

impl TlsError {
    /// One line that says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exposed { path } => Some(format!(
                "run `chmod o-rwx {}`, or make a new key if another user may have read it",
                path.display()
            )),
            _ => None,
        }
    }
}

/// The identity in use.
pub struct Tls {
    current: RwLock<Identity>,
}

/// A certificate with its key, ready for use.
#[derive(Clone)]
pub struct Identity {
    /// The leaf certificate.
    certificate: CertificateDer<'static>,
    config: Arc<ServerConfig>,
}

impl Identity {
    /// Reads the files.
    pub fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        read(files)
    }
}

impl Tls {
    /// Reads the files.
    pub fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let current = RwLock::new(read(files)?);
        Ok(Self { current })
    }

    /// Shows another identity to connections to come.
    pub fn show(&self, identity: Identity) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }

    /// The certificate that is shown.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.current().certificate
    }

    fn current(&self) -> Identity {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// Runs TLS handshakes on threads of their own, so that their computation does not delay
    /// established connections. Ends when it is dropped.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        threads: &runtime::Handle,
    ) -> io::Result<Stream> {
        let acceptor = TlsAcceptor::from(self.current().config);
        let mut task = JoinSet::new();
        task.spawn_on(acceptor.accept(stream).into_future(), threads);
        let done = task.join_next().await;
        let done = done.ok_or(io::ErrorKind::ConnectionAborted)?;
        let stream = done.map_err(io::Error::other)??;
        Ok(Stream::Tls(Box::new(stream)))
    }
}

/// Returns true if a connection begins like TLS; none when it has ended before.
pub(crate) async fn is_hello(stream: &TcpStream) -> Option<bool> {
    /// A record of a handshake.
    const HANDSHAKE: u8 = 22;

    let mut first = [0];
    match stream.peek(&mut first).await {
        Ok(1..) => Some(first == [HANDSHAKE]),
        _ => None,
    }
}

fn read(files: &TlsFiles) -> Result<Identity, TlsError> {
    let text = read_file(&files.cert, false)?;
    let wrong = |path: &Path, what| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, what, source }
    };
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(wrong(&files.cert, "certificate"))?;
    let Some(certificate) = certificates.first().cloned() else {
        return Err(wrong(&files.cert, "certificate")(pem::Error::NoItemsFound));
    };
    let text = read_file(&files.key, true)?;
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(wrong(&files.key, "private key"))?;
    let unusable = |source| TlsError::Unusable {
        files: files.clone(),
        source,
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Clients come back without the arithmetic, and the server has to remember nothing for it.
    config.ticketer = ring::Ticketer::new().map_err(unusable)?;
    let config = Arc::new(config);
    Ok(Identity {
        certificate,
        config,
    })
}

fn read_file(path: &Path, secret: bool) -> Result<Vec<u8>, TlsError> {
    let fail = |source| TlsError::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(fail)?;
    if secret && file.metadata().map_err(fail)?.mode() & 0o007 != 0 {
        return Err(TlsError::Exposed {
            path: path.to_owned(),
        });
    }
    let mut text = Vec::new();
    file.take(LARGEST_FILE)
        .read_to_end(&mut text)
        .map_err(fail)?;
    Ok(text)
}
