//! Showing long texts at a terminal.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

/// Shows a manual page with `man`, or `help` with the pager if there is no `man`. Returns false if
/// neither could be started.
pub(super) fn show(page: &str, help: impl FnOnce() -> String) -> bool {
    let mut man = Command::new("man");
    // The page comes from standard input.
    man.args(["-l", "-"]);
    if feed(man, page) {
        return true;
    }
    let chosen = ["MANPAGER", "PAGER"]
        .into_iter()
        .filter_map(std::env::var_os);
    let pager = chosen.into_iter().find(|pager| !pager.is_empty());
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(pager.as_deref().unwrap_or(OsStr::new("less")));
    feed(shell, &help())
}

/// Runs a program over a text, and returns true if it succeeds.
fn feed(mut program: Command, text: &str) -> bool {
    let Ok(mut child) = program.stdin(Stdio::piped()).spawn() else {
        return false;
    };
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(text.as_bytes()) {
            // A pager that was left early has not read everything.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return false,
            _ => {}
        }
    }
    child.wait().is_ok_and(|status| status.success())
}
