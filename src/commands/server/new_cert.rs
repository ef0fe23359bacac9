use std::path::PathBuf;

use clap::Args;

/// Create a certificate for a server
///
/// It is for clients that get a copy of it and trust it with --ca-cert. `cert.pem` and `key.pem` are
/// written to the data folder. The certificate is valid for ten years, for this machine's name,
/// localhost and the names that are given.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan server new-cert --data /srv/bchan --name backup.example
  bchan server new-cert --data /srv/bchan --name 10.0.0.7 --overwrite")]
pub(super) struct NewCertArgs {
    /// Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Host name or address by which clients know the server; may be repeated
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,

    /// Replace an existing certificate, which its clients then no longer trust
    #[arg(long)]
    overwrite: bool,
}

#[cfg(feature = "server")]
mod with_server {
    use bchan_server::CertificateError;

    use crate::commands::server::data_folder::data_folder;
    use crate::commands::server::new_cert::NewCertArgs;
    use crate::context::Context;
    use crate::error::{CommandError, Exit, Kind};
    use crate::ui::view::NewCertificate;

    impl NewCertArgs {
        pub(in super::super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
            let data = data_folder(self.data)?;
            let made = bchan_server::new_certificate(&data, &self.names, self.overwrite)?;
            let (cert, key) = (made.cert.display(), made.key.display());
            let start = format!(
                "`bchan serve --data {} --listen 0.0.0.0:5050 --tls-cert {cert} --tls-key {key}` \
                 uses it; clients trust a copy of {cert} with --ca-cert",
                data.display()
            );
            context.ui.show(&NewCertificate::from(made))?;
            context.ui.hint(&start);
            Ok(Exit::Done)
        }
    }

    impl From<CertificateError> for CommandError {
        fn from(error: CertificateError) -> Self {
            let (kind, hint) = match &error {
                CertificateError::Name { .. } => (Kind::Usage, None),
                CertificateError::Exists { .. } => (
                    Kind::Configuration,
                    Some("--overwrite replaces it; clients then need the new one"),
                ),
                _ => (Kind::Configuration, None),
            };
            Self::new(kind, error).maybe_hint(hint.map(str::to_owned))
        }
    }
}

#[cfg(not(feature = "server"))]
mod without_server {
    use crate::commands::server::new_cert::NewCertArgs;
    use crate::commands::without_server;
    use crate::context::Context;
    use crate::error::{CommandError, Exit};

    #[expect(clippy::unused_self, reason = "the same shape as with a server")]
    impl NewCertArgs {
        pub(in super::super) fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
            Err(without_server("`bchan server`"))
        }
    }
}
