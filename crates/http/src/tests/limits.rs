//! Connections: how many, how long, in what order, and their end.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Fixture, HttpConfig, PATIENCE, mpsc, only_response, read_response, text};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

const SHORT: Duration = Duration::from_millis(200);

/// Waits for the server to close without a word.
fn assert_closes(mut stream: TcpStream, after: Duration) {
    let begun = Instant::now();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert!(bytes.is_empty(), "{:?}", String::from_utf8_lossy(&bytes));
    let elapsed = begun.elapsed();
    assert!(
        elapsed >= after.mul_f32(0.9) && elapsed < PATIENCE,
        "{elapsed:?}"
    );
}

#[test]
fn a_head_must_come_in_time() {
    let server = Fixture::counting(HttpConfig {
        head_timeout: SHORT,
        ..HttpConfig::default()
    });
    assert_closes(server.connect(), SHORT);
    let mut stream = server.connect();
    stream.write_all(&GET[..GET.len() - 1]).unwrap();
    assert_closes(stream, SHORT);

    // One that trickles has no more time than one that stands still.
    let mut stream = server.connect();
    let begun = Instant::now();
    while stream.write_all(b"x").is_ok() {
        assert!(begun.elapsed() < PATIENCE);
        thread::sleep(SHORT / 10);
    }

    // Nor has a second request of a connection.
    let mut stream = server.connect();
    stream.write_all(&[GET, b"GET"].concat()).unwrap();
    assert_eq!(read_response(&mut stream).unwrap().status, 200);
    assert_closes(stream, SHORT);
}

#[test]
fn an_idle_connection_is_closed() {
    let server = Fixture::counting(HttpConfig {
        idle_timeout: SHORT,
        ..HttpConfig::default()
    });
    let mut stream = server.connect();
    stream.write_all(GET).unwrap();
    assert_eq!(read_response(&mut stream).unwrap().status, 200);
    assert_closes(stream, SHORT);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Fixture::start(HttpConfig::default(), |request| {
        let mut body = String::new();
        request.body().read_to_string(&mut body).unwrap();
        text(200, &format!("{}{body}", request.path))
    });
    let mut requests = Vec::new();
    for n in 0..200 {
        let post = format!("POST /{n} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n+body");
        requests.extend_from_slice(post.as_bytes());
    }
    requests.extend_from_slice(b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    requests.extend_from_slice(b"GET /beyond HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut stream = server.connect();
    stream.write_all(&requests).unwrap();
    for n in 0..200 {
        assert_eq!(
            read_response(&mut stream).unwrap().text(),
            format!("/{n}+body")
        );
    }
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let seen = only_response(&rest);
    assert_eq!(seen.text(), "/last");
    assert!(seen.has("connection: close"));
}

#[test]
fn old_clients_get_one_answer() {
    let server = Fixture::counting(HttpConfig::default());
    let seen = only_response(&server.talk(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    assert!(
        seen.status == 200 && seen.has("connection: close"),
        "{seen:?}"
    );
}

#[test]
fn idle_connections_stop_nobody() {
    let server = Fixture::counting(HttpConfig::default());
    let idle: Vec<_> = (0..200)
        .map(|n| {
            let mut stream = server.connect();
            // Some have begun to say something.
            stream.write_all(&GET[..n % 10]).unwrap();
            stream
        })
        .collect();
    let begun = Instant::now();
    for _ in 0..100 {
        let mut stream = server.connect();
        stream.write_all(GET).unwrap();
        assert_eq!(read_response(&mut stream).unwrap().status, 200);
    }
    assert!(begun.elapsed() < HttpConfig::default().head_timeout);
    drop(idle);
}

#[test]
fn connections_at_work_are_counted() {
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let (enter, entered) = mpsc::channel();
    let config = HttpConfig {
        connections: 2,
        ..HttpConfig::default()
    };
    let server = Fixture::start(config, move |_| {
        enter.send(()).unwrap();
        let _ = gate.lock().unwrap_or_else(PoisonError::into_inner).recv();
        text(200, "done")
    });
    let mut held: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for stream in &mut held {
        stream.write_all(GET).unwrap();
        entered.recv_timeout(PATIENCE).unwrap();
    }
    only_response(&server.talk(GET)).assert_refusal(503);
    for stream in &mut held {
        release.send(()).unwrap();
        assert_eq!(read_response(stream).unwrap().status, 200);
    }
    release.send(()).unwrap();
    let mut stream = server.connect();
    stream.write_all(GET).unwrap();
    assert_eq!(read_response(&mut stream).unwrap().status, 200);
}

/// Idle connections are closed first, and first those that never sent a request.
#[test]
fn connections_that_wait_make_room() {
    let server = Fixture::counting(HttpConfig {
        connections: 2,
        ..HttpConfig::default()
    });
    let mut good = server.connect();
    good.write_all(GET).unwrap();
    assert_eq!(read_response(&mut good).unwrap().status, 200);
    let mut useless = Vec::new();
    for n in 0..20 {
        let mut stream = server.connect();
        stream.write_all(&GET[..n]).unwrap();
        useless.push(stream);
    }
    let last = useless.pop().unwrap();
    for mut stream in useless {
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap_or(0), 0);
    }
    // Only the last one is left beside it.
    good.write_all(GET).unwrap();
    assert_eq!(read_response(&mut good).unwrap().status, 200);
    drop(last);
}

/// Each handler waits for all the others, so that none may be queued after another one.
#[test]
fn requests_do_not_wait_for_each_other() {
    const TOGETHER: usize = 40;
    let arrived = (Mutex::new(0_usize), Condvar::new());
    let server = Fixture::start(HttpConfig::default(), move |_| {
        let (count, all) = &arrived;
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        let goal = usize::next_multiple_of(*count, TOGETHER);
        all.notify_all();
        let waited = all.wait_timeout_while(count, PATIENCE / 2, |count| *count < goal);
        let late = waited.unwrap_or_else(PoisonError::into_inner).1.timed_out();
        text(200, if late { "alone" } else { "met" })
    });
    for _ in 0..10 {
        let mut streams: Vec<_> = (0..TOGETHER).map(|_| server.connect()).collect();
        for stream in &mut streams {
            stream.write_all(GET).unwrap();
        }
        for stream in &mut streams {
            assert_eq!(read_response(stream).unwrap().text(), "met");
        }
    }
}

#[test]
fn beyond_the_workers_requests_wait_their_turn() {
    let running = Mutex::new(());
    let config = HttpConfig {
        workers: 1,
        ..HttpConfig::default()
    };
    let server = Fixture::start(config, move |_| {
        let alone = running.try_lock().is_ok();
        thread::sleep(Duration::from_millis(5));
        text(200, &alone.to_string())
    });
    let mut streams: Vec<_> = (0..20).map(|_| server.connect()).collect();
    for stream in &mut streams {
        stream.write_all(GET).unwrap();
    }
    for stream in &mut streams {
        assert_eq!(read_response(stream).unwrap().text(), "true");
    }
}

/// Monitoring requests are answered while all others wait.
#[test]
fn who_watches_waits_for_no_worker() {
    let (enter, entered) = mpsc::channel();
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let config = HttpConfig {
        workers: 1,
        watchers: 1,
        watched_paths: &["/healthz", "/metrics"],
        ..HttpConfig::default()
    };
    let server = Fixture::start(config, move |request| {
        if request.path == "/" {
            enter.send(()).unwrap();
            let _ = gate.lock().unwrap_or_else(PoisonError::into_inner).recv();
        }
        text(200, &request.path)
    });
    let mut held: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for stream in &mut held {
        stream.write_all(GET).unwrap();
    }
    entered.recv_timeout(PATIENCE).unwrap();
    for path in ["/healthz?live", "/healthz", "/metrics"] {
        let mut stream = server.connect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let seen = read_response(&mut stream).unwrap();
        assert_eq!(seen.text(), path.split('?').next().unwrap());
    }
    for stream in &mut held {
        release.send(()).unwrap();
        assert_eq!(read_response(stream).unwrap().text(), "/");
    }
}

#[test]
fn a_shutdown_lets_requests_end_and_leaves_nothing() {
    let (enter, entered) = mpsc::channel();
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let mut server = Fixture::start(HttpConfig::default(), move |_| {
        enter.send(()).unwrap();
        gate.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv()
            .unwrap();
        text(200, "done")
    });
    let mut idle = server.connect();
    let mut busy = server.connect();
    busy.write_all(GET).unwrap();
    entered.recv_timeout(PATIENCE).unwrap();
    let front = server.front.take().unwrap();
    let folder = front.socket().folder();
    assert!(folder.is_dir());
    let stopping = thread::spawn(move || front.shutdown(PATIENCE));
    // Idle ones go at once, and then no new connection is accepted.
    assert_eq!(idle.read(&mut [0]).unwrap(), 0);
    release.send(()).unwrap();
    let seen = read_response(&mut busy).unwrap();
    assert!(
        seen.text() == "done" && seen.has("connection: close"),
        "{seen:?}"
    );
    drop(busy);
    stopping.join().unwrap();
    assert!(!folder.exists());
    let refused = TcpStream::connect(server.address).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_shutdown_cuts_off_what_takes_too_long_and_waits_for_its_handler() {
    let (send, ended) = mpsc::channel();
    let mut server = Fixture::start(HttpConfig::default(), move |request| {
        let body = request.body();
        body.read_exact(&mut [0; 5]).unwrap();
        send.send(None).unwrap();
        let error = body.read_to_end(&mut Vec::new()).unwrap_err();
        send.send(Some(error.kind())).unwrap();
        text(400, "cut")
    });
    let mut stream = server.connect();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhello")
        .unwrap();
    assert_eq!(ended.recv_timeout(PATIENCE).unwrap(), None);
    server
        .front
        .take()
        .unwrap()
        .shutdown(Duration::from_millis(10));
    assert_eq!(ended.try_recv().unwrap(), Some(ErrorKind::UnexpectedEof));
}

/// With so few descriptors, connections fail at every place where they can: when they are accepted,
/// when their requests are passed on, and in the server inside.
#[test]
fn running_out_of_descriptors_is_survived() {
    const CHILD: &str = "BCHAN_TEST_FEW_DESCRIPTORS";
    if std::env::var_os(CHILD).is_none() {
        let test = thread::current().name().unwrap().to_owned();
        let child = Command::new("sh")
            .args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", &test, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(child.status.success(), "{child:?}");
        return;
    }
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let server = Fixture::start(HttpConfig::default(), move |request| {
        if request.path == "/wait" {
            let _ = gate.lock().unwrap_or_else(PoisonError::into_inner).recv();
        }
        text(200, "well")
    });
    let well = |stream: &mut TcpStream| {
        let sent = stream.write_all(GET);
        sent.and_then(|()| read_response(stream))
            .is_ok_and(|seen| seen.status == 200)
    };
    for round in 0..3 {
        let mut held = Vec::new();
        let wait = if round == 0 { "/" } else { "/wait" };
        while let Ok(mut stream) = TcpStream::connect(server.address) {
            let _ = write!(stream, "GET {wait} HTTP/1.1\r\nHost: x\r\n\r\n");
            held.push(stream);
        }
        for _ in &held {
            release.send(()).unwrap();
        }
        drop(held);
        let begun = Instant::now();
        while !TcpStream::connect(server.address).is_ok_and(|mut stream| well(&mut stream)) {
            assert!(begun.elapsed() < PATIENCE, "round {round}");
            thread::yield_now();
        }
    }
}
