//! Checks over the network, like a client, that this server responds.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, SocketFlags, SocketType, bind, connect, getsockname, socket_with,
};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme,
    StreamOwned,
};

use crate::connection::probes::{Probes, end};
use crate::connection::tls::Tls;
use crate::response::head::FULL;

/// Most of an answer that is read, in bytes.
const MOST: u64 = 64 * 1024;

/// Asks a running server whether it answers: through its listening socket, its front and a handler.
#[derive(Clone)]
pub struct Probe {
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
    probes: Arc<Probes>,
    question: Question,
}

/// A request that every handler answers with a header of its own.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Path and query.
    pub target: &'static str,
    /// Name of the header, in lower case.
    pub header: &'static str,
}

/// A connection that the front knows as one of this process.
struct Known<'a> {
    probes: &'a Probes,
    end: (IpAddr, u16),
    stream: Option<TcpStream>,
}

impl<'a> Known<'a> {
    fn connect(probes: &'a Probes, to: SocketAddr, patience: Duration) -> io::Result<Self> {
        let family = match to {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
        // Bound first, so that the front knows the connection when it accepts it.
        let mut own = to;
        own.set_port(0);
        bind(&socket, &own)?;
        let own = SocketAddr::try_from(getsockname(&socket)?)?;
        let mut known = Self {
            probes,
            end: end(own),
            stream: None,
        };
        probes.lock().insert(known.end);
        // The system takes this for the longest time to connect, too.
        set_socket_timeout(&socket, Timeout::Send, Some(patience))?;
        connect(&socket, &to)?;
        known.stream = Some(socket.into());
        Ok(known)
    }
}

impl Drop for Known<'_> {
    fn drop(&mut self) {
        self.probes.lock().remove(&self.end);
    }
}

/// Reasons for which a server does not count as alive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// No connection can be made.
    #[error("no connection to {address}")]
    Connect {
        /// Where it was tried.
        address: SocketAddr,
        source: io::Error,
    },
    /// The connection is of no use.
    #[error("no answer from {address}")]
    Talk {
        /// Where the question went.
        address: SocketAddr,
        source: io::Error,
    },
    /// The front answers, but no worker does.
    #[error("no handler answers: {status}")]
    NoHandler {
        /// First line of the answer.
        status: String,
    },
}

impl Probe {
    pub fn new(
        address: SocketAddr,
        tls: Option<Arc<Tls>>,
        probes: Arc<Probes>,
        question: Question,
    ) -> Self {
        // What is bound to every address is reached by that of the machine itself.
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let address = SocketAddr::new(ip, address.port());
        Self {
            address,
            tls,
            probes,
            question,
        }
    }

    /// Sends a request, with a time limit for each step. A server that is too full to answer is
    /// alive.
    pub fn ask(&self, patience: Duration) -> Result<(), ProbeError> {
        let address = self.address;
        let connect = |source| ProbeError::Connect { address, source };
        let known = Known::connect(&self.probes, address, patience).map_err(connect)?;
        let answer = known
            .stream
            .as_ref()
            .map(|stream| self.talk(stream, patience));
        let answer = answer.transpose();
        let answer = answer
            .map_err(|source| ProbeError::Talk { address, source })?
            .flatten();
        let Some(answer) = answer else {
            return Ok(());
        };
        let features = format!("\n{}:", self.question.header);
        if answer.to_ascii_lowercase().contains(&features) || answer.contains(FULL.message) {
            return Ok(());
        }
        let status = answer.lines().next().unwrap_or_default().to_owned();
        Err(ProbeError::NoHandler { status })
    }

    /// Returns the answer of the server; `None` if it closes the connection at once, as it does
    /// with TLS when it is full.
    fn talk(&self, mut stream: &TcpStream, patience: Duration) -> io::Result<Option<String>> {
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let target = self.question.target;
        let request =
            format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let mut answer = Vec::new();
        match &self.tls {
            None => {
                stream.write_all(request.as_bytes())?;
                read(stream.take(MOST), &mut answer)?;
            }
            Some(tls) => {
                let mut stream = self.encrypted(tls, stream)?;
                match stream.conn.complete_io(&mut stream.sock) {
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                    shaken => shaken?,
                };
                stream.write_all(request.as_bytes())?;
                read(stream.take(MOST), &mut answer)?;
            }
        }
        Ok(Some(String::from_utf8_lossy(&answer).into_owned()))
    }

    fn encrypted<'a>(
        &self,
        tls: &Tls,
        stream: &'a TcpStream,
    ) -> io::Result<StreamOwned<ClientConnection, &'a TcpStream>> {
        let provider = Arc::new(ring::default_provider());
        let expected = Expected {
            certificate: tls.certificate(),
            provider: Arc::clone(&provider),
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(expected))
            .with_no_client_auth();
        let name = ServerName::IpAddress(self.address.ip().into());
        let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    }
}

/// Reads to the end; whatever has come by then counts when the other side does not end it well.
fn read(mut from: impl io::Read, answer: &mut Vec<u8>) -> io::Result<()> {
    match from.read_to_end(answer) {
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(()),
    }
}

/// Trusts one certificate: the one that this process presents, whatever its issuer and names.
#[derive(Debug)]
struct Expected {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Expected {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            let error = CertificateError::ApplicationVerificationFailure;
            Err(rustls::Error::InvalidCertificate(error))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
