//! The target in the first line of a request.

use crate::response::head::Refusal;

/// Path and query of a target, as they were sent. A target in absolute form counts for its path.
pub(crate) fn path_and_query(method: &str, target: &str) -> Result<String, Refusal> {
    let strange = |byte: u8| !byte.is_ascii_graphic() || byte == b'#';
    if target.bytes().any(strange) {
        return Err(Refusal::bad(
            "the request target has characters that it must not have",
        ));
    }
    if target.starts_with('/') || (target == "*" && method == "OPTIONS") {
        return Ok(target.to_owned());
    }
    let rest = strip_scheme(target).ok_or(Refusal::bad("the request target must be a path"))?;
    let authority = rest.find(['/', '?']).unwrap_or(rest.len());
    if authority == 0 {
        return Err(Refusal::bad("the request target has no host"));
    }
    let rest = &rest[authority..];
    Ok(if rest.starts_with('/') {
        rest.to_owned()
    } else {
        format!("/{rest}")
    })
}

fn strip_scheme(target: &str) -> Option<&str> {
    let (scheme, rest) = target.split_once("://")?;
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    known.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::path_and_query;

    #[test]
    fn every_form() {
        for (target, expected) in [
            ("/", "/"),
            ("/api/target?page=1", "/api/target?page=1"),
            ("//a/b", "//a/b"),
            ("http://host:1/api?x", "/api?x"),
            ("HTTPS://host", "/"),
            ("http://host?x=/", "/?x=/"),
        ] {
            assert_eq!(path_and_query("GET", target).unwrap(), expected);
        }
        assert_eq!(path_and_query("OPTIONS", "*").unwrap(), "*");
        for target in [
            "",
            "*",
            "api",
            "host:80",
            "ftp://host/x",
            "http:///x",
            "/a#b",
            "/a\u{7f}",
            "/ä",
        ] {
            assert!(path_and_query("GET", target).is_err(), "{target}");
        }
    }
}
