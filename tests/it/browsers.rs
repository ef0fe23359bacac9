//! Requests that a web page of another site makes a browser send.

use serde_json::{Value, json};

use crate::support::{Answer, Form, TestServer};

/// What a page can have sent without asking first, and what it would change.
fn requests() -> [(&'static str, &'static str, String, Vec<u8>); 4] {
    let form = Form::content_type();
    let file = Form::new().file("file", b"planted");
    [
        (
            "GET",
            "/api/jobs/force_run/recycle_job",
            form.clone(),
            vec![],
        ),
        ("POST", "/api/target/t/upload", form.clone(), file.finish()),
        ("POST", "/api/seq/t/terminate", "text/plain".into(), vec![]),
        ("GET", "/api/target/t", form, vec![]),
    ]
}

/// A keyless server with a target and a sequential upload under way.
fn server(options: &[&str]) -> TestServer {
    let server = TestServer::start_with(options, false);
    server.target("t", "multi");
    let list = json!({ "manual": 0, "file_list": [{ "path": "/", "name": "a" }] });
    let begun = server.http().json("POST", "/api/seq/t/begin", &list);
    begun.success(200);
    server
}

/// Sends a request as it is, with the host and the header lines of a browser.
fn send(server: &TestServer, request: usize, lines: &[&str]) -> Answer {
    let (method, path, content_type, body) = &requests()[request];
    let head = format!(
        "{method} {path} HTTP/1.1\r\n{}\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        lines.join("\r\n"),
        body.len()
    );
    server.http().raw(&[head.as_bytes(), body].concat())
}

fn assert_untouched(server: &TestServer) {
    let http = server.http();
    http.get("/api/seq/t").success(200);
    let view = http.get("/api/target/t").success(200);
    assert_eq!(view["backups"], json!([]));
    assert_eq!(
        http.get("/api/jobs").success(200)["delayed"],
        Value::from([0; 0])
    );
}

#[test]
fn pages_of_other_sites_change_and_learn_nothing() {
    let server = server(&[]);
    let host = format!("Host: {}", server.addr());
    for request in 0..requests().len() {
        for lines in [
            &[&*host, "Sec-Fetch-Site: cross-site"][..],
            &[&host, "Sec-Fetch-Site: same-site"],
            &[&host, "Origin: https://evil.example"],
            &[&host, "Origin: null"],
            &[&host, "Origin: http://127.0.0.1:1"],
            // Nothing hides it.
            &[&host, "Origin: https://evil.example", "Connection: origin"],
            // The name of a page that has been made to lead here.
            &["Host: evil.example"],
            &[
                "Host: evil.example",
                "Origin: http://evil.example",
                "Sec-Fetch-Site: same-origin",
            ],
            &["Host: localhost.evil.example"],
            &["Host: "],
        ] {
            let answer = send(&server, request, lines);
            answer.failure(403);
        }
    }
    assert_untouched(&server);
}

#[test]
fn a_browser_starts_no_job_from_elsewhere() {
    let server = server(&[]);
    let host = format!("Host: {}", server.addr());
    for lines in [
        &[&*host, "Sec-Fetch-Mode: no-cors"][..],
        &[&host, "User-Agent: Mozilla/5.0 (X11)"],
        &[&host, "Referer: http://evil.example/"],
    ] {
        send(&server, 0, lines).failure(403);
    }
    assert_untouched(&server);
    for lines in [
        &[&*host][..],
        &[&host, "User-Agent: curl/8.0"],
        &[
            &host,
            "User-Agent: Mozilla/5.0 (X11)",
            "Sec-Fetch-Site: none",
        ],
        &[
            "Host: localhost",
            "Origin: http://localhost",
            "Sec-Fetch-Site: same-origin",
        ],
    ] {
        send(&server, 0, lines).success(200);
    }
}

#[test]
fn a_name_may_be_allowed() {
    let server = server(&["--allowed-host", "Backup.example", "--allowed-host", "b"]);
    for name in ["backup.example", "backup.example:8443", "B", "[::1]:1"] {
        let host = format!("Host: {name}");
        send(&server, 3, &[&host]).success(200);
    }
    send(&server, 3, &["Host: other.example"]).failure(403);
}

#[test]
fn with_a_key_any_name_will_do_but_no_page_of_another_site() {
    let server = TestServer::start_with_key();
    server.target("t", "multi");
    let key = format!("Authorization: Bearer {}", server.key());
    let host = "Host: backup.example";
    send(&server, 3, &[host, &key]).success(200);
    send(&server, 1, &[host, &key, "User-Agent: Mozilla/5.0"]).success(200);
    send(&server, 0, &[host, &key, "User-Agent: Mozilla/5.0"]).success(200);
    for line in ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"] {
        for request in [0, 1, 3] {
            send(&server, request, &[host, &key, line]).failure(403);
        }
    }
}
