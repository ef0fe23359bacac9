//! Which servers are trusted: those with a certificate that the user names, or that is signed by one.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use crate::distrust::is_authority;
use crate::error::Error;

/// Trusts the certificates of a PEM file: themselves, and what they sign.
pub(crate) fn config(pem: &[u8]) -> Result<ClientConfig, Error> {
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::NoCertificate)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let signed = WebPkiServerVerifier::builder(Arc::new(roots)).build();
    let verifier = Verifier {
        signed: signed.map_err(|_| Error::NoCertificate)?,
        certificates,
    };
    let mut config = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Trusts certificates that were named, although they may be those of an authority, as `openssl req
/// -x509` makes them, or have no name but the old common name.
#[derive(Debug)]
struct Verifier {
    /// The usual checks, with the named certificates as authorities.
    signed: Arc<WebPkiServerVerifier>,
    certificates: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let checked = self.signed.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let is_named = self.certificates.iter().any(|named| named == end_entity);
        let Err(rustls::Error::InvalidCertificate(fault)) = &checked else {
            return checked;
        };
        // Its dates are checked before.
        if !is_named || !is_authority(fault) && !has_no_name(fault) {
            return checked;
        }
        let parsed = ParsedCertificate::try_from(end_entity)?;
        match rustls::client::verify_server_name(&parsed, server_name) {
            Err(rustls::Error::InvalidCertificate(fault)) if !has_no_name(&fault) => {
                Err(fault.into())
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signed.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.signed.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signed.supported_verify_schemes()
    }
}

/// Returns true if a certificate is refused because it has no name that is looked at.
fn has_no_name(fault: &CertificateError) -> bool {
    matches!(
        fault,
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty()
    )
}
