//! Responses: whole, broken off, and without bodies.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use super::{Body, Fixture, HttpConfig, PATIENCE, Request, Response, mpsc, read_response, text};

fn get(server: &Fixture, path: &str, version: &str) -> io::Result<super::Seen> {
    let mut stream = server.connect();
    stream.write_all(format!("GET {path} HTTP/{version}\r\nHost: x\r\n\r\n").as_bytes())?;
    read_response(&mut stream)
}

fn stream(
    write: impl FnOnce(&mut (dyn io::Write + Send)) -> io::Result<()> + Send + 'static,
) -> Response {
    Response {
        status: 200,
        headers: vec![],
        body: Body::Stream(Box::new(write)),
        ..Response::default()
    }
}

/// A response that ends after a while, and how it ends.
fn broken(request: &mut Request) -> Response {
    let length: u64 = request.query.parse().unwrap();
    let data =
        move |out: &mut (dyn io::Write + Send)| io::copy(&mut io::repeat(b'x').take(length), out);
    match &*request.path {
        "/good" => stream(move |out| data(out).map(drop)),
        "/fails" => stream(move |out| data(out).and(Err(io::Error::other("broken")))),
        "/panics" => stream(move |out| {
            data(out).unwrap();
            panic!("a test of panics")
        }),
        "/short" => Response {
            status: 200,
            headers: vec![],
            body: Body::Sized {
                reader: Box::new(io::repeat(b'x').take(length)),
                length: length + 1,
            },
            ..Response::default()
        },
        "/sized" => Response {
            status: 200,
            headers: vec![],
            body: Body::Sized {
                reader: Box::new(io::repeat(b'x')),
                length,
            },
            ..Response::default()
        },
        _ => text(404, "?"),
    }
}

#[test]
fn every_length_arrives() {
    let server = Fixture::start(HttpConfig::default(), broken);
    for length in [0, 1, 4_095, 65_536, 262_144, 262_145, 3_000_000] {
        for path in ["/good", "/sized"] {
            for version in ["1.1", "1.0"] {
                let seen = get(&server, &format!("{path}?{length}"), version).unwrap();
                assert_eq!(seen.body.len(), length, "{path} {version}");
                assert!(seen.body.iter().all(|&byte| byte == b'x'));
                assert_eq!(seen.has("connection: close"), version == "1.0");
            }
        }
    }
}

#[test]
fn what_a_handler_does_not_finish_never_looks_finished() {
    let server = Fixture::start(HttpConfig::default(), broken);
    for length in [0, 1, 1_000, 262_144, 3_000_000] {
        for path in ["/fails", "/panics", "/short"] {
            for version in ["1.1", "1.0"] {
                match get(&server, &format!("{path}?{length}"), version) {
                    // Nothing had been sent yet.
                    Ok(seen) => seen.assert_refusal(500),
                    Err(error) => {
                        let kind = error.kind();
                        let seen = [io::ErrorKind::ConnectionReset, io::ErrorKind::UnexpectedEof];
                        assert!(seen.contains(&kind), "{error}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_panic_is_an_answer_and_no_more() {
    let server = Fixture::start(HttpConfig::default(), |request| {
        assert_eq!(request.path, "/", "a test of panics");
        text(200, "well")
    });
    for _ in 0..20 {
        get(&server, "/bad", "1.1").unwrap().assert_refusal(500);
        assert_eq!(get(&server, "/", "1.1").unwrap().text(), "well");
    }
}

#[test]
fn heads_without_bodies() {
    let server = Fixture::start(HttpConfig::default(), |request| match &*request.path {
        "/none" => Response {
            status: 204,
            headers: vec![],
            body: Body::Bytes(vec![]),
            ..Response::default()
        },
        _ => broken(request),
    });
    let mut stream = server.connect();
    for (path, line) in [
        ("/good?7", "transfer-encoding: chunked"),
        ("/sized?7", "content-length: 7"),
    ] {
        stream
            .write_all(format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
            .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains(&format!("{line}\r\n")), "{head}");
    }
    // Had there been a body, it would stand before this.
    stream
        .write_all(b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let seen = read_response(&mut stream).unwrap();
    assert_eq!(seen.status, 204);
    assert!(!seen.head.contains("content-length"), "{seen:?}");
}

#[test]
fn headers_cannot_be_broken_out_of() {
    let server = Fixture::start(HttpConfig::default(), |_| Response {
        status: 200,
        headers: vec![
            ("x-good", "a b".into()),
            ("x-bad", "a\r\nx-injected: 1".into()),
            ("content-length", "999".into()),
        ],
        body: Body::Bytes(b"body".to_vec()),
        ..Response::default()
    });
    let seen = get(&server, "/", "1.1").unwrap();
    assert!(
        seen.has("x-good: a b") && seen.has("content-length: 4"),
        "{seen:?}"
    );
    assert!(
        seen.has("server: bchan") && seen.head.contains("\r\ndate: "),
        "{seen:?}"
    );
    assert!(
        !seen.head.contains("injected") && !seen.head.contains("999"),
        "{seen:?}"
    );
    assert!(!seen.head.contains("upstream-"), "{seen:?}");
}

fn endless(server_config: HttpConfig) -> (Fixture, mpsc::Receiver<io::ErrorKind>) {
    let (send, errors) = mpsc::channel();
    let server = Fixture::start(server_config, move |_| {
        let send = send.clone();
        stream(move |out| {
            let error = io::copy(&mut io::repeat(b'x'), out).unwrap_err();
            send.send(error.kind()).unwrap();
            Err(error)
        })
    });
    (server, errors)
}

#[test]
fn a_client_that_leaves_ends_the_writing() {
    let (server, errors) = endless(HttpConfig::default());
    let mut stream = server.connect();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    stream.read_exact(&mut [0; 10_000]).unwrap();
    drop(stream);
    assert_eq!(
        errors.recv_timeout(PATIENCE).unwrap(),
        io::ErrorKind::BrokenPipe
    );
}

#[test]
fn a_client_that_takes_nothing_ends_the_writing() {
    let write_timeout = Duration::from_millis(200);
    let (server, errors) = endless(HttpConfig {
        write_timeout,
        ..HttpConfig::default()
    });
    let mut stream = server.connect();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    assert_eq!(
        errors.recv_timeout(PATIENCE).unwrap(),
        io::ErrorKind::BrokenPipe
    );
    let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

/// To an old client, whose answer ends with its connection, too.
#[test]
fn what_is_cut_off_when_the_server_stops_does_not_look_whole() {
    for version in ["1.0", "1.1"] {
        let (mut server, errors) = endless(HttpConfig::default());
        let mut stream = server.connect();
        write!(stream, "GET / HTTP/{version}\r\nHost: x\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 10_000]).unwrap();
        server.front.take().unwrap().shutdown(Duration::ZERO);
        errors.recv_timeout(PATIENCE).unwrap();
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{version}");
    }
}
