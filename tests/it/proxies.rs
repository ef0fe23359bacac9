//! Real proxies between the client and the server, with the configurations of `docs/proxies.md`.
//! Each is skipped where it is not installed.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bchan_testkit::tree;

use crate::support::{Program, TestServer, skipped, wait_until};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/proxies.md");

/// The block of the document in this language.
fn documented(language: &str) -> String {
    let text = fs::read_to_string(DOCUMENT).unwrap();
    let (_, block) = text.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A proxy that runs until it is dropped.
struct Proxy {
    child: Child,
    url: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Proxy {
    /// Starts a program with a configuration in which the addresses of the document are replaced.
    fn start(program: &str, args: &[&str], port: u16) -> Option<Self> {
        let mut command = Command::new(program);
        command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().ok()?;
        let address = format!("127.0.0.1:{port}");
        wait_until(|| TcpStream::connect(&address).is_ok());
        let url = format!("http://{address}");
        Some(Self { child, url })
    }

    fn nginx(folder: &Path, site: &str, server: &TestServer) -> Option<Self> {
        let port = free_port();
        let site = site
            .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"))
            .replace("127.0.0.1:5050", &server.addr().to_string());
        let is_tls = |line: &&str| line.trim_start().starts_with("ssl_");
        let site: Vec<_> = site.lines().filter(|line| !is_tls(line)).collect();
        let at = folder.display();
        let temporary: Vec<_> = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {at}/{kind};"))
            .collect();
        let user = if rustix::process::geteuid().is_root() {
            "user root;"
        } else {
            ""
        };
        let text = format!(
            "daemon off; {user} pid {at}/pid; error_log {at}/log;\nevents {{}}\n\
             http {{\naccess_log off;\n{}\n{}\n}}\n",
            temporary.join("\n"),
            site.join("\n")
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, text).unwrap();
        let file = file.to_str().unwrap();
        Self::start("nginx", &["-c", file, "-p", folder.to_str().unwrap()], port)
    }

    fn haproxy(folder: &Path, server: &TestServer) -> Option<Self> {
        let port = free_port();
        let bind = "bind :443 ssl crt /etc/ssl/private/backup.example.pem";
        let text = documented("haproxy");
        assert!(text.contains(bind));
        let text = text
            .replace(bind, &format!("bind 127.0.0.1:{port}"))
            .replace("127.0.0.1:5050", &server.addr().to_string());
        let file = folder.join("haproxy.cfg");
        fs::write(&file, text).unwrap();
        Self::start("haproxy", &["-db", "-f", file.to_str().unwrap()], port)
    }

    fn caddy(folder: &Path, server: &TestServer) -> Option<Self> {
        let port = free_port();
        let text = documented("caddy")
            .replace("backup.example {", &format!("http://127.0.0.1:{port} {{"))
            .replace("127.0.0.1:5050", &server.addr().to_string());
        let file = folder.join("Caddyfile");
        fs::write(&file, format!("{{\n    admin off\n}}\n{text}")).unwrap();
        let file = file.to_str().unwrap();
        Self::start(
            "caddy",
            &["run", "--adapter", "caddyfile", "--config", file],
            port,
        )
    }
}

/// A home with a tree of some megabytes that do not compress.
fn source(home: &Path) -> PathBuf {
    let source = home.join("source");
    fs::create_dir(&source).unwrap();
    tree::odd(&source, 20);
    fs::write(source.join("noise"), tree::noise(24 << 20)).unwrap();
    source
}

fn client(server: &TestServer, proxy: &Proxy, args: &[&str]) -> Program {
    let program = Program::new(server.home()).args(args);
    program
        .env("BCHAN_SERVER", &proxy.url)
        .env("BCHAN_API_KEY", server.key())
}

/// A backup goes through and comes back whole.
fn assert_round_trip(server: &TestServer, proxy: &Proxy) {
    let source = source(server.home());
    let path = source.to_str().unwrap();
    client(server, proxy, &["backup", "upload", "--create", "t", path]).ok();
    let out = server.home().join("out");
    let out = out.to_str().unwrap();
    client(
        server,
        proxy,
        &["backup", "download", "t", "--extract", out],
    )
    .ok();
    let restored = Path::new(out).join("source");
    assert_eq!(tree::difference(&source, &restored), [""; 0]);
    client(server, proxy, &["backup", "verify", "t"]).ok();
    let file = server.home().join("file");
    client(server, proxy, &["backup", "download", "t", "-d"])
        .arg(&file)
        .ok();
    assert_eq!(fs::read_dir(&file).unwrap().count(), 1);
    client(server, proxy, &["target", "list"]).ok();
}

/// A download whose server dies in the middle is no backup.
fn assert_cut_shows(mut server: TestServer, proxy: &Proxy) {
    let out = server.home().join("cut");
    let mut command = client(
        &server,
        proxy,
        &[
            "backup",
            "download",
            "t",
            "--limit-download",
            "2MB",
            "--retries",
            "0",
            "-d",
        ],
    )
    .arg(&out)
    .into_command();
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let part = || fs::read_dir(&out).into_iter().flatten().flatten().next();
    wait_until(|| part().is_some_and(|file| file.metadata().is_ok_and(|meta| meta.len() > 0)));
    server.kill();
    let output = child.wait_with_output().unwrap();
    assert_ne!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "{output:?}");
}

#[test]
fn backups_pass_nginx_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start_with_key();
    let Some(proxy) = Proxy::nginx(folder.path(), &documented("nginx"), &server) else {
        return skipped("nginx is not installed");
    };
    assert_round_trip(&server, &proxy);
    assert_cut_shows(server, &proxy);
}

#[test]
fn a_download_that_is_cut_behind_nginx_with_its_defaults_fails() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start_with_key();
    // HTTP/1.0 towards the server, and whatever else comes with it.
    let site = "server {\nlisten 443 ssl;\nlocation / { proxy_pass http://127.0.0.1:5050; }\n}";
    let Some(proxy) = Proxy::nginx(folder.path(), site, &server) else {
        return skipped("nginx is not installed");
    };
    let path = source(server.home());
    let large = client(&server, &proxy, &["backup", "upload", "--create", "t"])
        .arg(&path)
        .run();
    assert_eq!(large.code, Some(1), "{large:?}");
    assert!(
        large.stderr.contains("a proxy before the server"),
        "{large:?}"
    );
    server
        .bchan(["backup", "upload", "--create", "t"])
        .arg(&path)
        .ok();
    assert_cut_shows(server, &proxy);
}

#[test]
fn backups_pass_haproxy_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start_with_key();
    let Some(proxy) = Proxy::haproxy(folder.path(), &server) else {
        return skipped("haproxy is not installed");
    };
    assert_round_trip(&server, &proxy);
    assert_cut_shows(server, &proxy);
}

#[test]
fn backups_pass_caddy_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start_with_key();
    let Some(proxy) = Proxy::caddy(folder.path(), &server) else {
        return skipped("caddy is not installed");
    };
    assert_round_trip(&server, &proxy);
    assert_cut_shows(server, &proxy);
}
