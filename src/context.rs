//! The surroundings of a command: options, the ui, and a client made when it is first needed.

pub(crate) mod carried;
mod embedded;
mod files;
mod interruption;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bchan_api::{ApiKey, TargetView};
use bchan_client::{Client, Error};
use tokio::sync::OnceCell;

use crate::config::{
    Environment as _, ProcessEnvironment, ServerChoice, Settings, Side, SideEnvironment,
};
use crate::credentials::{self, Keyring, Search, SessionKeyring};
use crate::error::{CommandError, Kind, with_causes};
use crate::global_args::GlobalArgs;
use crate::signals::Signal;
use crate::suggest;
use crate::ui::Ui;

use self::embedded::Embedded;
use self::interruption::Interruption;
pub(crate) use self::interruption::Signals;

/// The surroundings of one command.
pub(crate) struct Context<'a> {
    /// Where everything is printed.
    pub(crate) ui: &'a Ui,
    global: GlobalArgs,
    /// The profile of the preset that is run.
    preset_profile: OnceCell<String>,
    settings: OnceCell<Settings>,
    client: OnceCell<Client>,
    server: OnceCell<Embedded>,
    /// Until when other runs are waited for.
    patience: OnceCell<Instant>,
    interruption: Interruption,
}

impl<'a> Context<'a> {
    pub(crate) fn new(global: GlobalArgs, ui: &'a Ui) -> Self {
        Self {
            ui,
            global,
            preset_profile: OnceCell::new(),
            settings: OnceCell::new(),
            client: OnceCell::new(),
            server: OnceCell::new(),
            patience: OnceCell::new(),
            interruption: Interruption::default(),
        }
    }

    /// The settings; read late, so that commands which need none work with broken ones.
    pub(crate) async fn settings(&self) -> Result<&Settings, CommandError> {
        let read = async || {
            let mut global = self.global.clone();
            let environment = &ProcessEnvironment;
            if global.profile.is_none() && environment.text("BCHAN_PROFILE")?.is_none() {
                global.profile = self.preset_profile.get().cloned();
            }
            Ok(Settings::resolve(&global, environment)?)
        };
        self.settings.get_or_try_init(read).await
    }

    /// Lets the profile of a preset apply to the rest of the run, unless the command line or the
    /// environment names another. Settings that have been read already stay.
    pub(crate) fn prefer_profile(&self, name: String) {
        // The first one has been reported.
        let _ = self.preset_profile.set(name);
    }

    /// Lets a server inside this program wait until then for another one on its data folder.
    pub(crate) fn wait_until(&self, end: Instant) {
        // The first one has been reported.
        let _ = self.patience.set(end);
    }

    /// From here on, as long as the result lives, a signal comes to it in place of ending the
    /// command at once. A second signal ends it all the same.
    pub(crate) fn signals(&self) -> Signals {
        self.interruption.signals()
    }

    /// Passes a signal to the code that wants to end by itself; returns false if there is none.
    pub(crate) fn interrupt(&self, signal: Signal) -> bool {
        self.interruption.interrupt(signal)
    }

    /// Where keys are kept.
    #[expect(clippy::unused_self, reason = "its callers need the context")]
    pub(crate) fn keyring(&self) -> Arc<dyn Keyring> {
        Arc::new(SessionKeyring)
    }

    /// The client; the first call reads the key and, with `--local`, starts the server.
    pub(crate) async fn client(&self) -> Result<&Client, CommandError> {
        self.client.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Client, CommandError> {
        let settings = self.settings().await?;
        let (server, key) = match &settings.server.value {
            ServerChoice::Remote(url) => {
                let keyring = self.keyring();
                let search =
                    credentials::find(&settings.key, &ProcessEnvironment, &keyring).await?;
                for warning in search.found.iter().flat_map(|found| &found.warnings) {
                    self.ui.warn(warning);
                }
                match &search {
                    Search {
                        found: Some(found), ..
                    } => self
                        .ui
                        .verbose(&format!("the API key is from {}", found.place)),
                    Search {
                        keyring: Some(error),
                        ..
                    } => self
                        .ui
                        .verbose(&format!("no API key: {}", with_causes(error))),
                    _ => {}
                }
                (url.clone(), search.found.map(|found| found.key))
            }
            ServerChoice::Local(data) => {
                let patience = self.patience.get().copied();
                let start = || Embedded::start_private(data.clone(), self.ui, patience);
                let embedded = self.server.get_or_try_init(start).await?;
                (embedded.url(), embedded.key())
            }
        };
        self.ui.verbose(&format!("talking to {server}"));
        open(settings, server, key, settings.retries.value)
    }

    /// A client that shows this key, whatever key is kept elsewhere.
    pub(crate) async fn client_with(&self, key: ApiKey) -> Result<Client, CommandError> {
        let settings = self.settings().await?;
        match &settings.server.value {
            ServerChoice::Remote(url) => {
                open(settings, url.clone(), Some(key), settings.retries.value)
            }
            ServerChoice::Local(_) => Err(CommandError::usage(
                "a server inside this program needs no key",
            )),
        }
    }

    /// A client that shows this key to a server that no profile has yet. None for a server inside
    /// this program, which needs no key.
    pub(crate) fn client_at(
        &self,
        server: &str,
        key: &ApiKey,
    ) -> Result<Option<Client>, CommandError> {
        let environment = &ProcessEnvironment;
        let ServerChoice::Remote(url) = ServerChoice::parse(server, environment)? else {
            return Ok(None);
        };
        let mut global = self.global.clone();
        global.profile = None;
        let settings = Settings::resolve(&global, environment)?;
        open(&settings, url, Some(key.clone()), 0).map(Some)
    }

    /// A client of one of two servers, by its address or its profile.
    pub(crate) async fn client_of(
        &self,
        side: Side,
        server: &str,
        key_file: Option<PathBuf>,
    ) -> Result<(Client, Settings), CommandError> {
        let environment = SideEnvironment {
            side,
            environment: &ProcessEnvironment,
        };
        let settings = Settings::of_side(&self.global, &environment, server, key_file)?;
        let keyring = self.keyring();
        let search = credentials::find(&settings.key, &environment, &keyring).await?;
        for warning in search.found.iter().flat_map(|found| &found.warnings) {
            self.ui.warn(warning);
        }
        let url = settings.server.value.to_string();
        let key = search.found.map(|found| found.key);
        self.ui.verbose(&format!("talking to {url}"));
        let client = open(&settings, url, key, settings.retries.value)?;
        Ok((client, settings))
    }

    /// A target and its backups. If there is none of this name, the error suggests similar names.
    pub(crate) async fn target(&self, name: &str) -> Result<TargetView, CommandError> {
        let client = self.client().await?;
        match client.find_target(name).await {
            Err(Error::NotFound { .. }) => {}
            outcome => return Ok(outcome?),
        }
        // The suggestion is a courtesy: whatever goes wrong with it must not hide the error.
        let targets = client.all_targets().await.unwrap_or_default();
        let error = CommandError::new(Kind::NotFound, format!("there is no target `{name}`"));
        Err(error.maybe_hint(suggest::target_hint(name, &targets)))
    }

    /// Starts a server that answers until [`close`](Self::close), on these sockets if there are any;
    /// returns it, and where it answers.
    #[cfg(feature = "server")]
    pub(crate) async fn serve(
        &self,
        config: bchan_server::Config,
        listeners: Vec<std::net::TcpListener>,
    ) -> Result<(&bchan_server::Server, String), CommandError> {
        let start = || Embedded::start(config, listeners);
        let embedded = self.server.get_or_try_init(start).await?;
        Ok((embedded.server(), embedded.url()))
    }

    /// Ends what lives as long as the command.
    pub(crate) async fn close(self) {
        let client = self.client.get();
        for oddity in client.map(Client::take_oddities).unwrap_or_default() {
            self.ui.warn(&oddity);
        }
        // Connections that are kept alive would make the server wait for them.
        drop(self.client);
        if let Some(server) = self.server.into_inner() {
            server.shutdown().await;
        }
    }
}

/// A client for quiet use: no warnings, no retries.
pub(crate) async fn quiet_client(settings: &Settings, url: &str) -> Result<Client, CommandError> {
    let keyring: Arc<dyn Keyring> = Arc::new(SessionKeyring);
    let search = credentials::find(&settings.key, &ProcessEnvironment, &keyring).await?;
    open(
        settings,
        url.to_owned(),
        search.found.map(|found| found.key),
        0,
    )
}

fn open(
    settings: &Settings,
    server: String,
    key: Option<ApiKey>,
    retries: u32,
) -> Result<Client, CommandError> {
    let ca = settings.ca.as_ref();
    let ca = ca.map(|ca| read_certificates(&ca.value)).transpose()?;
    Ok(Client::new(bchan_client::Config {
        server,
        key,
        ca,
        retries,
        timeout: Duration::from_secs(settings.timeout.value),
        user_agent: concat!("bchan/", env!("CARGO_PKG_VERSION")).to_owned(),
    })?)
}

/// Reads the certificates that are to be trusted.
fn read_certificates(path: &Path) -> Result<Vec<u8>, CommandError> {
    /// No bundle is larger, in bytes.
    const LARGEST: u64 = 16 * 1024 * 1024;

    let read = || {
        let mut pem = Vec::new();
        File::open(path)?.take(LARGEST).read_to_end(&mut pem)?;
        Ok(pem)
    };
    read().map_err(|error: io::Error| {
        let path = path.display();
        let message = format!("the certificates in {path} cannot be read: {error}");
        CommandError::new(Kind::Configuration, message)
    })
}
