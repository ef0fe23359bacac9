//! URLs of servers.

use std::net::Ipv6Addr;

use super::error::SettingsError;

pub(super) const DEFAULT_PORT: u16 = 5050;

/// Completes what a user gives as a server: the scheme, and the port where none is said. A whole
/// URL stays as it is, with whatever port its scheme means.
pub(super) fn url(text: &str, port: Option<u16>) -> Result<String, SettingsError> {
    let invalid = || SettingsError::Server {
        text: text.to_owned(),
    };
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let rest = rest.trim_end_matches('/');
    let known = matches!(scheme, "" | "http" | "https");
    if !known || rest.is_empty() || rest.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(invalid());
    }
    let host = match rest.parse::<Ipv6Addr>() {
        Ok(bare) => format!("[{bare}]"),
        Err(_) => rest.to_owned(),
    };
    let port = match port {
        Some(port) => format!(":{port}"),
        None if scheme.is_empty() && !has_port(&host) && !host.contains('/') => {
            format!(":{DEFAULT_PORT}")
        }
        None => String::new(),
    };
    let scheme = if scheme.is_empty() { "http" } else { scheme };
    Ok(format!("{scheme}://{host}{port}"))
}

/// Returns true if something like `host:1`, `1.2.3.4:1` or `[::1]:1` names a port.
fn has_port(host: &str) -> bool {
    let after_address = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    after_address.contains(':')
}
