//! Sockets that the service manager listens on, and hands over.

use std::net::TcpListener;

use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;

use crate::error::{CommandError, Kind};

/// The sockets that systemd has passed: all of them or an error, because clients may wait at each.
pub(crate) fn listeners() -> Result<Vec<TcpListener>, CommandError> {
    let mut passed = ListenFd::from_env();
    let mut listeners = Vec::new();
    for number in 0..passed.len() {
        let unusable = |why: String| {
            let message = format!(
                "socket {} of the service manager cannot be used: {why}",
                number + 1
            );
            let error = CommandError::new(Kind::Configuration, message);
            error.hint("it must be a `ListenStream=` with an address and a port, and `Accept=no`")
        };
        let listener = passed.take_tcp_listener(number);
        let Some(listener) = listener.map_err(|error| unusable(error.to_string()))? else {
            continue;
        };
        match socket_acceptconn(&listener) {
            Ok(true) => listeners.push(listener),
            Ok(false) => return Err(unusable("it does not listen".to_owned())),
            Err(error) => return Err(unusable(error.to_string())),
        }
    }
    Ok(listeners)
}
