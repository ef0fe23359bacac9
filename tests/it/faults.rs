//! Sources that are not what they were, and servers that are not what they should be.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;

use crate::support::{Program, TestServer};

/// The program as a user to whom modes of files apply: root reads everything.
fn as_nobody(home: &Path) -> Command {
    let original = env!("CARGO_BIN_EXE_bchan");
    if !rustix::process::geteuid().is_root() {
        return Command::new(original);
    }
    let copy = home.join("bchan");
    fs::copy(original, &copy).unwrap();
    fs::set_permissions(home, Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(copy);
    command
}

#[test]
fn an_unreadable_file_makes_a_backup_incomplete() {
    let server = TestServer::start();
    server.target("m", "multi");
    let source = server.home().join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("good"), "good").unwrap();
    fs::write(source.join("closed"), "closed").unwrap();
    fs::set_permissions(source.join("closed"), Permissions::from_mode(0o000)).unwrap();
    let mut command = as_nobody(server.home());
    command
        .env_clear()
        .env("HOME", server.home())
        .env("BCHAN_SERVER", server.url());
    let output = command
        .args(["backup", "upload", "m"])
        .arg(&source)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(
        stderr.contains("closed") && stderr.contains("cannot be read"),
        "{stderr}"
    );
    let files = server.files();
    assert!(
        files.len() == 1 && files[0].ends_with("/source/good"),
        "{files:?}"
    );
}

/// A server that answers every request with the same bytes.
fn fake(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|count| count > 2) {
                line.clear();
            }
            let _ = stream.write_all(answer);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    url
}

#[test]
fn answers_of_other_servers_give_clear_errors() {
    let home = tempfile::tempdir().unwrap();
    let ask = |answer: &'static [u8]| {
        let program = Program::new(home.path()).env("BCHAN_SERVER", fake(answer));
        program.args(["--retries", "0", "target", "list"]).run()
    };
    let cases: [(&[u8], i32, &str); 10] = [
        (b"HTTP/1.1 413 X\r\nContent-Length: 6\r\n\r\n<html>", 1, "client_max_body_size"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>hi</html>", 1, "not JSON"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>", 1, "404"),
        (b"HTTP/1.1 500 X\r\nContent-Length: 6\r\n\r\n<html>", 1, "failed (500)"),
        (b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", 75, "503"),
        (b"HTTP/1.1 507 X\r\nContent-Length: 0\r\n\r\n", 75, "space"),
        (b"HTTP/1.1 302 X\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", 13, "elsewhere"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"success\":", 75, "lost"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 36\r\n\r\n{\"success\":false,\"message\":\"\x5cu001b\"}", 1, "refuses"),
        (b"", 75, "lost"),
    ];
    for (answer, code, says) in cases {
        let output = ask(answer);
        let shown = String::from_utf8_lossy(answer);
        assert_eq!(output.code, Some(code), "{shown}: {output:?}");
        assert!(output.stderr.contains(says), "{shown}: {output:?}");
        assert!(
            !output.stderr.contains("<html>") && !output.stderr.contains('\u{1b}'),
            "{output:?}"
        );
    }
}

#[test]
fn what_python_s_server_sends_is_understood() {
    let home = tempfile::tempdir().unwrap();
    let answer = concat!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n",
        "{\"success\":true,\"targets\":[{\"id\":\"1\",\"name\":\"n\",\"target_type\":\"multi\",",
        "\"recycle_criteria\":\"none\",\"recycle_value\":null,\"recycle_action\":\"recycle\",",
        "\"location\":\"/x\",\"name_template\":\"$I\",\"deduplicate\":0,\"alias\":null,",
        "\"min_backups\":null,\"tags\":[],\"new\":1}]}"
    );
    let program = Program::new(home.path()).env("BCHAN_SERVER", fake(answer.as_bytes()));
    let list = program.args(["target", "list"]).json();
    assert_eq!(list["targets"].as_array().unwrap().len(), 1);
    assert_eq!(list["targets"][0]["deduplicate"], false);
}

/// However much a server sends, the client does not hold a multiple of it.
#[test]
fn a_hostile_answer_does_not_take_much_memory() {
    const MIB: usize = 1024 * 1024;
    let home = tempfile::tempdir().unwrap();
    let list = |element: &str, bytes: usize| -> &'static [u8] {
        let elements = vec![element; bytes / (element.len() + 1)].join(",");
        let body = format!("{{\"success\":true,\"targets\":[{elements}]}}");
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        Vec::leak((head + &body).into_bytes())
    };
    // Chunked, so that the size shows only as it comes.
    let endless: &'static [u8] = {
        let chunk = format!("{:x}\r\n{}\r\n", MIB, "[".repeat(MIB));
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        Vec::leak((head.to_owned() + &chunk.repeat(20)).into_bytes())
    };
    for (answer, says) in [
        (list("[]", 60 * MIB), "larger than"),
        (endless, "larger than"),
        (list("0", 15 * MIB), "too many targets"),
        (
            list("{\"name\":[0,0,0,0,0,0,0,0]}", 15 * MIB),
            "too many targets",
        ),
    ] {
        let limited = Command::new("sh")
            // KiB of address space.
            .args([
                "-c",
                "ulimit -v 600000; exec \"$0\" --retries 0 target list",
            ])
            .arg(env!("CARGO_BIN_EXE_bchan"))
            .env_clear()
            .env("HOME", home.path())
            .env("BCHAN_SERVER", fake(answer))
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&limited.stderr);
        assert_eq!(limited.status.code(), Some(1), "{says}: {stderr}");
        assert!(stderr.contains(says), "{says}: {stderr}");
    }
}

#[test]
fn what_stands_before_a_server_is_not_taken_for_it() {
    let home = tempfile::tempdir().unwrap();
    let ask = |answer: &'static [u8], code: i32, says: &str| {
        let program = Program::new(home.path()).env("BCHAN_API_KEY", "bakch-1");
        let words = [
            "--server",
            &fake(answer),
            "--retries",
            "0",
            "target",
            "list",
        ];
        let output = program.args(words).run();
        assert_eq!(output.code, Some(code), "{output:#?}");
        assert!(output.stderr.contains(says), "{says}: {output:#?}");
        output.stderr
    };
    let page = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno";
    let said = ask(page, 1, "it refuses access (403)");
    assert!(!said.contains("refuses the API key"), "{said}");
    let own = b"HTTP/1.1 403 F\r\nContent-Type: application/json\r\nContent-Length: 48\r\n\r\n\
                {\"success\": false, \"message\": \"Invalid API key\"}";
    ask(own, 12, "refuses the API key");
    let nginx =
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 46\r\n\r\n\
                  The plain HTTP request was sent to HTTPS port.";
    let said = ask(nginx, 1, "it expects TLS");
    assert!(said.contains("name it as https://"), "{said}");
    // The alert of a TLS server, and one that only hangs up.
    for answer in [&b"\x15\x03\x01\x00\x02\x02\x46"[..], b""] {
        let said = ask(answer, 75, "was lost");
        assert!(said.contains("name it as https://"), "{said}");
    }
    let gone = b"HTTP/1.1 521 Down\r\nContent-Length: 0\r\n\r\n";
    ask(gone, 75, "(521)");
    // The address for --server, without what was asked for.
    let moved = b"HTTP/1.1 308 Moved\r\nLocation: https://b.example/x/api/target?page=1\r\n\
                  Content-Length: 0\r\n\r\n";
    let said = ask(moved, 13, "says to go to");
    assert!(said.contains("--server: https://b.example/x\n"), "{said}");
    let login = b"HTTP/1.1 302 Found\r\nLocation: https://sso.example/?to=1\r\n\
                  Content-Length: 0\r\n\r\n";
    let said = ask(login, 13, "https://sso.example/?to=1");
    assert!(said.contains("asks to log in"), "{said}");
}

#[test]
fn a_server_that_trickles_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
                         Content-Length: 100000\r\n\r\n";
            let _ = stream.write_all(head);
            // A byte comes well before each time-out, until the client has gone.
            let pace = Some(std::time::Duration::from_millis(100));
            stream.set_read_timeout(pace).unwrap();
            while stream.read(&mut [0]).is_err() && stream.write_all(b" ").is_ok() {}
        }
    });
    let home = tempfile::tempdir().unwrap();
    let words = [
        "--server",
        &url,
        "--retries",
        "0",
        "--timeout",
        "1",
        "target",
        "list",
    ];
    let output = Program::new(home.path()).args(words).run();
    assert_eq!(output.code, Some(75), "{output:#?}");
    assert!(output.stderr.contains("does not answer"), "{output:#?}");
}
