//! Running the program in an environment that holds nothing of the machine's user.

use std::ffi::OsStr;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs a command at a new terminal and types an answer at each question. Shows what it shows, and
/// ends with its exit code.
const TERMINAL: &str = r#"
import os, pty, sys
answer, command = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown, answered = b"", 0
while True:
    try:
        some = os.read(terminal, 65536)
    except OSError:
        break
    if not some:
        break
    shown += some
    while shown.count(b"[y/N] ") > answered:
        answered += 1
        os.write(terminal, answer.encode() + b"\n")
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

/// A command line under construction.
pub(crate) struct Program {
    command: Command,
}

/// What a run has left.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// The program with `home` as its home, and nothing else in its environment.
    pub(crate) fn new(home: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bchan"));
        command
            .env_clear()
            .env("HOME", home)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", profile);
        }
        Self { command }
    }

    /// Another command, with everything that it needs.
    pub(crate) fn of(command: Command) -> Self {
        Self { command }
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in this folder.
    pub(crate) fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// For what needs more than to run to the end.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs to the end with this text as its standard input.
    pub(crate) fn input(mut self, text: &str) -> Output {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        self.command.stdin(file);
        self.run()
    }

    /// Runs to the end at a terminal, which types an answer at each question. Everything that is
    /// shown is in `stdout`.
    pub(crate) fn at_terminal(self, answer: &str) -> Output {
        let mut command = Command::new("python3");
        command.args(["-c", TERMINAL, answer]);
        command.arg(self.command.get_program());
        command.args(self.command.get_args()).env_clear();
        for (name, value) in self.command.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        Self { command }.run()
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Output {
        let output = self.command.output().expect("the program starts");
        Output {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs to the end, which must be a good one.
    #[track_caller]
    pub(crate) fn ok(self) -> Output {
        let output = self.run();
        assert_eq!(output.code, Some(0), "{output:#?}");
        output
    }

    /// Runs with `-o json` and reads what it prints.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let output = self.args(["-o", "json"]).ok();
        serde_json::from_str(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:#?}"))
    }
}
