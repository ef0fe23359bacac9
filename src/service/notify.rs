//! Telling the service manager how the server is.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::time::Duration;

use bchan_server::{Probe, ProbeError};
use sd_notify::NotifyState;
use tokio::time::sleep;

/// The variable that names the manager's socket.
const SOCKET: &str = "NOTIFY_SOCKET";

/// How long a server that has just been started may take to answer, before it is asked again.
const FIRST_ANSWER: Duration = Duration::from_secs(10);

/// Pause before a server that does not answer is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// Longest time to shut down beyond the grace.
const TIDYING: Duration = Duration::from_secs(30);

/// Says that the server is ready, once it answers.
pub(crate) async fn ready(probe: &Probe, status: &str) {
    if env::var_os(SOCKET).is_none() {
        return;
    }
    while let Err(error) = ask(probe, FIRST_ANSWER).await {
        report(&error);
        sleep(PAUSE).await;
    }
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// Reports that the settings are being reloaded. [`ready`] ends the reload, whatever its outcome.
pub(crate) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "there is no clock"),
    }
}

/// Says that the server stops, and how long it may take to.
pub(crate) fn stopping(grace: Duration) {
    let most = grace.saturating_add(TIDYING).as_micros();
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    tell(&[
        NotifyState::Stopping,
        NotifyState::ExtendTimeoutUsec(most),
        NotifyState::Status("waiting for what is under way to end"),
    ]);
}

/// Gives the manager's watchdog a sign of life for as long as the server answers. Never returns.
pub(crate) async fn keep_awake(probe: &Probe) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    // A check, the pause after it, and a reserve for a busy machine.
    let part = limit / 4;
    loop {
        match ask(probe, part).await {
            Ok(()) => tell(&[NotifyState::Watchdog]),
            Err(error) => report(&error),
        }
        sleep(part).await;
    }
}

async fn ask(probe: &Probe, patience: Duration) -> Result<(), ProbeError> {
    let probe = probe.clone();
    let asked = tokio::task::spawn_blocking(move || probe.ask(patience));
    // It does not panic, and is cancelled only with the whole process.
    asked.await.unwrap_or(Ok(()))
}

fn report(error: &ProbeError) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(%error, cause, "the server does not answer itself");
}

fn tell(states: &[NotifyState<'_>]) {
    let Some(socket) = env::var_os(SOCKET) else {
        return;
    };
    let told = match abstract_name(&socket) {
        Some(name) => tell_abstract(name, states),
        None => sd_notify::notify(states),
    };
    if let Err(error) = told {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

/// The name of a socket that is no file, as containers have them.
fn abstract_name(socket: &OsStr) -> Option<&[u8]> {
    socket.as_encoded_bytes().strip_prefix(b"@")
}

#[cfg(target_os = "linux")]
fn tell_abstract(name: &[u8], states: &[NotifyState<'_>]) -> io::Result<()> {
    use std::fmt::Write as _;
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    let mut message = String::new();
    for state in states {
        // Writing to a string cannot fail.
        let _ = writeln!(message, "{state}");
    }
    let address = SocketAddr::from_abstract_name(name)?;
    let socket = UnixDatagram::unbound()?;
    socket.send_to_addr(message.as_bytes(), &address)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn tell_abstract(_: &[u8], _: &[NotifyState<'_>]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
