//! A server inside this process.

#[cfg(feature = "server")]
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Instant;

use crate::error::CommandError;
#[cfg(feature = "server")]
use crate::error::Kind;
#[cfg(feature = "server")]
use crate::service;
use crate::ui::Ui;
use bchan_api::ApiKey;

/// A server that runs on its own threads until it is shut down.
#[cfg(feature = "server")]
pub(super) struct Embedded {
    server: bchan_server::Server,
    /// Of a private one.
    key: Option<ApiKey>,
}

#[cfg(feature = "server")]
impl Embedded {
    /// Starts a server that other people are meant to talk to.
    pub(super) async fn start(
        config: bchan_server::Config,
        listeners: Vec<TcpListener>,
    ) -> Result<Self, CommandError> {
        let start = move || bchan_server::Server::start_on(&config, listeners);
        let start = tokio::task::spawn_blocking(start);
        let server = start.await.map_err(CommandError::failed)??;
        Ok(Self { server, key: None })
    }

    /// Starts a server for this process alone: on a free port, with a random key.
    ///
    /// Until `patience` ends, it waits for another server on the data folder, as other commands with
    /// `--local` are for a moment.
    pub(super) async fn start_private(
        data: PathBuf,
        ui: &Ui,
        patience: Option<Instant>,
    ) -> Result<Self, CommandError> {
        ui.log_to_stderr();
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(CommandError::failed)?;
        let key = ApiKey::from_random(random);
        let mut config = bchan_server::Config::new(data);
        config.listen.set_port(0);
        config.auth = bchan_server::Auth::Key(key.clone());
        // A command that takes a second must not stay for an integrity check.
        config.schedule = false;
        let embedded = loop {
            // Each try waits for a few seconds by itself.
            match Self::start(config.clone(), Vec::new()).await {
                Err(mut error) if error.kind == Kind::Busy => {
                    if patience.is_none_or(|end| Instant::now() >= end) {
                        error.hints.clear();
                        return Err(error.hint(
                            "--wait-lock DURATION waits for another upload with --local; --server \
                             URL talks to a running server",
                        ));
                    }
                    ui.verbose("waiting for another server on the data folder");
                }
                started => break started?,
            }
        };
        Ok(Self {
            key: Some(key),
            ..embedded
        })
    }

    /// Where it answers.
    pub(super) fn url(&self) -> String {
        let scheme = if self.server.is_tls() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.server.local_addr())
    }

    /// The server itself.
    pub(super) fn server(&self) -> &bchan_server::Server {
        &self.server
    }

    /// The key of a private server.
    pub(super) fn key(&self) -> Option<ApiKey> {
        self.key.clone()
    }

    /// Ends it. Requests under way get a while to end.
    pub(super) async fn shutdown(self) {
        if self.key.is_none() {
            service::stopping(self.server.grace());
        }
        // It fails only if the server panicked, which has been reported by then.
        let _ = tokio::task::spawn_blocking(move || self.server.shutdown()).await;
    }
}

/// An embedded server in a build without the server: it cannot be created.
#[cfg(not(feature = "server"))]
pub(super) enum Embedded {}

#[cfg(not(feature = "server"))]
#[expect(clippy::unused_async, reason = "the same shape as with a server")]
impl Embedded {
    pub(super) async fn start_private(
        _: PathBuf,
        _: &Ui,
        _: Option<Instant>,
    ) -> Result<Self, CommandError> {
        Err(crate::commands::without_server("--local"))
    }

    pub(super) fn url(&self) -> String {
        match *self {}
    }

    pub(super) fn key(&self) -> Option<ApiKey> {
        match *self {}
    }

    pub(super) async fn shutdown(self) {
        match self {}
    }
}
