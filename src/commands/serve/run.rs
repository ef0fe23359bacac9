//! The life of a server.

use std::error::Error as _;

use bchan_server::{LogFile, Server};

use super::ServeArgs;
use crate::config::ProcessEnvironment;
use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::service;
use crate::signals::Hangups;
use crate::ui::LogLevels;

impl ServeArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let listeners = service::listeners()?;
        // From here on the signal is a wish, and not the end.
        let mut hangups = Hangups::new().map_err(CommandError::failed)?;
        let mut settings = self.resolve(&ProcessEnvironment)?;
        let file = LogFile::default();
        settings.config.log = Some(file.clone());
        let log = context.ui.log_of_service(settings.level, file);
        let (server, url) = context.serve(settings.config, listeners).await?;
        let status = format!("listening on {url}");
        // Programs that start the server wait for this line.
        context.ui.print(format!("{status}\n").as_bytes())?;
        let probe = server.probe();
        let reload = async {
            service::ready(&probe, &status).await;
            loop {
                hangups.recv().await;
                service::reloading();
                self.reload(server, &log);
                service::ready(&probe, &status).await;
            }
        };
        tokio::select! {
            never = reload => never,
            () = service::keep_awake(&probe) => Ok(Exit::Done),
        }
    }

    /// Reloads the settings. Faults are logged and do not end the server.
    fn reload(&self, server: &Server, log: &LogLevels) {
        let settings = match self.resolve(&ProcessEnvironment) {
            Ok(settings) => settings,
            Err(error) => {
                let error = error.message();
                tracing::error!(error, "the settings stay the old ones");
                return;
            }
        };
        match server.reload(&settings.config) {
            Ok(left) => {
                log.set(settings.level);
                for setting in left {
                    tracing::warn!(setting, "a setting has changed that needs a restart");
                }
            }
            Err(error) => {
                let cause = error.source().map(ToString::to_string);
                tracing::error!(
                    %error,
                    cause,
                    "the certificate stays the old one, and so do the settings"
                );
            }
        }
    }
}
