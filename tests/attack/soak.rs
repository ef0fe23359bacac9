//! Good clients and jobs beside peers that only hold connections, for a long time.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::MOST_MEMORY;
use crate::crowd::Crowd;
use crate::readers::Stalled;
use crate::support::{Form, Http, Program, TestServer};

/// Longest time of a list of targets, at the median.
const QUICK: Duration = Duration::from_millis(100);

/// Longest time of any good request.
const LONGEST: Duration = Duration::from_secs(10);

/// Longest time that the service manager waits for a sign of life.
const WATCHDOG: Duration = Duration::from_secs(6);

/// How much more memory the server may have at the end than near the beginning.
const GROWTH: u64 = 10 * 1024 * 1024;

/// How long it goes on, beside how many.
struct Soak {
    time: Duration,
    idle: usize,
    trickling: usize,
    stalled: usize,
}

impl Soak {
    /// As long as was asked for with all connections, or short and with few.
    fn wanted() -> Self {
        let minutes = std::env::var("BCHAN_SOAK_MINUTES").ok();
        if let Some(minutes) = minutes {
            let minutes: u64 = minutes.parse().unwrap();
            return Self {
                time: Duration::from_secs(60 * minutes),
                idle: 2000,
                trickling: 200,
                stalled: 50,
            };
        }
        Self {
            time: Duration::from_secs(10),
            idle: 100,
            trickling: 20,
            stalled: 25,
        }
    }
}

/// What was measured.
#[derive(Default)]
struct Measured {
    lists: Mutex<Vec<Duration>>,
    health: Mutex<Vec<Duration>>,
    transfers: Mutex<Vec<Duration>>,
    jobs: Mutex<usize>,
    /// The longest silence of the server towards the service manager.
    silence: Mutex<Duration>,
    memory: Mutex<Vec<u64>>,
    faults: Mutex<Vec<String>>,
}

#[test]
fn a_soaked_server_is_quick_awake_and_small() {
    let soak = Soak::wanted();
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let key = Program::new(home.path()).args(["server", "new-key", "--data"]);
    let key = key.arg(&data).ok().stdout.trim().to_owned();
    let manager = home.path().join("manager");
    let socket = UnixDatagram::bind(&manager).unwrap();
    let limit = WATCHDOG.as_micros().to_string();
    let env = [
        ("NOTIFY_SOCKET", manager.to_str().unwrap()),
        ("WATCHDOG_USEC", limit.as_str()),
    ];
    let server = TestServer::over(home, &[], &env).expect("a server that starts");
    let http = || server.http().with_key(&key);
    create_target(&http());

    let measured = Measured::default();
    let stop = AtomicBool::new(false);
    let crowd = Crowd::gather(&server, soak.idle, soak.trickling);
    let stalled = Stalled::gather(server.addr(), soak.stalled);
    thread::scope(|scope| {
        let again = |pause: u64, act: &dyn Fn(usize)| {
            let mut turn = 0;
            while !stop.load(Ordering::Relaxed) {
                act(turn);
                turn += 1;
                thread::sleep(Duration::from_millis(pause));
            }
        };
        let (measured, http) = (&measured, &http);
        scope.spawn(move || {
            again(20, &|_| {
                measured.get(&http(), "/api/target", &measured.lists);
            });
        });
        scope.spawn(move || {
            again(200, &|_| {
                measured.get(&http(), "/healthz", &measured.health);
            });
        });
        scope.spawn(move || again(50, &|turn| measured.transfer(&http(), turn)));
        scope.spawn(move || again(1000, &|turn| measured.job(&http(), turn)));
        let (server, socket) = (&server, &socket);
        scope.spawn(move || {
            again(1000, &|_| {
                measured.memory.lock().unwrap().push(memory(server));
            });
        });
        let stop = &stop;
        scope.spawn(move || measured.watch(socket, stop));
        // The time itself, not the wait for a condition.
        thread::sleep(soak.time);
        stop.store(true, Ordering::Relaxed);
    });
    drop((crowd, stalled));
    measured.check(&server, &soak);
}

fn create_target(http: &Http) {
    let body = serde_json::json!({
        "name": "t", "backup_type": "single", "recycle_criteria": "none", "recycle_value": null,
        "recycle_action": "recycle", "location": "t", "name_template": "t-$I",
        "deduplicate": false, "alias": "t", "min_backups": null, "tags": []
    });
    http.json("POST", "/api/target", &body).success(201);
}

/// Memory of the server now, in bytes.
fn memory(server: &TestServer) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let now = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = now.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<u64>().unwrap() * 1024
}

impl Measured {
    fn fault(&self, what: String) {
        let mut faults = self.faults.lock().unwrap();
        if faults.len() < 20 {
            faults.push(what);
        }
    }

    /// An answer with status 200.
    fn ask(
        &self,
        http: &Http,
        method: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> Option<Vec<u8>> {
        let headers = [("Content-Type", content_type)];
        match http.try_send(method, path, &headers, body) {
            Some(answer) if answer.status == 200 => Some(answer.bytes),
            Some(answer) => {
                let body = String::from_utf8_lossy(&answer.bytes).into_owned();
                self.fault(format!("{method} {path}: {} {body}", answer.status));
                None
            }
            None => {
                self.fault(format!("{method} {path}: no answer"));
                None
            }
        }
    }

    fn get(&self, http: &Http, path: &str, times: &Mutex<Vec<Duration>>) {
        let begun = Instant::now();
        self.ask(http, "GET", path, "text/plain", b"");
        times.lock().unwrap().push(begun.elapsed());
    }

    /// Uploads, downloads, compares and deletes.
    fn transfer(&self, http: &Http, turn: usize) {
        let begun = Instant::now();
        let length = 1 + (turn % 8) * 300_000;
        let mut state = turn as u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state.to_be_bytes()[0]
        };
        let content: Vec<u8> = (0..length).map(|_| next()).collect();
        let form = Form::new().file("file", &content).finish();
        let path = "/api/target/t/upload";
        let Some(stored) = self.ask(http, "POST", path, &Form::content_type(), &form) else {
            return;
        };
        let stored: serde_json::Value = serde_json::from_slice(&stored).unwrap();
        let backup = format!("/api/backup/{}", stored["backup_id"].as_str().unwrap());
        let download = format!("{backup}/download");
        let found = self.ask(http, "GET", &download, "text/plain", b"");
        if found.is_some_and(|found| found != content) {
            self.fault(format!("{download} has another content"));
        }
        let wish = br#"{"delete_files": true}"#;
        self.ask(http, "DELETE", &backup, "application/json", wish);
        self.transfers.lock().unwrap().push(begun.elapsed());
    }

    fn job(&self, http: &Http, turn: usize) {
        let jobs = [
            "recycle_job",
            "backup_filesize_job",
            "tmp_purge_job",
            "deduplicate_job",
        ];
        let path = format!("/api/jobs/force_run/{}", jobs[turn % jobs.len()]);
        if self.ask(http, "GET", &path, "text/plain", b"").is_some() {
            *self.jobs.lock().unwrap() += 1;
        }
    }

    /// Waits for signs of life as the service manager does.
    fn watch(&self, socket: &UnixDatagram, stop: &AtomicBool) {
        let pause = Some(Duration::from_millis(100));
        socket.set_read_timeout(pause).unwrap();
        let mut last = Instant::now();
        let mut buffer = [0; 4096];
        while !stop.load(Ordering::Relaxed) {
            let awake = socket.recv(&mut buffer).is_ok_and(|length| {
                let message = String::from_utf8_lossy(&buffer[..length]);
                message.lines().any(|line| line == "WATCHDOG=1")
            });
            let mut silence = self.silence.lock().unwrap();
            *silence = last.elapsed().max(*silence);
            if awake {
                last = Instant::now();
            }
        }
    }

    fn check(self, server: &TestServer, soak: &Soak) {
        let times = [
            ("lists", self.lists),
            ("health", self.health),
            ("transfers", self.transfers),
        ];
        let mut faults = self.faults.into_inner().unwrap();
        for (name, times) in times {
            let mut times = times.into_inner().unwrap();
            times.sort();
            let count = times.len();
            let Some(median) = times.get(count / 2) else {
                faults.push(format!("no {name} were answered"));
                continue;
            };
            let longest = times[count - 1];
            println!("  {count} {name}: median {median:.1?}, longest {longest:.1?}");
            if name == "lists" && *median > QUICK {
                faults.push(format!("{name} took {median:.1?} at the median"));
            }
            if longest > LONGEST {
                faults.push(format!("one of {name} took {longest:.1?}"));
            }
        }
        let silence = self.silence.into_inner().unwrap();
        let jobs = self.jobs.into_inner().unwrap();
        println!("  {jobs} jobs, longest silence for the watchdog {silence:.1?}");
        if silence > WATCHDOG {
            faults.push(format!("the watchdog was not fed for {silence:.1?}"));
        }
        let memory = self.memory.into_inner().unwrap();
        let peak = server.peak_memory();
        println!("  peak memory: {} KiB", peak / 1024);
        if peak > MOST_MEMORY {
            faults.push(format!("{peak} bytes of memory"));
        }
        // A short run has not reached the memory that it needs.
        if soak.time > Duration::from_secs(59) {
            let at = |part: usize| {
                let mut part =
                    memory[memory.len() * part / 5..memory.len() * (part + 1) / 5].to_vec();
                part.sort_unstable();
                part[part.len() / 2]
            };
            let (early, late) = (at(1), at(4));
            println!(
                "  memory: {} KiB, at the end {} KiB",
                early / 1024,
                late / 1024
            );
            if late > early + GROWTH {
                faults.push(format!("memory grew from {early} to {late} bytes"));
            }
        }
        if server.log().contains("panicked") {
            faults.push("the server has panicked".to_owned());
        }
        assert!(faults.is_empty(), "{faults:#?}");
    }
}
