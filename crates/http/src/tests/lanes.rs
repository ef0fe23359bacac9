//! Connections to the server inside that serve one request after the other.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;

use super::{Arc, Body, Fixture, HttpConfig, Request, Response, count, read_response, text};

fn ask(stream: &mut TcpStream, method: &str, path: &str) -> io::Result<super::Seen> {
    stream.write_all(format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())?;
    read_response(stream)
}

/// Answers with the path, or breaks off where it says so.
fn echo(request: &mut Request) -> Response {
    let path = request.path.clone();
    assert!(!path.contains("panics"), "a test of panics");
    let fails = path.contains("fails");
    Response {
        status: 200,
        body: Body::Stream(Box::new(move |out| {
            for _ in 0..40_000 {
                out.write_all(path.as_bytes())?;
            }
            if fails {
                return Err(io::Error::other("broken"));
            }
            Ok(())
        })),
        ..Response::default()
    }
}

#[test]
fn one_serves_many_requests() {
    let server = Fixture::start(HttpConfig::default(), |request| text(200, &request.path));
    for _ in 0..3 {
        let mut stream = server.connect();
        for n in 0..50 {
            let path = format!("/{n}");
            assert_eq!(ask(&mut stream, "GET", &path).unwrap().text(), path);
        }
    }
    // A client may have its answer a moment before its connection is there for another one.
    assert!(server.let_in() <= 3, "{}", server.let_in());
}

#[test]
fn bodies_do_not_go_that_way() {
    let server = Fixture::counting(HttpConfig::default());
    let mut stream = server.connect();
    for n in 1..=5 {
        assert_eq!(ask(&mut stream, "GET", "/").unwrap().text(), "0");
        let post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /";
        stream.write_all(post).unwrap();
        assert_eq!(read_response(&mut stream).unwrap().text(), "5");
        assert!(server.let_in() >= n);
    }
}

#[test]
fn nor_do_those_who_ask_how_the_server_is() {
    let config = HttpConfig {
        watched_paths: &["/healthz"],
        ..HttpConfig::default()
    };
    let server = Fixture::start(config, |request| text(200, &request.path));
    let mut stream = server.connect();
    for n in 1..=5 {
        assert_eq!(ask(&mut stream, "GET", "/").unwrap().text(), "/");
        assert_eq!(
            ask(&mut stream, "GET", "/healthz").unwrap().text(),
            "/healthz"
        );
        assert!(server.let_in() > n);
    }
}

#[test]
fn a_body_of_no_length_has_an_end() {
    let server = Fixture::start(HttpConfig::default(), |request| {
        let known = request.content_length;
        let response = count(request);
        assert_eq!(known, Some(0));
        response
    });
    let head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let answer = server.talk(head);
    assert_eq!(super::only_response(&answer).text(), "0");
}

#[test]
fn nobody_gets_what_is_left_of_an_answer() {
    let server = Fixture::start(HttpConfig::default(), echo);
    thread::scope(|scope| {
        for client in 0..4 {
            let server = &server;
            scope.spawn(move || {
                let mut stream = server.connect();
                for n in 0..40 {
                    let kind = ["good", "fails", "good", "panics", "gone"][n % 5];
                    let path = format!("/{kind}/{client}/{n}");
                    if kind == "gone" {
                        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
                        stream.write_all(request.as_bytes()).unwrap();
                        stream.read_exact(&mut [0; 100]).unwrap();
                        stream = server.connect();
                        continue;
                    }
                    let seen = ask(&mut stream, "GET", &path);
                    match kind {
                        "good" => assert_eq!(seen.unwrap().text(), path.repeat(40_000)),
                        "fails" => assert!(seen.is_err()),
                        _ => seen.unwrap().assert_refusal(500),
                    }
                    if kind != "good" {
                        stream = server.connect();
                    }
                }
            });
        }
    });
}

#[test]
fn as_many_as_there_are_requests_at_a_time() {
    const CLIENTS: usize = 40;
    let together = Arc::new(Barrier::new(CLIENTS));
    let server = Fixture::start(HttpConfig::default(), move |request| {
        together.wait();
        text(200, &request.path)
    });
    for _ in 0..3 {
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let server = &server;
                scope.spawn(move || {
                    let path = format!("/{client}");
                    let seen = ask(&mut server.connect(), "GET", &path).unwrap();
                    assert_eq!(seen.text(), path);
                });
            }
        });
    }
}

#[test]
fn a_server_inside_that_is_started_anew_is_asked_from_then_on() {
    let server = Fixture::start(HttpConfig::default(), |request| text(200, &request.path));
    let mut stream = server.connect();
    for round in 0..3 {
        for n in 0..5 {
            let path = format!("/{round}/{n}");
            assert_eq!(ask(&mut stream, "GET", &path).unwrap().text(), path);
        }
        server.start_anew();
    }
}
