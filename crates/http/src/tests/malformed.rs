//! Requests that two readers could understand in two ways, and requests that are not valid at all.

use super::{Fixture, HttpConfig, only_response, read_response};
use std::io::Write as _;

#[test]
fn malformed_heads_are_refused() {
    let server = Fixture::start(HttpConfig::default(), |_| panic!("it must not get here"));
    let long = format!(
        "GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "x".repeat(64 * 1024)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: x\r\n{}\r\n",
        "X: y\r\n".repeat(200)
    );
    let post = |headers: &str| format!("POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\nxxxxx");
    for (status, request) in [
        (400, post("Content-Length: 5\r\nTransfer-Encoding: chunked")),
        (400, post("Content-Length: 5\r\nContent-Length: 5")),
        (400, post("Content-Length: 5\r\nContent-Length: 6")),
        (400, post("Content-Length: 5, 5")),
        (400, post("Content-Length: +5")),
        (400, post("Content-Length: -5")),
        (400, post("Content-Length: 0x5")),
        (400, post("Content-Length: abc")),
        (400, post("Content-Length:")),
        (400, post("Content-Length: 5 5")),
        (400, post("Content-Length: 18446744073709551616")),
        (400, post("Content-Length : 5")),
        (
            400,
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        ),
        (501, post("Transfer-Encoding: gzip, chunked")),
        (501, post("Transfer-Encoding: chunked, chunked")),
        (501, post("Transfer-Encoding: identity")),
        (501, post("Transfer-Encoding: xchunked")),
        (400, post("X: a\r\n b: folded")),
        (400, post("X: a\rb")),
        (400, post("X: a\0b")),
        (400, post("Content-Length: 5\nX: bare line feed")),
        (400, post("Host: y")),
        (400, post("Authorization: a\r\nAuthorization: b")),
        (400, post("no colon")),
        (400, post(": no name")),
        (417, post("Content-Length: 5\r\nExpect: something")),
        (400, "GET / HTTP/1.1\r\n\r\n".into()),
        (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n".into()),
        (400, "GET / HTTP/1.1\nHost: x\n\n".into()),
        (400, "GET /\r\n\r\n".into()),
        (400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "GET / x HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "G@T / HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "GET /\u{1} HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "GET /\u{7f} HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "GET /ä HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "GET example HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n".into()),
        (400, "GET / HTTP/2.0\r\nHost: x\r\n\r\n".into()),
        (400, "GET / HTTP/1.2\r\nHost: x\r\n\r\n".into()),
        (400, "GET / HTTP/1.10\r\nHost: x\r\n\r\n".into()),
        (400, "GET / FTP/1.1\r\nHost: x\r\n\r\n".into()),
        (
            400,
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n".into(),
        ),
        (400, "PRI * HTTP/2.0\n\n".into()),
        (400, "\u{16}\u{3}\u{1}".into()),
        (431, long),
        (431, many),
    ] {
        let bytes = server.talk(request.as_bytes());
        assert!(!bytes.is_empty(), "no answer to {request:?}");
        let seen = only_response(&bytes);
        assert_eq!(seen.status, status, "{request:?}: {seen:?}");
        seen.assert_refusal(status);
    }
}

#[test]
fn nothing_behind_a_refused_head_is_answered() {
    let server = Fixture::counting(HttpConfig::default());
    let smuggled = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\
        \r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
    only_response(&server.talk(smuggled.as_bytes())).assert_refusal(400);
}

#[test]
fn malformed_chunks_end_the_connection() {
    let server = Fixture::counting(HttpConfig::default());
    let extension = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(100_000));
    for chunks in [
        "5\r\nhelloX\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nhello",
        "0\r\nno colon\r\n\r\n",
        &extension,
    ] {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}\
             GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        );
        let seen = only_response(&server.talk(request.as_bytes()));
        assert_eq!(seen.status, 400, "{chunks:?}: {seen:?}");
        assert!(seen.has("connection: close"), "{seen:?}");
    }
}

#[test]
fn what_is_unusual_and_sound_passes() {
    let server = Fixture::start(HttpConfig::default(), |request| {
        let header = |name| request.headers.get(name).unwrap_or("-").to_owned();
        let seen = [
            header("X-A"),
            header("upstream-peer"),
            header("Upstream-Id"),
            header("te"),
        ]
        .join(" ");
        let text = format!(
            "{} {}?{} {seen}",
            request.method, request.path, request.query
        );
        super::text(200, &text)
    });
    for (head, expected) in [
        (
            "GET /a?b=c&d HTTP/1.1\r\nHost: x\r\nx-a:  y \r\n",
            "GET /a?b=c&d y - - -",
        ),
        (
            "GET http://other/a HTTP/1.1\r\nHost: x\r\n",
            "GET /a? - - - -",
        ),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\n", "OPTIONS *? - - - -"),
        ("get / HTTP/1.1\r\nHost: [::1]:80\r\n", "get /? - - - -"),
        (
            "GET /%2e/%00 HTTP/1.1\r\nHost:\r\n",
            "GET /%2e/%00? - - - -",
        ),
        (
            "\r\nGET / HTTP/1.1\r\nHost: x\r\nX-A: \u{e4}\r\n",
            "GET /? ?? - - -",
        ),
        // Only the front says these.
        (
            "GET / HTTP/1.1\r\nHost: x\r\nUpstream-Peer: 9.9.9.9:9\r\nupstream-id: 7\r\nTE: x\r\n",
            "GET /? - - - -",
        ),
    ] {
        let mut stream = server.connect();
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let seen = read_response(&mut stream).unwrap();
        assert_eq!((seen.status, seen.text()), (200, expected), "{head}");
    }
}
