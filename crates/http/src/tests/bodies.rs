//! Bodies of requests: whole, cut off, unwanted, and waited for.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use super::{Fixture, HttpConfig, PATIENCE, count, mpsc, only_response, read_response, text};

fn post(length: impl std::fmt::Display) -> Vec<u8> {
    format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n").into_bytes()
}

const CHUNKED: &[u8] = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn arrives_as_it_was_sent() {
    let server = Fixture::start(HttpConfig::default(), |request| {
        let mut body = Vec::new();
        request.body().read_to_end(&mut body).unwrap();
        let declared = request.content_length.map(|length| length.to_string());
        let has_body = request.has_body;
        let peer = request.peer.ip();
        let sound = body
            .iter()
            .enumerate()
            .all(|(at, &byte)| usize::from(byte) == at % 251);
        text(
            200,
            &format!("{} {declared:?} {has_body} {peer} {sound}", body.len()),
        )
    });
    let mut stream = server.connect();
    for length in [0, 1, 5, 1024, 1025, 300_000, 5_000_000] {
        let body: Vec<u8> = (0..length)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        let expected = format!("{length} Some(\"{length}\") {} 127.0.0.1 true", length > 0);
        stream.write_all(&[&*post(length), &body].concat()).unwrap();
        assert_eq!(read_response(&mut stream).unwrap().text(), expected);

        stream.write_all(CHUNKED).unwrap();
        for chunk in body.chunks(length / 3 + 1) {
            stream
                .write_all(format!("{:x};ext=1\r\n", chunk.len()).as_bytes())
                .unwrap();
            stream.write_all(chunk).unwrap();
            stream.write_all(b"\r\n").unwrap();
        }
        stream.write_all(b"0\r\nTrailer: x\r\n\r\n").unwrap();
        let expected = format!("{length} None true 127.0.0.1 true");
        assert_eq!(read_response(&mut stream).unwrap().text(), expected);
    }
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    let seen = read_response(&mut stream).unwrap();
    assert_eq!(seen.text(), "0 None false 127.0.0.1 true");
}

/// However a client cuts its body off, the handler's reading ends in an error.
#[test]
fn a_cut_body_is_an_error_for_the_handler() {
    let (send, outcomes) = mpsc::channel();
    let server = Fixture::start(HttpConfig::default(), move |request| {
        let mut body = Vec::new();
        let read = request
            .body()
            .read_to_end(&mut body)
            .map_err(|error| error.kind());
        let again = request.body().read(&mut [0]).is_err();
        send.send((read, again)).unwrap();
        text(200, "")
    });
    let chunked = |chunks: &[u8]| [CHUNKED, chunks].concat();
    for request in [
        post(5),
        [post(5), b"1234".to_vec()].concat(),
        [post(2_000), vec![0; 1_999]].concat(),
        [post(2_000_000), vec![0; 1_999_999]].concat(),
        chunked(b""),
        chunked(b"5"),
        chunked(b"5\r\n"),
        chunked(b"5\r\nhell"),
        chunked(b"5\r\nhello"),
        chunked(b"5\r\nhello\r\n"),
        chunked(b"5\r\nhello\r\n0\r\n"),
    ] {
        for half in [true, false] {
            let mut stream = server.connect();
            stream.write_all(&request).unwrap();
            if half {
                stream.shutdown(Shutdown::Write).unwrap();
            } else {
                drop(stream);
            }
            let (read, again) = outcomes.recv_timeout(PATIENCE).unwrap();
            assert_eq!(read, Err(ErrorKind::UnexpectedEof));
            assert!(again);
        }
    }
}

#[test]
fn a_client_sees_that_its_body_was_cut() {
    let server = Fixture::counting(HttpConfig::default());
    let mut stream = server.connect();
    stream
        .write_all(&[post(9), b"1234".to_vec()].concat())
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let seen = only_response(&bytes);
    assert!(
        seen.status == 400 && seen.has("connection: close"),
        "{seen:?}"
    );
}

#[test]
fn a_silent_body_is_cut() {
    let timeout = Duration::from_millis(200);
    let config = HttpConfig {
        body_timeout: timeout,
        ..HttpConfig::default()
    };
    let server = Fixture::start(config, |request| {
        let read = io::copy(request.body(), &mut io::sink());
        text(
            match read {
                Ok(_) => 200,
                // The handler can tell it from a client that has gone.
                Err(_) if request.fell_silent() => 408,
                Err(_) => 400,
            },
            "",
        )
    });
    let begun = Instant::now();
    let seen = only_response(&server.talk(&[post(9), b"1234".to_vec()].concat()));
    assert_eq!(seen.status, 408);
    assert!(begun.elapsed() >= timeout);
    let head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let seen = only_response(&server.talk(&[&head[..], b"zz\r\n"].concat()));
    assert_eq!(seen.status, 400);
}

/// A client that reads only after it has sent what it has sees the early answer, every time.
fn assert_early_answer_is_seen(length: usize, all_of_it: bool) {
    let server = Fixture::start(HttpConfig::default(), |_| text(401, "no key"));
    let piece = vec![0; 1 << 20];
    for round in 0..100 {
        let mut stream = server.connect();
        stream.write_all(&post(length)).unwrap();
        let mut sent = Ok(());
        for _ in 0..length >> 20 {
            sent = sent.and_then(|()| stream.write_all(&piece));
        }
        assert!(sent.is_ok() || !all_of_it, "round {round}: {sent:?}");
        let seen = read_response(&mut stream);
        let seen = seen.unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!((seen.status, seen.text()), (401, "no key"));
        assert!(seen.has("connection: close"));
    }
}

#[test]
fn an_early_answer_is_seen_without_disturbing_the_sending() {
    assert_early_answer_is_seen(16 << 20, true);
}

#[test]
fn an_early_answer_is_seen_when_the_rest_is_refused() {
    assert_early_answer_is_seen(200 << 20, false);
}

#[test]
fn what_follows_an_unread_body_is_no_request() {
    let server = Fixture::start(HttpConfig::default(), |_| text(401, "no key"));
    let hidden = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut stream = server.connect();
    stream.write_all(&post(1 << 20)).unwrap();
    assert_eq!(read_response(&mut stream).unwrap().status, 401);
    let _ = stream.write_all(hidden);
    let _ = stream.shutdown(Shutdown::Write);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
}

#[test]
fn the_word_to_go_on_comes_when_the_body_is_wanted() {
    let server = Fixture::start(HttpConfig::default(), |request| match &*request.path {
        "/wanted" => count(request),
        _ => text(403, "no"),
    });
    let head = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n"
        )
    };
    let mut stream = server.connect();
    for _ in 0..2 {
        stream.write_all(head("/wanted").as_bytes()).unwrap();
        assert_eq!(read_response(&mut stream).unwrap().status, 100);
        stream.write_all(b"hello").unwrap();
        assert_eq!(read_response(&mut stream).unwrap().text(), "5");
    }
    stream.write_all(head("/unwanted").as_bytes()).unwrap();
    let seen = read_response(&mut stream).unwrap();
    assert!(
        seen.status == 403 && seen.has("connection: close"),
        "{seen:?}"
    );

    // No client has to wait for it.
    let mut stream = server.connect();
    stream
        .write_all(format!("{}hello", head("/wanted")).as_bytes())
        .unwrap();
    assert_eq!(read_response(&mut stream).unwrap().status, 100);
    assert_eq!(read_response(&mut stream).unwrap().text(), "5");
}
