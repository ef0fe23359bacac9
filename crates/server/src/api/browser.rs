//! Keeping out web pages that make a browser send requests.
//!
//! A browser on a machine that reaches the server also runs pages of other sites, and these can send
//! requests without a key. Browsers say where a request comes from (`Origin`, `Sec-Fetch-Site`), and
//! a page whose name has been made to lead here (DNS rebinding) betrays itself by that name in
//! `Host`.

use std::net::{Ipv4Addr, Ipv6Addr};

use bchan_api::Endpoint;

use crate::api::error::ApiError;
use crate::auth::Grant;
use bchan_http::{Headers, Request};

/// Refuses what a page of another site has made a browser send. `allowed` are names that the server
/// is known by.
pub(crate) fn check_origin(headers: &Headers, allowed: &[String]) -> Result<(), ApiError> {
    let foreign_site = |site: &str| !matches!(site.trim(), "same-origin" | "none");
    if headers.all("sec-fetch-site").any(foreign_site) {
        return Err(foreign());
    }
    let host = headers.get("host").unwrap_or_default();
    let foreign_origin = |origin: &str| {
        let Some((_, authority)) = origin.trim().split_once("://") else {
            return true;
        };
        !authority.eq_ignore_ascii_case(host.trim()) && !is_allowed(authority, allowed)
    };
    if headers.all("origin").any(foreign_origin) {
        return Err(foreign());
    }
    Ok(())
}

/// Refuses more requests if they have no key: names that anyone could have pointed here, and
/// changes by GET that look like a browser's.
pub(crate) fn check_rest(
    request: &Request,
    grant: &Grant,
    endpoint: Endpoint,
    allowed: &[String],
) -> Result<(), ApiError> {
    let headers = &request.headers;
    let starts_job = endpoint == Endpoint::RunJob;
    if starts_job && headers.has_any("sec-fetch-") && headers.get("sec-fetch-site").is_none() {
        return Err(foreign());
    }
    if grant.has_key() {
        // A client sends the key of this server only if it means this server, whatever name it
        // used.
        return Ok(());
    }
    let host = headers.get("host");
    if let Some(host) = host.filter(|host| !is_local(host) && !is_allowed(host, allowed)) {
        let message = format!(
            "a server without keys does not answer to the name `{}`; use its address, or add the \
             name to its setting `allowed-hosts`",
            host.escape_debug()
        );
        return Err(ApiError::new(403, message));
    }
    // Over plain HTTP, browsers leave out where a request comes from.
    let is_browser = |agent: &str| agent.trim_start().starts_with("Mozilla/");
    let unknown = headers.get("sec-fetch-site").is_none();
    let looks = headers.all("user-agent").any(is_browser) || headers.get("referer").is_some();
    if starts_job && unknown && looks {
        return Err(foreign());
    }
    Ok(())
}

fn foreign() -> ApiError {
    ApiError::new(403, "requests that pages of other sites make are refused")
}

/// A host without its port and without a dot at its end, in lower case.
fn name(host: &str) -> String {
    let host = host.trim();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// Returns true if a host is an address or this machine: no name service decides where it leads.
fn is_local(host: &str) -> bool {
    let name = name(host);
    let v6 = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    match v6 {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            name == "localhost" || name.ends_with(".localhost") || name.parse::<Ipv4Addr>().is_ok()
        }
    }
}

fn is_allowed(host: &str, allowed: &[String]) -> bool {
    let host = name(host);
    allowed.iter().any(|allowed| name(allowed) == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> Headers {
        Headers::from(lines)
    }

    #[test]
    fn only_addresses_and_this_machine_are_local() {
        for host in [
            "127.0.0.1",
            "192.0.2.1:5050",
            "[::1]",
            "[2001:db8::1]:80",
            "localhost",
            "LocalHost:5050",
            "a.localhost",
            "localhost.:1",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            ":5050",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "[::1",
            "::1",
            "[evil.example]",
            "127.1",
            "2130706433",
        ] {
            assert!(!is_local(host), "{host}");
        }
        let allowed = ["Backup.Example.".to_owned()];
        assert!(is_allowed("backup.example:443", &allowed));
        assert!(!is_allowed("a.backup.example", &allowed));
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        let host = ("Host", "127.0.0.1:5050");
        let check = |line| check_origin(&headers(&[host, line]), &["b.example".to_owned()]);
        for line in [
            ("Accept", "*/*"),
            ("Sec-Fetch-Site", "none"),
            ("sec-fetch-site", "same-origin"),
            ("Origin", "http://127.0.0.1:5050"),
            ("Origin", "https://b.example"),
        ] {
            assert!(check(line).is_ok(), "{line:?}");
        }
        for line in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Sec-Fetch-Site", "strange"),
            ("Origin", "null"),
            ("Origin", ""),
            ("Origin", "http://127.0.0.1"),
            ("Origin", "http://127.0.0.1:5051"),
            ("Origin", "http://localhost:5050"),
            ("Origin", "https://evil.example"),
            ("Origin", "https://b.example.evil.example"),
        ] {
            assert_eq!(check(line).unwrap_err().status, 403, "{line:?}");
        }
        // One that passes hides no other one.
        let two = [
            host,
            ("Origin", "http://127.0.0.1:5050"),
            ("Origin", "null"),
        ];
        assert!(check_origin(&headers(&two), &[]).is_err());
    }
}
