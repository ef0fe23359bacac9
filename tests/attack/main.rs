//! A server on a hostile network: what those without a key can do to those with one.
//!
//! Everything that peers get and what the server needs for it is checked; how long good requests
//! take is only printed: `cargo test --release --test attack -- --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, and says what it has done"
)]

mod crowd;
mod good;
mod malformed;
mod readers;
mod soak;
mod stalled;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other tests need more of it")]
mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bchan_client::{Client, Config};
use tokio::runtime::Runtime;

use self::crowd::Crowd;
use self::stalled::{Stalled, Watchdog};
use self::support::{Http, Identity, Program, TestServer};

/// Most memory of the server under all of it, in bytes.
const MOST_MEMORY: u64 = 100 * 1024 * 1024;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_server_under_attack_goes_on() {
    // Once with a slot for every connection, and once with too few.
    for seats in ["4096", "1024"] {
        let server = TestServer::start_with(&["--max-connections", seats], true);
        server.target("t", "multi");
        let http = server.http();
        let mut good = || {
            let answer = http.get("/api/target").success(200);
            assert_eq!(answer["targets"][0]["name"], "t");
        };
        println!("with {seats} seats:");
        good::measure("nothing else", &mut good);

        let crowd = Crowd::gather(&server, 2000, 200);
        good::measure("2,000 idle and 200 trickling connections", &mut good);

        flood(
            "the same and malformed requests",
            &|| malformed::send_all(&server),
            &mut good,
        );
        flood(
            "the same and requests whose clients are gone",
            &|| pipeline(&server),
            &mut good,
        );
        flood(
            "the same and refused uploads",
            &|| refused_upload(&server, 0),
            &mut good,
        );
        drop(crowd);

        let memory = server.peak_memory();
        println!("  peak memory: {} KiB", memory / 1024);
        assert!(memory < MOST_MEMORY, "{memory} bytes");
        // Accepted clients see no difference.
        let output = server.bchan(["target", "list"]).run();
        assert_eq!(output.code, Some(0), "{output:?}");
        assert!(!server.log().contains("panic"), "{}", server.log());
    }
}

/// Peers without a key that do not read their answers keep nobody out: neither clients with a key,
/// nor monitoring, nor the service manager.
#[test]
fn readers_that_stall_keep_nobody_waiting() {
    const LIMIT: Duration = Duration::from_secs(8);
    let home = tempfile::tempdir().unwrap();
    let key = Program::new(home.path()).args(["server", "new-key", "--data"]);
    let key = key.arg(home.path().join("data")).ok();
    let path = home.path().join("notify");
    let watchdog = Watchdog::new(UnixDatagram::bind(&path).unwrap(), LIMIT);
    let limit = LIMIT.as_micros().to_string();
    let env = [
        ("NOTIFY_SOCKET", path.to_str().unwrap()),
        ("WATCHDOG_USEC", &limit),
    ];
    let server = TestServer::over(home, &[], &env).expect("a server that starts");
    let http = Http::new(server.addr(), Some(key.stdout.trim().to_owned()));
    let mut good = || {
        http.get("/api/target").success(200);
    };
    let mut monitor = || {
        let nobody = Http::new(server.addr(), None);
        assert_eq!(nobody.get("/healthz").status, 200);
        assert_eq!(http.get("/metrics").status, 200);
    };
    println!("with readers that stall:");
    good::measure("nothing else", &mut good);
    let stalled = Stalled::gather(server.addr());
    thread::scope(|scope| {
        // Several times what it takes for the watchdog to lose patience.
        let watch = scope.spawn(|| watchdog.watch(LIMIT * 2));
        let median = loop {
            let median = good::measure("1,320 that stall", &mut good);
            good::measure("the same, of monitoring", &mut monitor);
            if watch.is_finished() {
                break median;
            }
        };
        watch.join().unwrap();
        assert!(median < Duration::from_millis(100), "{median:?}");
    });
    drop(stalled);
    let memory = server.peak_memory();
    println!("  peak memory: {} KiB", memory / 1024);
    assert!(memory < MOST_MEMORY, "{memory} bytes");
    assert!(!server.log().contains("panic"), "{}", server.log());
}

/// However much a client still has to send, and however it says so, it sees why it is not wanted.
#[test]
fn every_refused_upload_is_answered() {
    let server = TestServer::start_with(&[], true);
    let seen: usize = (0..100).map(|n| refused_upload(&server, n)).sum();
    assert_eq!(seen, 100);
    assert!(server.peak_memory() < MOST_MEMORY);
}

/// TLS handshakes in a loop do not delay established connections.
#[test]
fn handshakes_delay_nobody_else() {
    let home = tempfile::tempdir().unwrap();
    let identity = Identity::make(home.path(), "server", &["127.0.0.1"]);
    let server = TestServer::over(home, &identity.options(), &[]).expect("a server that starts");
    let ca = fs::read(&identity.cert).unwrap();
    let client = || {
        Client::new(Config {
            server: format!("https://{}", server.addr()),
            key: None,
            ca: Some(ca.clone()),
            retries: 0,
            timeout: PATIENCE,
            user_agent: "test".into(),
        })
    };
    let ask = |runtime: &Runtime, client: &Client| {
        assert!(runtime.block_on(client.targets(1)).unwrap().is_empty());
    };
    println!("with TLS, over a connection that is there:");
    let runtime = runtime();
    let known = client().unwrap();
    let mut good = || ask(&runtime, &known);
    good::measure("nothing else", &mut good);
    flood(
        "handshakes of others",
        &|| {
            ask(&self::runtime(), &client().unwrap());
            1
        },
        &mut good,
    );
    assert!(server.peak_memory() < MOST_MEMORY);
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

/// Measures while others attack. An attack says how many it was.
fn flood(name: &str, attack: &(dyn Fn() -> usize + Sync), good: &mut dyn FnMut()) {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let run = || {
            let mut count = 0;
            while !stop.load(Ordering::Relaxed) {
                count += attack();
            }
            count
        };
        let attackers = [scope.spawn(run), scope.spawn(run)];
        good::measure(name, good);
        stop.store(true, Ordering::Relaxed);
        let done: usize = attackers.into_iter().map(|a| a.join().unwrap()).sum();
        println!("    {done} of them");
        assert!(done > 0);
    });
}

/// Starts an unwanted upload of 1 GiB, sends until the server stops reading, and only then looks
/// for the answer. Returns how many saw it.
fn refused_upload(server: &TestServer, number: usize) -> usize {
    const PIECE: usize = 64 * 1024;
    // Guesses are answered with a delay, so that only a few run at a time.
    let (key, status) = match number % 20 {
        1 => ("Authorization: Bearer wrong\r\n".to_owned(), 403),
        0..10 => (String::new(), 401),
        _ => (format!("Authorization: Bearer {}\r\n", server.key()), 404),
    };
    let chunked = number % 2 == 1;
    let framing = if chunked {
        "Transfer-Encoding: chunked"
    } else {
        "Content-Length: 1073741824"
    };
    let mut stream = connect(server);
    let head = format!(
        "POST /api/target/nothing/upload HTTP/1.1\r\nHost: x\r\n{key}{framing}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    );
    let mut sent = stream.write_all(head.as_bytes());
    let piece = if chunked {
        let mut piece = format!("{PIECE:x}\r\n").into_bytes();
        piece.resize(piece.len() + PIECE, b'x');
        piece.extend_from_slice(b"\r\n");
        piece
    } else {
        vec![b'x'; PIECE]
    };
    for _ in 0..1024 * 1024 * 1024 / PIECE {
        if sent.is_err() {
            break;
        }
        sent = stream.write_all(&piece);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    usize::from(answer.starts_with(format!("HTTP/1.1 {status} ").as_bytes()))
}

/// Asks again and again and reads nothing, until no more is taken.
fn pipeline(server: &TestServer) -> usize {
    let mut stream = connect(server);
    stream
        .set_write_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let key = server.key();
    let request =
        format!("GET /api/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n");
    let requests = request.repeat(1000);
    let mut count = 0;
    while count < 100 && stream.write_all(requests.as_bytes()).is_ok() {
        count += 1;
    }
    1
}

fn connect(server: &TestServer) -> TcpStream {
    let stream = TcpStream::connect(server.addr()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}
