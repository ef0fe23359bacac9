//! System calls that fail, by way of strace.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{TestServer, skipped, wait_until};

/// A strace attached to a server; dropping it lets the system calls work again.
#[allow(dead_code, reason = "not every test binary injects faults")]
pub(crate) struct Strace(Child);

#[allow(dead_code, reason = "not every test binary injects faults")]
impl Strace {
    /// Makes system calls of a running server fail, as `strace -e inject=` is told; with `path`, only
    /// those that concern this file. `None` where there is no strace, or it may not trace.
    pub(crate) fn inject(server: &TestServer, what: &str, path: Option<&Path>) -> Option<Self> {
        let pid = server.pid();
        let log = File::create(server.home().join("strace.log")).unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-p", &pid.to_string(), "-e"]);
        strace.arg(format!("inject={what}"));
        if let Some(path) = path {
            strace.arg("-P").arg(path);
        }
        strace
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let Ok(child) = strace.spawn() else {
            skipped("there is no strace");
            return None;
        };
        let mut strace = Self(child);
        let mut ended = false;
        wait_until(|| {
            ended = strace.0.try_wait().unwrap().is_some();
            ended || is_traced(pid)
        });
        if ended {
            skipped("strace may not trace here");
            return None;
        }
        Some(strace)
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        let _ = kill_process(pid, Signal::INT);
        // It may wait for ever for a server that was killed.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if self.0.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether every thread of a process is traced.
fn is_traced(pid: u32) -> bool {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return false;
    };
    tasks.flatten().all(|task| {
        let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
        !status.contains("TracerPid:\t0\n")
    })
}
