//! Encrypted connections: which servers are trusted, and what happens with the others.

use std::fs::{self, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::support::{Identity, Output, Program, TestServer, wait_until};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

fn serve(home: TempDir, identity: &Identity) -> TestServer {
    TestServer::over(home, &identity.options(), &[]).expect("a server that starts")
}

/// A command to a URL that trusts `ca` alone.
fn ask(server: &TestServer, url: &str, ca: Option<&Path>, args: &[&str]) -> Output {
    let mut program = Program::new(server.home()).args(["--retries", "1", "--server", url]);
    if let Some(ca) = ca {
        program = program.arg("--ca-cert").arg(ca);
    }
    program.args(args).run()
}

fn url(server: &TestServer) -> String {
    format!("https://{}", server.addr())
}

#[track_caller]
fn ends(output: &Output, code: i32, says: &str) {
    assert_eq!(output.code, Some(code), "{output:#?}");
    assert!(output.stderr.contains(says), "{says}: {output:#?}");
}

#[test]
fn a_backup_goes_there_and_back() {
    let home = tempfile::tempdir().unwrap();
    let identity = Identity::make(home.path(), "server", &["127.0.0.1", "localhost"]);
    let server = serve(home, &identity);
    let source = server.home().join("content");
    // More than any buffer on the way holds.
    let content: Vec<u8> = (0..5_000_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(&source, &content).unwrap();
    let run = |args: &[&str]| {
        let output = ask(&server, &url(&server), Some(&identity.cert), args);
        assert_eq!(output.code, Some(0), "{output:#?}");
    };
    let path = source.to_str().unwrap();
    run(&["backup", "upload", "t", path, "--create"]);
    let back = server.home().join("back");
    let to = back.to_str().unwrap();
    run(&["backup", "download", "t", "--extract", to]);
    assert!(fs::read(back.join("content")).unwrap() == content);
}

#[test]
fn nobody_is_trusted_without_a_reason() {
    let home = tempfile::tempdir().unwrap();
    let identity = Identity::make(home.path(), "server", &["127.0.0.1"]);
    let other = Identity::make(home.path(), "other", &["127.0.0.1"]);
    let server = serve(home, &identity);
    let list = |url: &str, ca: Option<&Path>| ask(&server, url, ca, &["target", "list"]);
    let https = url(&server);
    ends(&list(&https, Some(&identity.cert)), 0, "");
    for (ca, reason) in [
        (
            None,
            "is not signed by an authority that this system trusts",
        ),
        (Some(&*other.cert), "is none of those to trust"),
    ] {
        let output = list(&https, ca);
        ends(&output, 13, reason);
        assert!(output.stderr.contains("--ca-cert"), "{output:#?}");
    }
    let name = https.replace("127.0.0.1", "localhost");
    let misnamed = list(&name, Some(&identity.cert));
    ends(&misnamed, 13, "its certificate is for 127.0.0.1 alone");
    // Neither side takes plain text for the other thing.
    ends(&list(&server.url(), None), 1, "speaks TLS");
    let plain = TestServer::start();
    let unencrypted = list(&url(&plain), None);
    ends(&unencrypted, 13, "it speaks plain HTTP, without TLS");
    let hint = format!("name it as {}", plain.url());
    assert!(unencrypted.stderr.contains(&hint), "{unencrypted:#?}");
    // Files of certificates must exist and be valid.
    ends(&list(&https, Some(Path::new("/nowhere"))), 13, "/nowhere");
    ends(&list(&https, Some(&identity.key)), 13, "no certificate");
}

/// Certificates as `openssl req -x509` makes them are those of authorities, and may have no name but
/// the common one.
#[test]
fn a_certificate_that_is_named_is_trusted_itself() {
    let authority = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params
    };
    let past = |mut params: rcgen::CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        params
    };
    let future = |mut params: rcgen::CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2990, 1, 1);
        params.not_after = rcgen::date_time_ymd(2991, 1, 1);
        params
    };
    for (params, code, says) in [
        (authority(&["127.0.0.1"]), 0, ""),
        (authority(&[]), 0, ""),
        (authority(&["nas"]), 13, "its certificate is for nas alone"),
        (past(authority(&["127.0.0.1"])), 13, "expired at 2021-01-01"),
        (past(authority(&[])), 13, "expired at 2021-01-01"),
        (future(authority(&["127.0.0.1"])), 13, "not valid yet"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let identity = Identity::of(home.path(), "server", &params);
        let other = Identity::of(home.path(), "other", &params);
        let server = serve(home, &identity);
        let list = |ca: &Path| ask(&server, &url(&server), Some(ca), &["target", "list"]);
        ends(&list(&identity.cert), code, says);
        // It is trusted itself, and not another one like it.
        assert_eq!(list(&other.cert).code, Some(13));
    }
}

#[test]
fn a_certificate_of_our_own_is_trusted_by_a_copy_of_it() {
    let home = tempfile::tempdir().unwrap();
    let new = [
        "server",
        "new-cert",
        "--data",
        "data",
        "--name",
        "backup.example",
    ];
    let made = Program::new(home.path()).current_dir(home.path()).args(new);
    let made = made.ok();
    assert!(made.stdout.contains("backup.example, "), "{made:#?}");
    assert!(made.stderr.contains("--tls-cert"), "{made:#?}");
    let again = Program::new(home.path())
        .current_dir(home.path())
        .args(new)
        .run();
    ends(&again, 13, "already exists");
    let wrong = ["server", "new-cert", "--overwrite", "--name", "https://nas"];
    ends(
        &Program::new(home.path()).args(wrong).run(),
        2,
        "neither a host name",
    );
    let identity = Identity {
        cert: home.path().join("data/cert.pem"),
        key: home.path().join("data/key.pem"),
    };
    let server = serve(home, &identity);
    for name in ["127.0.0.1", "localhost"] {
        let https = url(&server).replace("127.0.0.1", name);
        let listed = ask(&server, &https, Some(&identity.cert), &["target", "list"]);
        ends(&listed, 0, "");
    }
}

#[test]
fn a_new_certificate_is_taken_up_and_a_broken_one_is_not() {
    let home = tempfile::tempdir().unwrap();
    let old = Identity::make(home.path(), "server", &["127.0.0.1"]);
    let new = Identity::make(home.path(), "new", &["127.0.0.1"]);
    let server = serve(home, &old);
    let old_cert = server.home().join("old.pem");
    fs::copy(&old.cert, &old_cert).unwrap();
    let works =
        |ca: &Path| ask(&server, &url(&server), Some(ca), &["target", "list"]).code == Some(0);
    assert!(works(&old_cert) && !works(&new.cert));

    // The key of another certificate.
    fs::copy(&new.cert, &old.cert).unwrap();
    server.signal(Signal::HUP);
    wait_until(|| server.log().contains("the certificate stays the old one"));
    assert!(works(&old_cert));

    fs::copy(&new.key, &old.key).unwrap();
    server.signal(Signal::HUP);
    wait_until(|| works(&new.cert));
    assert!(!works(&old_cert));
}

#[test]
fn a_server_that_cannot_speak_tls_does_not_start() {
    let home = tempfile::tempdir().unwrap();
    let identity = Identity::make(home.path(), "server", &["127.0.0.1"]);
    let other = Identity::make(home.path(), "other", &["127.0.0.1"]);
    fs::set_permissions(&identity.cert, Permissions::from_mode(0o600)).unwrap();
    let starts = |cert: &Path, key: &Path| {
        let program = Program::new(home.path()).args(["serve", "--listen", "127.0.0.1:0"]);
        let program = program.arg("--tls-cert").arg(cert);
        program.arg("--tls-key").arg(key).run()
    };
    ends(
        &starts(&identity.cert, &other.key),
        13,
        "cannot be used with the key",
    );
    ends(&starts(&identity.key, &identity.key), 13, "no certificate");
    ends(
        &starts(&identity.cert, &identity.cert),
        13,
        "no private key",
    );
    ends(
        &starts(Path::new("/nowhere"), &identity.key),
        13,
        "/nowhere",
    );
    fs::set_permissions(&identity.key, Permissions::from_mode(0o644)).unwrap();
    ends(&starts(&identity.cert, &identity.key), 13, "chmod o-rwx");
    let config = home.path().join("server.toml");
    fs::write(&config, "tls-cert = \"server.pem\"\n").unwrap();
    let program = Program::new(home.path()).args(["serve", "--config"]);
    ends(&program.arg(config).run(), 13, "`tls-key`");
}

/// Unfinished handshakes delay no other client, and are closed.
#[test]
fn handshakes_that_stand_still_stop_nobody() {
    let home = tempfile::tempdir().unwrap();
    let identity = Identity::make(home.path(), "server", &["127.0.0.1"]);
    let server = serve(home, &identity);
    let silent: Vec<_> = (0..300)
        .map(|n| {
            let mut stream = TcpStream::connect(server.addr()).unwrap();
            // The beginning of a hello, or nothing.
            stream.write_all(&[22, 3, 1, 2][..n % 5]).unwrap();
            stream
        })
        .collect();
    let list = ["target", "list"];
    let output = ask(&server, &url(&server), Some(&identity.cert), &list);
    assert_eq!(output.code, Some(0), "{output:#?}");
    for mut stream in silent {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap_or(0), 0);
    }
}

/// Without TLS no certificate is needed, so a system without any will do.
#[test]
fn plain_connections_need_no_certificates() {
    let server = TestServer::start_with_key();
    server.target("docs", "multi");
    let nothing = server.home().join("nothing");
    fs::create_dir(&nothing).unwrap();
    let program = Program::new(server.home()).env("BCHAN_API_KEY", server.key());
    let program = program.env("SSL_CERT_DIR", &nothing);
    let program = program.env("SSL_CERT_FILE", nothing.join("none.pem"));
    let output = program.args(["--server", &server.url(), "target", "list"]);
    assert!(output.ok().stdout.contains("docs"));
}

/// A redirect is not followed, wherever it goes: what is elsewhere gets neither key nor content.
#[test]
fn nothing_is_sent_where_a_server_points_to() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = elsewhere.local_addr().unwrap();
    let home = tempfile::tempdir().unwrap();
    for status in [301, 302, 303, 307, 308] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = [0; 4096];
                let _ = stream.read(&mut head);
                let answer = format!(
                    "HTTP/1.1 {status} Moved\r\nLocation: http://{target}/\r\nContent-Length: 0\r\n\r\n"
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        for args in [
            &["target", "list"][..],
            &["backup", "upload", "t", "/etc/hostname"],
        ] {
            let program = Program::new(home.path()).env("BCHAN_API_KEY", "bakch-secret");
            let output = program.args(["--server", &server]).args(args).run();
            ends(&output, 13, &target.to_string());
        }
    }
    elsewhere.set_nonblocking(true).unwrap();
    assert_eq!(
        elsewhere.accept().unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
}
