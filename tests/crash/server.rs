//! The server under test, and ways to kill it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::Program;

/// Folders on one or two file systems, and how to start a server over them.
pub(crate) struct Place {
    /// The home of the program, with the log.
    home: PathBuf,
    data: PathBuf,
    pub(crate) roots: [PathBuf; 2],
    pub(crate) bin: PathBuf,
    /// What is removed with this.
    folders: Vec<TempDir>,
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) addr: SocketAddr,
}

impl Place {
    /// With the recycle bin on the file system of the first storage root or of the second.
    #[allow(dead_code, reason = "not every test binary wants new folders")]
    pub(crate) fn new(far_bin: bool) -> Self {
        let named = |at: &Path| {
            tempfile::Builder::new()
                .prefix("bchan-crash-")
                .tempdir_in(at)
        };
        let home = named(&std::env::temp_dir()).unwrap();
        // Memory is another file system wherever there is this folder.
        let far = named(Path::new("/dev/shm")).or_else(|_| named(&std::env::temp_dir()));
        let far = far.unwrap();
        let mut place = Self::over(home.path(), home.path(), far.path(), far_bin);
        place.folders = vec![home, far];
        place
    }

    /// In folders that the test removes: the log in `home`, the data folder and the first storage
    /// root in `near`, the second storage root in `far`.
    pub(crate) fn over(home: &Path, near: &Path, far: &Path, far_bin: bool) -> Self {
        let [home, near, far] = [home, near, far].map(|path| fs::canonicalize(path).unwrap());
        Self {
            data: near.join("data"),
            roots: [near.join("near"), far.join("far")],
            bin: if far_bin { far } else { near }.join("bin"),
            home,
            folders: Vec::new(),
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.data.clone()
    }

    fn log(&self) -> PathBuf {
        self.home.join("server.log")
    }

    /// What the servers have said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    #[allow(dead_code, reason = "not every test binary keeps its folders")]
    /// Keeps everything for inspection.
    pub(crate) fn keep(self) -> Vec<PathBuf> {
        self.folders.into_iter().map(TempDir::keep).collect()
    }

    /// Options that say where things lie.
    fn options(&self) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let mut options = vec!["--data".to_owned(), text(&self.data())];
        for root in &self.roots {
            options.extend(["--storage-root".to_owned(), text(root)]);
        }
        options.extend(["--recycle-bin".to_owned(), text(&self.bin)]);
        options
    }

    /// Starts a server that may not listen yet.
    pub(crate) fn spawn(&self) -> Child {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.log());
        Program::new(&self.home)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(self.options())
            .into_command()
            .stdout(Stdio::piped())
            .stderr(log.unwrap())
            .spawn()
            .unwrap()
    }

    #[allow(dead_code, reason = "not every test binary kills while starting")]
    /// Starts a server and kills it, perhaps before it listens.
    pub(crate) fn kill_while_starting(&self, after: Duration) {
        let mut child = self.spawn();
        // The moment itself, not the wait for a condition.
        thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Whether the program can check a data folder without a server.
    pub(crate) fn can_check(&self) -> bool {
        let program = Program::new(&self.home);
        program.args(["server", "check", "--help"]).run().code == Some(0)
    }

    /// Lets the program itself check what a server has left.
    pub(crate) fn check(&self) -> Result<(), String> {
        let program = Program::new(&self.home).args(["server", "check", "--deep"]);
        let output = program.args(self.options()).run();
        if output.code == Some(0) {
            Ok(())
        } else {
            Err(format!("the program's own check has failed: {output:#?}"))
        }
    }

    /// Starts a server and waits until it listens.
    pub(crate) fn start(&self) -> Result<Server, String> {
        let mut child = self.spawn();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let addr = line.trim().strip_prefix("listening on http://");
        let Some(addr) = addr.and_then(|addr| addr.parse().ok()) else {
            let _ = child.kill();
            child.wait().unwrap();
            let said = self.said();
            let last = said.lines().next_back().unwrap_or_default();
            return Err(format!("the server does not start: {last}"));
        };
        Ok(Server { child, addr })
    }
}

impl Server {
    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    #[allow(dead_code, reason = "not every test binary cuts the power")]
    /// Kills it without waiting: its threads may wait for a disk.
    pub(crate) fn send_kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        if status.success() {
            Ok(())
        } else {
            Err(format!(
                "the server was asked to stop and has failed: {status}"
            ))
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
