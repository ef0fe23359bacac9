//! What a service manager is told, and what it hands over.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::support::{Http, Identity, Program, TestServer, skipped, wait_until};

/// The socket that a service manager listens to.
struct Manager {
    socket: UnixDatagram,
}

impl Manager {
    fn at(path: &Path) -> Self {
        Self::new(UnixDatagram::bind(path).unwrap())
    }

    fn new(socket: UnixDatagram) -> Self {
        socket
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        Self { socket }
    }

    /// The lines of the next message.
    #[track_caller]
    fn next(&self) -> Vec<String> {
        let mut buffer = [0; 4096];
        let length = self.socket.recv(&mut buffer).expect("a message");
        let text = std::str::from_utf8(&buffer[..length]).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The next message that has a line; those before it may be signs of life.
    #[track_caller]
    fn wait(&self, line: &str) -> Vec<String> {
        loop {
            let lines = self.next();
            if lines.iter().any(|found| found == line) {
                return lines;
            }
            assert_eq!(lines, ["WATCHDOG=1"], "before {line}");
        }
    }

    /// Messages that are there by now.
    fn waiting(&self) -> usize {
        self.socket.set_nonblocking(true).unwrap();
        let count = std::iter::from_fn(|| self.socket.recv(&mut [0; 4096]).ok()).count();
        self.socket.set_nonblocking(false).unwrap();
        count
    }
}

#[test]
fn the_manager_is_told_of_each_state() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("notify");
    let manager = Manager::at(&path);
    let env = [("NOTIFY_SOCKET", path.to_str().unwrap())];
    let options = ["--grace".to_owned(), "5m".to_owned()];
    let mut server = TestServer::over(home, &options, &env).ok().unwrap();
    let ready = manager.next();
    assert_eq!(ready[0], "READY=1");
    assert_eq!(ready[1], format!("STATUS=listening on {}", server.url()));
    // It was so before this was said.
    assert!(server.http().get("/healthz").status == 200);

    for _ in 0..2 {
        server.signal(Signal::HUP);
        let reloading = manager.next();
        assert_eq!(reloading[0], "RELOADING=1");
        let since = reloading[1].strip_prefix("MONOTONIC_USEC=").unwrap();
        assert!(since.parse::<u64>().unwrap() > 0);
        assert_eq!(manager.next()[0], "READY=1");
    }
    server.signal(Signal::TERM);
    let stopping = manager.next();
    assert_eq!(stopping[0], "STOPPING=1");
    let more = stopping[1].strip_prefix("EXTEND_TIMEOUT_USEC=").unwrap();
    assert!(
        more.parse::<u64>().unwrap() > 300_000_000,
        "the grace and more"
    );
    assert_eq!(server.exit_code(), Some(0));
}

/// A broken configuration ends the reload, too: the server goes on as before.
#[test]
fn a_reload_that_fails_is_over_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    let (path, file) = (home.path().join("notify"), home.path().join("server.toml"));
    let manager = Manager::at(&path);
    fs::write(&file, "").unwrap();
    let env = [("NOTIFY_SOCKET", path.to_str().unwrap())];
    let options = ["--config".to_owned(), file.to_str().unwrap().to_owned()];
    let server = TestServer::over(home, &options, &env).ok().unwrap();
    assert_eq!(manager.next()[0], "READY=1");
    fs::write(&file, "nonsense").unwrap();
    server.signal(Signal::HUP);
    assert_eq!(manager.next()[0], "RELOADING=1");
    assert_eq!(manager.next()[0], "READY=1");
    assert!(server.log().contains("the settings stay the old ones"));
}

/// As in containers: a socket without a file.
#[test]
fn a_manager_may_have_an_abstract_name() {
    let home = tempfile::tempdir().unwrap();
    let name = format!("bchan-test-{}", home.path().display());
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    let manager = Manager::new(UnixDatagram::bind_addr(&address).unwrap());
    let env = [("NOTIFY_SOCKET", &*format!("@{name}"))];
    let server = TestServer::over(home, &[], &env).ok().unwrap();
    assert_eq!(manager.next()[0], "READY=1");
    server.signal(Signal::TERM);
    assert_eq!(manager.next()[0], "STOPPING=1");
}

/// A manager that is not there stops nothing.
#[test]
fn a_server_starts_without_its_notify_socket() {
    let home = tempfile::tempdir().unwrap();
    let env = [("NOTIFY_SOCKET", "/nowhere/at/all")];
    let mut server = TestServer::over(home, &[], &env).ok().unwrap();
    assert_eq!(server.http().get("/healthz").status, 200);
    assert_eq!(server.stop(), Some(0));
    assert!(server.log().contains("the service manager cannot be told"));
}

/// Removes the socket inside, without which no handler gets a request, and takes the name of the
/// one that would replace it.
fn break_inside(server: &TestServer) {
    let entries = fs::read_dir(server.data())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders = entries.filter(|path| path.display().to_string().contains(".bchan-socket-"));
    let folder = folders.next().expect("a folder of the private socket");
    let names = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let numbers = names.map(|name| name.to_str().unwrap().parse::<u64>().unwrap());
    let last = numbers.max().expect("a socket");
    fs::write(folder.join((last + 1).to_string()), "").unwrap();
    fs::remove_file(folder.join(last.to_string())).unwrap();
}

#[test]
fn the_watchdog_is_awake_only_while_requests_are_answered() {
    for tls in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("notify");
        let manager = Manager::at(&path);
        let options = if tls {
            Identity::make(home.path(), "server", &["elsewhere.example"]).options()
        } else {
            Vec::new()
        };
        let env = [
            ("NOTIFY_SOCKET", path.to_str().unwrap()),
            ("WATCHDOG_USEC", "2000000"),
        ];
        let mut server = TestServer::over(home, &options, &env).ok().unwrap();
        manager.wait("READY=1");
        for _ in 0..2 {
            assert_eq!(manager.next(), ["WATCHDOG=1"], "tls {tls}");
        }
        // The process lives, listens and accepts; but no request is answered.
        let silent = || server.log().matches("does not answer itself").count();
        let before = silent();
        break_inside(&server);
        wait_until(|| silent() > before);
        // Messages before the first check that failed.
        manager.waiting();
        let before = silent();
        wait_until(|| silent() > before + 1);
        assert_eq!(manager.waiting(), 0, "tls {tls}");
        assert!(server.is_alive());
        server.kill();
    }
}

/// The watchdog of another process does not concern this one.
#[test]
fn a_watchdog_of_others_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("notify");
    let manager = Manager::at(&path);
    let env = [
        ("NOTIFY_SOCKET", path.to_str().unwrap()),
        ("WATCHDOG_USEC", "1000"),
        ("WATCHDOG_PID", "1"),
    ];
    let server = TestServer::over(home, &[], &env).ok().unwrap();
    assert_eq!(manager.next()[0], "READY=1");
    server.signal(Signal::HUP);
    assert_eq!(manager.next()[0], "RELOADING=1");
    assert_eq!(manager.next()[0], "READY=1");
    server.signal(Signal::TERM);
    assert_eq!(manager.next()[0], "STOPPING=1");
}

/// Opens sockets, hands them over as a service manager does, and becomes the program.
const HAND_OVER: &str = r#"
import os, socket, sys
kinds, program = sys.argv[1].split(","), sys.argv[2:]
ports = []
for number, kind in enumerate(kinds):
    host, _, how = kind.partition("/")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_DGRAM if how == "udp" else socket.SOCK_STREAM)
    s.bind((host, 0))
    if not how:
        s.listen()
    ports.append(s.getsockname()[1])
    os.dup2(s.detach(), 100 + number)
for number in range(len(kinds)):
    os.dup2(100 + number, 3 + number, inheritable=True)
    os.close(100 + number)
os.environ.setdefault("LISTEN_PID", str(os.getpid()))
os.environ["LISTEN_FDS"] = str(len(kinds))
print(*ports, flush=True)
os.execv(program[0], program)
"#;

/// A program that has been handed sockets.
struct Handed {
    child: Child,
    ports: Vec<u16>,
    stdout: BufReader<std::process::ChildStdout>,
}

fn hand_over(home: &Path, kinds: &str, env: &[(&str, &str)]) -> Handed {
    let mut command = Command::new("python3");
    command
        .env_clear()
        .env("HOME", home)
        .envs(env.iter().copied())
        .args(["-c", HAND_OVER, kinds, env!("CARGO_BIN_EXE_bchan"), "serve"])
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(home.join("data"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let ports = line.split_whitespace().map(|port| port.parse().unwrap());
    let ports = ports.collect();
    Handed {
        child,
        ports,
        stdout,
    }
}

impl Handed {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    fn stop(mut self) -> Option<i32> {
        let pid = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }

    /// Waits for its end, and returns what it says.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

#[test]
fn sockets_that_are_handed_over_are_served() {
    let home = tempfile::tempdir().unwrap();
    let mut handed = hand_over(home.path(), "127.0.0.1,127.0.0.1", &[]);
    let ports = handed.ports.clone();
    let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
    // Before the program can even have begun: the socket keeps it for the server.
    let mut early = TcpStream::connect(address(ports[0])).unwrap();
    early
        .write_all(b"GET /healthz?live HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .unwrap();
    assert_eq!(
        handed.line(),
        format!("listening on http://127.0.0.1:{}\n", ports[0])
    );
    let mut answer = String::new();
    early.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("200 OK"), "{answer}");
    for port in &ports {
        let http = Http::new(address(*port), None);
        assert_eq!(http.get("/api/stats").status, 200);
    }
    assert_eq!(handed.stop(), Some(0));
}

#[test]
fn what_is_handed_over_must_be_of_use() {
    let home = tempfile::tempdir().unwrap();
    for kinds in [
        "127.0.0.1/bound",
        "127.0.0.1/udp",
        "127.0.0.1,127.0.0.1/udp",
    ] {
        let (code, said) = hand_over(home.path(), kinds, &[]).end();
        assert_eq!(code, Some(13), "{kinds}: {said}");
        assert!(
            said.contains("of the service manager") && said.contains("Accept=no"),
            "{said}"
        );
    }
    // A socket does not open a server without a key to the network either.
    let (code, said) = hand_over(home.path(), "127.0.0.1,0.0.0.0", &[]).end();
    assert_eq!(code, Some(13), "{said}");
    assert!(said.contains("without an API key"), "{said}");
}

#[test]
fn what_is_for_another_process_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let mut handed = hand_over(home.path(), "127.0.0.1", &[("LISTEN_PID", "1")]);
    let line = handed.line();
    assert!(line.starts_with("listening on ") && !line.contains(&handed.ports[0].to_string()));
    assert_eq!(handed.stop(), Some(0));
}

/// With the real thing, where it is there.
#[test]
fn systemd_hands_sockets_over() {
    let activate = "systemd-socket-activate";
    if Command::new(activate).arg("--version").output().is_err() {
        return skipped("there is no systemd");
    }
    let home = tempfile::tempdir().unwrap();
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let program = Program::new(home.path()).into_command();
    let mut command = Command::new(activate);
    let mut child = command
        .env("HOME", home.path())
        .arg(format!("--listen={address}"))
        .arg(program.get_program())
        .args(["serve", "--data"])
        .arg(home.path().join("data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The first connection starts the program.
    let mut first = None;
    wait_until(|| {
        first = TcpStream::connect(address).ok();
        first.is_some()
    });
    let mut stream = first.unwrap();
    stream
        .write_all(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("200 OK"), "{answer}");
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
