//! A MariaDB server in a folder of its own, for as long as some test uses it.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// One server, shared by the tests that run at the same time.
static SHARED: Mutex<Weak<MariaDb>> = Mutex::new(Weak::new());

/// Names databases.
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// See the module.
pub(crate) struct MariaDb {
    folder: TempDir,
    child: Child,
    port: u16,
}

impl MariaDb {
    /// The server; none, with a word about it, on a machine without one.
    pub(crate) fn get() -> Option<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Some(running);
        }
        let programs = ["mariadbd", "mariadb-install-db", "mariadb"].map(find);
        let [Some(daemon), Some(install), Some(_)] = programs else {
            // Past the capturing of what tests print: a test that did not run is no good news.
            let word = b"SKIPPED: this machine has no MariaDB (package mariadb-server-core)\n";
            std::io::stderr().write_all(word).unwrap();
            return None;
        };
        let server = Arc::new(Self::start(&daemon, &install));
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    fn start(daemon: &Path, install: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut install = Command::new(install);
        install.args(["--no-defaults", "--auth-root-authentication-method=normal"]);
        install.args(["--skip-test-db", "--skip-name-resolve"]);
        install.arg(format!("--datadir={}", data.display()));
        as_root(&mut install);
        let output = install.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let log = folder.path().join("log");
        for _ in 0..20 {
            // Another process may take it before the server does; then the server ends, and another
            // port is tried.
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let mut command = Command::new(daemon);
            command.args(["--no-defaults", "--bind-address=127.0.0.1"]);
            command.args(["--innodb-buffer-pool-size=16M", "--skip-log-bin"]);
            command.args(["--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve"]);
            command.arg(format!("--port={port}"));
            command.arg(format!("--datadir={}", data.display()));
            command.arg(format!("--socket={}", socket(folder.path()).display()));
            command.arg(format!(
                "--pid-file={}",
                folder.path().join("pid").display()
            ));
            as_root(&mut command);
            let to_log = || fs::File::options().create(true).append(true).open(&log);
            command.stdin(Stdio::null()).stdout(to_log().unwrap());
            let mut child = command.stderr(to_log().unwrap()).spawn().unwrap();
            if is_up(&mut child, folder.path()) {
                return Self {
                    folder,
                    child,
                    port,
                };
            }
            let _ = child.kill();
            child.wait().unwrap();
        }
        panic!("{}", fs::read_to_string(log).unwrap_or_default());
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A new database that `user` may use with `password`; gives its name.
    pub(crate) fn database(&self, user: &str, password: &str) -> String {
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("backups_{number}");
        self.run(&format!(
            "CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
             CREATE USER IF NOT EXISTS '{user}'@'%' IDENTIFIED BY '{password}';
             GRANT ALL PRIVILEGES ON {name}.* TO '{user}'@'%';"
        ));
        name
    }

    /// Runs statements as the administrator.
    pub(crate) fn run(&self, statements: &str) {
        let mut command = client(self.folder.path());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(statements.as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}\n{statements}");
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until it answers, or has ended.
fn is_up(child: &mut Child, folder: &Path) -> bool {
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline && child.try_wait().unwrap().is_none() {
        let answer = client(folder).args(["-e", "SELECT 1"]).output().unwrap();
        if answer.status.success() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}

fn client(folder: &Path) -> Command {
    let mut command = Command::new("mariadb");
    command.args([
        "--no-defaults",
        "--user=root",
        "--default-character-set=utf8mb4",
    ]);
    command.arg(format!("--socket={}", socket(folder).display()));
    command
}

/// It refuses to run as root unless told so.
fn as_root(command: &mut Command) {
    if rustix::process::geteuid().is_root() {
        command.arg("--user=root");
    }
}

/// A program, also where only administrators look.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/libexec".into()]);
    let mut found = folders.map(|folder| folder.join(name));
    found.find(|path| path.is_file())
}
