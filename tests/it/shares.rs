//! What one key can keep from others.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Instant;

use crate::support::{Form, Program, TestServer, wait_until};

#[test]
fn uploads_that_trickle_starve_nobody_else() {
    const UPLOADS: usize = 256;
    const SHARE: usize = 64;
    let server = TestServer::start_with_key();
    server.target("t", "multi");
    let append = Program::new(server.home()).args(["server", "new-key", "--data"]);
    let append = append.arg(server.data());
    let append = append.args(["--name", "agent", "--rights", "append"]).ok();
    let head = format!(
        "POST /api/target/t/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: {}\r\nContent-Length: 1000000\r\n\r\n--",
        append.stdout.trim(),
        Form::content_type()
    );
    let begin = || {
        let mut stream = TcpStream::connect(server.addr()).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.set_nonblocking(true).unwrap();
        stream
    };
    let uploads: Vec<_> = (0..UPLOADS).map(|_| begin()).collect();
    let answer = |stream: &TcpStream| {
        let mut bytes = [0; 1000];
        let length = stream.peek(&mut bytes).unwrap_or_default();
        String::from_utf8_lossy(&bytes[..length]).to_lowercase()
    };
    // All beyond its share are told to come again.
    let refused = || uploads.iter().filter(|stream| !answer(stream).is_empty());
    wait_until(|| refused().count() == UPLOADS - SHARE);
    for stream in refused() {
        let answer = answer(stream);
        assert!(answer.starts_with("http/1.1 503 "), "{answer}");
        assert!(answer.contains("retry-after: "), "{answer}");
    }
    // The others neither wait nor notice.
    let begun = Instant::now();
    for _ in 0..20 {
        server.http().get("/api/target/t").success(200);
        server.upload("t", b"content");
    }
    let took = begun.elapsed();
    assert!(took.as_secs() < 30, "{took:?}");
    drop(uploads);
    // What has ended counts no more.
    wait_until(|| {
        let http = server.http().with_key(append.stdout.trim());
        let form = Form::new().file("file", b"content");
        http.post("/api/target/t/upload", &form).status == 200
    });
}
