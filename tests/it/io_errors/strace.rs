//! `strace`, attached to a running server, counts its system calls or has some of them fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{TestServer, skipped, wait_until};

/// System calls that change what is on a disk, ask for room on it, or make it durable. Not every
/// architecture has all of them.
const CALLS: &str = "write,pwrite64,writev,pwritev,fsync,fdatasync,syncfs,?rename,?renameat,\
    renameat2,openat,?mkdir,mkdirat,?unlink,unlinkat,?rmdir,?link,linkat,symlinkat,ftruncate,\
    fallocate,?chmod,fchmod,fchmodat,fchown,fchownat,utimensat,setxattr,fsetxattr,statfs,fstatfs,\
    copy_file_range";

/// A tracer of all threads of a server.
pub(super) struct Strace {
    child: Child,
    folder: TempDir,
}

/// Whether processes can be traced here.
pub(super) fn is_possible() -> bool {
    let server = TestServer::start();
    let mut child = match command(&server, &["-e", "trace=none", "-o", "/dev/null"]).spawn() {
        Ok(child) => child,
        Err(error) => {
            skipped(&format!("strace: {error}"));
            return false;
        }
    };
    let mut possible = false;
    wait_until(|| {
        possible = is_traced(&server);
        possible || child.try_wait().unwrap().is_some()
    });
    interrupt(&mut child);
    if !possible {
        skipped("strace may not attach to processes");
    }
    possible
}

impl Strace {
    /// Only counts.
    pub(super) fn count(server: &TestServer) -> Self {
        Self::attach(server, &["-e", &format!("trace={CALLS}")])
    }

    /// Has a call fail when a thread makes it for the `nth` time from now on, or also after that.
    pub(super) fn fail(
        server: &TestServer,
        call: &str,
        error: &str,
        nth: usize,
        lasting: bool,
    ) -> Self {
        let on = if lasting { "+" } else { "" };
        let inject = format!("inject={call}:error={error}:when={nth}{on}");
        Self::attach(server, &["-e", &format!("trace={call}"), "-e", &inject])
    }

    /// Returns when all threads are traced.
    fn attach(server: &TestServer, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(server, options);
        command.arg("-o").arg(folder.path().join("calls"));
        let mut child = command.spawn().unwrap();
        wait_until(|| {
            assert_eq!(child.try_wait().unwrap(), None, "strace has ended");
            is_traced(server)
        });
        Self { child, folder }
    }

    /// Ends the tracing; the server goes on without faults. What was traced.
    pub(super) fn end(mut self) -> Traced {
        interrupt(&mut self.child);
        let calls = fs::read_to_string(self.folder.path().join("calls"));
        Traced(calls.unwrap_or_default())
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        interrupt(&mut self.child);
    }
}

/// What a tracer has written: a line for each call, which begins with the thread.
pub(super) struct Traced(String);

impl Traced {
    /// The calls that can fail: which, and how often a thread has made it before and then. Writes
    /// to what is no file (another thread, the network) never meet errors of a disk.
    pub(super) fn calls(&self) -> BTreeSet<(String, usize)> {
        let mut each: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let (mut calls, mut excluded) = (BTreeSet::new(), BTreeSet::new());
        for line in self.0.lines() {
            let Some((thread, rest)) = line.split_once(' ') else {
                continue;
            };
            let Some((call, rest)) = rest.trim_start().split_once('(') else {
                continue;
            };
            if call.starts_with('<') {
                continue;
            }
            let nth = each.entry((thread, call)).or_default();
            *nth += 1;
            calls.insert((call.to_owned(), *nth));
            if call.starts_with("write") && !is_to_file(rest) {
                excluded.insert((call.to_owned(), *nth));
            }
        }
        &calls - &excluded
    }

    /// Whether a call was made to fail.
    pub(super) fn has_failed(&self) -> bool {
        self.0.contains("(INJECTED)")
    }

    /// Whether one of them was no write to a file, although the same was one when they were counted.
    pub(super) fn has_failed_elsewhere(&self) -> bool {
        let mut failed = self.0.lines().filter(|line| line.contains("(INJECTED)"));
        failed.any(|line| {
            let (_, call) = line.split_once(' ').unwrap_or_default();
            let write = call.trim_start().strip_prefix("write");
            write.is_some_and(|rest| !is_to_file(rest.trim_start_matches(['v', '('])))
        })
    }

    /// The calls that were made to fail, for messages.
    pub(super) fn failed(&self) -> String {
        let failed = self.0.lines().filter(|line| line.contains("(INJECTED)"));
        failed.take(3).collect::<Vec<_>>().join("\n")
    }
}

/// Whether the arguments of a call begin with a descriptor of a file.
fn is_to_file(arguments: &str) -> bool {
    let descriptor = arguments.split(',').next().unwrap_or_default();
    descriptor.contains("</")
}

fn command(server: &TestServer, options: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-qq",
            "-e",
            "signal=none",
            "-p",
            &server.pid().to_string(),
        ])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn is_traced(server: &TestServer) -> bool {
    let tasks = fs::read_dir(format!("/proc/{}/task", server.pid()));
    tasks.unwrap().all(|task| {
        let status = fs::read_to_string(task.unwrap().path().join("status"));
        // A thread that has ended meanwhile needs no tracer.
        status.is_ok_and(|status| !status.contains("TracerPid:\t0\n"))
    })
}

/// Asks a tracer to let go, and waits until it has. One whose server was killed may wait for threads
/// that wait for it; when it is killed, they end.
fn interrupt(child: &mut Child) {
    let begun = Instant::now();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    let mut asked = false;
    while child.try_wait().unwrap().is_none() {
        if !asked {
            let _ = kill_process(pid, Signal::INT);
            asked = true;
        }
        if begun.elapsed() > Duration::from_secs(1) {
            child.kill().unwrap();
            child.wait().unwrap();
            return;
        }
        thread::sleep(Duration::from_millis(2));
    }
}
