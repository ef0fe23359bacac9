//! A server process.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Form, Http, Program};

/// `bchan serve` on a free port over a data folder that lives as long as this.
pub(crate) struct TestServer {
    /// Until it is given away.
    home: Option<TempDir>,
    child: Child,
    addr: SocketAddr,
    key: Option<String>,
    options: Vec<String>,
}

impl TestServer {
    /// One without a key.
    pub(crate) fn start() -> Self {
        Self::start_with(&[], false)
    }

    /// One with a key.
    pub(crate) fn start_with_key() -> Self {
        Self::start_with(&[], true)
    }

    /// One with options for `bchan serve`.
    pub(crate) fn start_with(options: &[&str], key: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data");
        let key = key.then(|| {
            let command = Program::new(home.path()).args(["server", "new-key", "--data"]);
            command.arg(&data).ok().stdout.trim().to_owned()
        });
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let (child, addr) = spawn(home.path(), &options);
        Self {
            home: Some(home),
            child,
            addr,
            key,
            options,
        }
    }

    /// Kills the process as a power cut would and starts another over the same data.
    pub(crate) fn crash_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.addr) = spawn(self.home(), &self.options);
    }

    /// A server over a home that is there already, with further environment; the home comes back
    /// if it ends before it listens.
    pub(crate) fn over(
        home: TempDir,
        options: &[String],
        env: &[(&str, &str)],
    ) -> Result<Self, TempDir> {
        let Some((child, addr)) = try_spawn(home.path(), options, env) else {
            return Err(home);
        };
        Ok(Self {
            home: Some(home),
            child,
            addr,
            key: None,
            options: options.to_vec(),
        })
    }

    /// Whether the process is still there.
    pub(crate) fn is_alive(&self) -> bool {
        // It has ended, but its status was not collected, which would free its process id.
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// Ends the process as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Waits for a server that is about to die, and leaves what it has.
    pub(crate) fn into_home(mut self) -> TempDir {
        self.child.wait().unwrap();
        self.home.take().expect("it has one")
    }

    /// Waits for a server that ends by itself.
    #[allow(dead_code, reason = "not every test binary asks")]
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home().join("server.log")).unwrap_or_default()
    }

    #[allow(dead_code, reason = "not every test binary asks")]
    /// Most memory that it has had at a time, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.unwrap().trim().trim_end_matches(" kB");
        kib.parse::<u64>().unwrap() * 1024
    }

    #[allow(dead_code, reason = "not every test binary asks")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        send(&self.child, signal);
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        self.signal(rustix::process::Signal::TERM);
        self.child.wait().unwrap().code()
    }

    pub(crate) fn options(&self) -> &[String] {
        &self.options
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().expect("started with a key")
    }

    /// A folder for whatever the test needs.
    pub(crate) fn home(&self) -> &Path {
        self.home.as_ref().expect("it has one").path()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    pub(crate) fn storage(&self) -> PathBuf {
        self.data().join("storage")
    }

    /// The program, with this server as its server.
    pub(crate) fn bchan<S: AsRef<std::ffi::OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Program {
        let mut program = Program::new(self.home()).env("BCHAN_SERVER", self.url());
        if let Some(key) = &self.key {
            program = program.env("BCHAN_API_KEY", key);
        }
        program.args(args)
    }

    /// Plain HTTP to this server, with its key if it has one.
    pub(crate) fn http(&self) -> Http {
        Http::new(self.addr, self.key.clone())
    }

    /// Creates a target whose location, alias and name are `name`, and returns its id.
    pub(crate) fn target(&self, name: &str, kind: &str) -> String {
        self.target_with(name, kind, &json!({}))
    }

    /// The same with further fields.
    pub(crate) fn target_with(&self, name: &str, kind: &str, more: &Value) -> String {
        let mut body = json!({
            "name": name, "backup_type": kind, "recycle_criteria": "none", "recycle_value": null,
            "recycle_action": "recycle", "location": name, "name_template": format!("{name}-$I"),
            "deduplicate": false, "alias": name, "min_backups": null, "tags": []
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let answer = self.http().json("POST", "/api/target", &body);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body()["id"].as_str().unwrap().to_owned()
    }

    /// Uploads one file to a target and returns the backup's id.
    pub(crate) fn upload(&self, target: &str, content: &[u8]) -> String {
        let path = format!("/api/target/{target}/upload");
        let form = Form::new().file("file", content);
        let accepted = self.http().post(&path, &form).success(200);
        accepted["backup_id"].as_str().unwrap().to_owned()
    }

    /// The backup with this id, as the API shows it.
    pub(crate) fn backup(&self, target: &str, id: &str) -> Option<Value> {
        let view = self
            .http()
            .get(&format!("/api/target/{target}"))
            .success(200);
        let mut backups = view["backups"].as_array().unwrap().iter();
        backups.find(|backup| backup["id"] == id).cloned()
    }

    /// Runs a job and waits until it has ended.
    pub(crate) fn run_job(&self, name: &str) -> Value {
        run_job(&self.http(), name)
    }

    #[allow(dead_code, reason = "not every test binary asks")]
    /// The same with a key that the server has from elsewhere; gives the job's status.
    pub(crate) fn run_job_as(&self, key: &str, name: &str) -> String {
        let job = run_job(&self.http().with_key(key), name);
        job["status"].as_str().unwrap().to_owned()
    }

    /// Everything below the storage root and the recycle bin but the server's own folders,
    /// relative to the data folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        for root in ["storage", "recycle-bin"] {
            collect(&self.data().join(root), root, &mut found);
        }
        found.sort();
        found
    }

    /// Nothing may be left of uploads and deletions that have ended.
    pub(crate) fn assert_no_leftovers(&self) {
        assert_no_leftovers_below(&self.data());
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run_job(http: &Http, name: &str) -> Value {
    let path = format!("/api/jobs/force_run/{name}");
    let started = http.get(&path).success(200);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let jobs = http.get("/api/jobs").success(200);
        let mut jobs = jobs["delayed"].as_array().unwrap().iter();
        let job = jobs.find(|job| job["id"] == started["job_id"]).unwrap();
        if job["status"] == "FINISHED" || job["status"] == "ERROR" {
            return job.clone();
        }
        assert!(Instant::now() < deadline, "{job}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn spawn(home: &Path, options: &[String]) -> (Child, SocketAddr) {
    try_spawn(home, options, &[]).unwrap_or_else(|| {
        let log = fs::read_to_string(home.join("server.log")).unwrap_or_default();
        panic!("the server did not start\n{log}")
    })
}

/// Starts a server; `None` if it ends before it listens.
fn try_spawn(home: &Path, options: &[String], env: &[(&str, &str)]) -> Option<(Child, SocketAddr)> {
    let mut program = Program::new(home).arg("serve");
    if !options.iter().any(|option| option == "--listen") {
        program = program.args(["--listen", "127.0.0.1:0"]);
    }
    for (name, value) in env {
        program = program.env(name, value);
    }
    let mut command = program
        .arg("--data")
        .arg(home.join("data"))
        .args(options)
        .into_command();
    let log = fs::File::options()
        .create(true)
        .append(true)
        .open(home.join("server.log"))
        .unwrap();
    let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let words = line.trim().strip_prefix("listening on ");
    let Some((_, addr)) = words.and_then(|url| url.split_once("://")) else {
        child.wait().unwrap();
        return None;
    };
    let addr = addr.parse().unwrap();
    Some((child, addr))
}

/// The same for a folder that is elsewhere.
pub(crate) fn assert_no_leftovers_below(path: &Path) {
    let mut left = Vec::new();
    collect_leftovers(path, &mut left);
    assert!(left.is_empty(), "left over: {left:?}");
}

fn send(child: &Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

fn collect(path: &Path, name: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(path) else {
        return;
    };
    for entry in entries.map(Result::unwrap) {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if file_name == ".bchan" {
            continue;
        }
        let name = format!("{name}/{file_name}");
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &name, found);
        } else {
            found.push(name);
        }
    }
}

fn collect_leftovers(path: &Path, left: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(path) else {
        return;
    };
    for entry in entries
        .map(Result::unwrap)
        .filter(|e| e.file_type().unwrap().is_dir())
    {
        let path = entry.path();
        if path.ends_with("records") || path.ends_with("targets") {
            let partial = |path: &PathBuf| path.extension().is_none_or(|ext| ext != "json");
            let entries = fs::read_dir(&path).unwrap();
            left.extend(entries.map(|entry| entry.unwrap().path()).filter(partial));
        } else if path.ends_with("manifests") {
            // A manifest never outlives its record.
            let is_stray = |path: &PathBuf| {
                let name = path.file_name().unwrap().to_str().unwrap();
                let id = name.strip_suffix(".mtree.zst");
                let records = path.parent().unwrap().with_file_name("records");
                !id.is_some_and(|id| records.join(format!("{id}.json")).exists())
            };
            let entries = fs::read_dir(&path).unwrap();
            left.extend(entries.map(|entry| entry.unwrap().path()).filter(is_stray));
        } else if path.ends_with("staging") || path.ends_with("trash") {
            left.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            collect_leftovers(&path, left);
        }
    }
}
