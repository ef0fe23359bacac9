//! Clients that take nothing of their answers, and what they keep from others.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_socket_recv_buffer_size;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};

use super::super::{Probe, Question};
use super::{Arc, Body, Fixture, HttpConfig, PATIENCE, Request, Response, mpsc};
use super::{read_response, text};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A connection that takes little at a time.
fn narrow(address: SocketAddr) -> TcpStream {
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None).unwrap();
    set_socket_recv_buffer_size(&socket, 2048).unwrap();
    connect(&socket, &address).unwrap();
    TcpStream::from(socket)
}

/// Asks for more than the system takes for a client, and takes nothing.
fn stall(address: SocketAddr) -> TcpStream {
    let mut stream = narrow(address);
    stream.set_nonblocking(true).unwrap();
    let _ = stream.write(&b"GET /stall HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100));
    stream
}

/// Answers with 200 KiB, and counts the clients that do not read it.
fn large(stalled: Arc<AtomicUsize>) -> impl Fn(&mut Request) -> Response {
    move |request| {
        if request.path == "/stall" {
            stalled.fetch_add(1, Ordering::SeqCst);
        }
        text(200, &"x".repeat(200 * 1024))
    }
}

fn ask(address: SocketAddr) -> io::Result<u16> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(GET)?;
    read_response(&mut stream).map(|seen| seen.status)
}

#[test]
fn those_who_read_nothing_keep_no_worker() {
    let stalled = Arc::new(AtomicUsize::new(0));
    let config = HttpConfig {
        workers: 2,
        watchers: 1,
        watched_paths: &["/healthz", "/metrics"],
        ..HttpConfig::default()
    };
    let server = Fixture::start(config, large(Arc::clone(&stalled)));
    let held: Vec<_> = (0..20).map(|_| stall(server.address)).collect();
    let begun = Instant::now();
    loop {
        let before = stalled.load(Ordering::SeqCst);
        for _ in 0..20 {
            assert_eq!(ask(server.address).unwrap(), 200);
        }
        if before >= held.len() && stalled.load(Ordering::SeqCst) == before {
            break;
        }
    }
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}

#[test]
fn those_who_read_nothing_make_room_for_others() {
    let config = HttpConfig {
        connections: 4,
        ..HttpConfig::default()
    };
    let stalled = Arc::new(AtomicUsize::new(0));
    let server = Fixture::start(config, large(Arc::clone(&stalled)));
    let held: Vec<_> = (0..4).map(|_| stall(server.address)).collect();
    let mut before = 0;
    while before < held.len() || stalled.load(Ordering::SeqCst) != before {
        before = stalled.load(Ordering::SeqCst);
        // Until no more is asked for.
        std::thread::sleep(Duration::from_millis(200));
    }
    let begun = Instant::now();
    while ask(server.address).ok() != Some(200) {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
}

#[test]
fn a_stalled_stream_gives_way_to_a_request_that_waits() {
    let config = HttpConfig {
        workers: 1,
        give_way: Duration::from_millis(100),
        ..HttpConfig::default()
    };
    let (begin, begun) = mpsc::channel();
    let server = Fixture::start(config, move |request| {
        if request.path == "/" {
            return text(200, "small");
        }
        let begin = begin.clone();
        Response {
            status: 200,
            body: Body::Stream(Box::new(move |out| {
                begin.send(()).unwrap();
                io::copy(&mut io::repeat(b'x'), out).map(drop)
            })),
            ..Response::default()
        }
    });
    let mut stream = narrow(server.address);
    stream
        .write_all(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    begun.recv_timeout(PATIENCE).unwrap();
    assert_eq!(ask(server.address).unwrap(), 200);
    let ended = stream.read_to_end(&mut Vec::new());
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

/// Every slot, every worker and every watcher is taken by clients that pretend to be a probe.
#[test]
fn nobody_can_keep_the_probe_out() {
    let (enter, entered) = mpsc::channel();
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let probed = Arc::new(AtomicUsize::new(0));
    let answered = Arc::clone(&probed);
    let config = HttpConfig {
        connections: 3,
        workers: 1,
        watchers: 1,
        watched_paths: &["/healthz", "/metrics"],
        ..HttpConfig::default()
    };
    let server = Fixture::start(config, move |request| {
        let mut answer = text(200, "");
        if request.is_probe {
            answered.fetch_add(1, Ordering::SeqCst);
            answer.headers.push(("backup-chan-features", "x".into()));
        } else {
            enter.send(()).unwrap();
            let _ = gate.lock().unwrap().recv();
        }
        answer
    });
    let mut held = Vec::new();
    for path in ["/healthz", "/", "/"] {
        let mut stream = server.connect();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: x\r\nupstream-probe: yes\r\n\r\n"
        )
        .unwrap();
        held.push(stream);
    }
    for _ in 0..2 {
        entered.recv_timeout(PATIENCE).unwrap();
    }
    let probes = server.front.as_ref().unwrap().probes();
    let question = Question {
        target: "/healthz?live",
        header: "backup-chan-features",
    };
    let probe = Probe::new(server.address, None, probes, question);
    for n in 1..=3 {
        probe.ask(PATIENCE).unwrap();
        assert_eq!(probed.load(Ordering::SeqCst), n);
    }
    for _ in &held {
        release.send(()).unwrap();
    }
}

#[test]
fn only_so_many_heads_are_long() {
    let server = Fixture::counting(HttpConfig {
        large_heads: 2,
        ..HttpConfig::default()
    });
    let begin = || {
        let mut stream = server.connect();
        write!(
            stream,
            "GET / HTTP/1.1\r\nHost: x\r\nX: {}",
            "x".repeat(8000)
        )
        .unwrap();
        stream
    };
    let long = [begin(), begin()];
    let refused = (0..100).find_map(|_| {
        let mut stream = begin();
        stream
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        read_response(&mut stream).ok()
    });
    assert_eq!(refused.unwrap().status, 503);
    // All others are served, and so are those two.
    assert_eq!(ask(server.address).unwrap(), 200);
    for mut stream in long {
        stream.write_all(b"\r\n\r\n").unwrap();
        assert_eq!(read_response(&mut stream).unwrap().status, 200);
    }
}
