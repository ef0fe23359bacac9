//! Keys: the one that the API documents, and named ones with fewer rights. Making them, and checking
//! whether a request has one. Also the making of certificates.

mod authenticator;
mod certificate;
mod create;
mod denied;
mod error;
mod fingerprint;
mod key_file;
mod named_keys;
mod pass;
mod rights;
mod shares;
mod throttle;

pub(crate) use self::authenticator::Authenticator;
pub use self::certificate::{CertificateError, NewCertificate, new_certificate};
pub use self::create::{Adopted, adopt_key, key_path, new_key};
pub(crate) use self::denied::Denied;
pub use self::error::KeyError;
pub use self::named_keys::{list_keys, name_of_target, new_named_key, revoke_key};
pub(crate) use self::pass::{Pass, recheck};
pub(crate) use self::rights::Grant;
pub use self::rights::{NamedKey, Rights};
pub(crate) use self::shares::{Share, Shares};
pub(crate) use self::throttle::Throttle;
