//! What goes on around the runs of presets: hooks, and the monitor.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::json;

use crate::support::{Asked, Fake, Output, Program, Reply, TestServer};

/// A server, a preset `p` of a small folder, and a file in which hooks leave their words.
struct Scene {
    server: TestServer,
    log: String,
}

impl Scene {
    fn new() -> Self {
        let server = TestServer::start();
        server.target("docs", "multi");
        let source = server.home().join("source");
        fs::create_dir(&source).unwrap();
        fs::write(source.join("a"), "content").unwrap();
        let log = server.home().join("hooks.log").to_str().unwrap().to_owned();
        let source = source.to_str().unwrap();
        server.bchan(["preset", "create", "p", source, "docs"]).ok();
        Self { server, log }
    }

    fn edit(&self, words: &[&str]) {
        let edit = self.server.bchan(["preset", "edit", "p"]);
        edit.args(words).ok();
    }

    /// Lets a hook leave its name and what it finds in these variables.
    fn note(&self, hook: &str, variables: &str) {
        let command = format!("sh -c 'echo {hook} {variables} >> {}'", self.log);
        self.edit(&[&format!("--{}", hook.replace('_', "-")), &command]);
    }

    fn upload(&self) -> Program {
        self.server.bchan(["preset", "upload", "p", "--automatic"])
    }

    fn run(&self) -> Output {
        self.upload().run()
    }

    /// What the hooks have left since the last look.
    fn noted(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let _ = fs::remove_file(&self.log);
        text.lines().map(str::to_owned).collect()
    }

    fn note_all(&self) {
        self.note("before", "$BCHAN_PRESET $BCHAN_TARGET");
        for hook in ["on_success", "on_failure", "after"] {
            let variables = "$BCHAN_EXIT_CODE $BCHAN_STATUS $BCHAN_FILES $BCHAN_BYTES";
            self.note(hook, variables);
        }
    }
}

fn monitor() -> Fake {
    Fake::start(|_| Reply::text(200, "OK"))
}

fn told(monitor: &Fake) -> Vec<String> {
    monitor.asked().iter().map(Asked::line).collect()
}

#[test]
fn hooks_run_in_order_and_the_monitor_is_told() {
    let scene = Scene::new();
    let monitor = monitor();
    scene.note_all();
    scene.edit(&["--ping", &format!("{}/uuid", monitor.url())]);
    let output = scene.run();
    assert_eq!(output.code, Some(0), "{output:#?}");
    let expected = [
        "before p docs",
        "on_success 0 stored 1 7",
        "after 0 stored 1 7",
    ];
    assert_eq!(scene.noted(), expected);
    assert_eq!(told(&monitor), ["POST /uuid/start", "POST /uuid"]);
    let body = String::from_utf8(monitor.asked()[1].body.clone()).unwrap();
    assert_eq!(body, "stored: 2 entries with 7 bytes in docs");

    let backup = ["--on-success", "sh -c 'echo $BCHAN_BACKUP_ID'"];
    scene.edit(&backup);
    let json = scene.upload().json();
    let output = scene.run();
    assert!(json["backup"]["id"].is_string(), "{json}");
    // What hooks print is no result.
    let ids = scene
        .server
        .bchan(["backup", "list", "docs", "-o", "id"])
        .ok();
    let newest = ids.stdout.lines().next().unwrap().to_owned();
    assert!(output.stderr.contains(&newest), "{output:#?}");
}

#[test]
fn without_its_preparation_a_backup_is_not_made() {
    let scene = Scene::new();
    let monitor = monitor();
    scene.note_all();
    scene.edit(&["--before", "sh -c 'exit 7'"]);
    scene.edit(&["--ping", &format!("{}/x/", monitor.url())]);
    let output = scene.run();
    assert_eq!(output.code, Some(1), "{output:#?}");
    assert!(
        output.stderr.contains("the before hook `sh` failed"),
        "{output:#?}"
    );
    assert_eq!(
        scene.noted(),
        ["on_failure 1 failed 0 0", "after 1 failed 0 0"]
    );
    assert_eq!(told(&monitor), ["POST /x/start", "POST /x/1"]);
    assert!(scene.server.files().is_empty());
}

#[test]
fn a_hook_that_hangs_is_killed_with_what_it_has_started() {
    let scene = Scene::new();
    // Only the killed processes keep standard error open, so this comes to an end.
    let hangs = "sh -c 'sleep 1000 & sleep 1000'";
    scene.edit(&["--on-success", hangs, "--hook-timeout", "100ms"]);
    let output = scene.run();
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stderr.contains("was killed"), "{output:#?}");
    assert_eq!(scene.server.files().len(), 1);
    scene.edit(&["--before", hangs]);
    assert_eq!(scene.run().code, Some(1));
}

#[test]
fn what_fails_behind_a_backup_is_a_warning() {
    let scene = Scene::new();
    scene.edit(&["--after", "false", "--on-success", "/nonexistent/program"]);
    let away = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/secret", away.local_addr().unwrap());
    drop(away);
    scene.edit(&["--ping", &url]);
    let output = scene.run();
    assert_eq!(output.code, Some(0), "{output:#?}");
    for says in [
        "the after hook `false` failed",
        "cannot be run",
        "was not told",
    ] {
        assert!(output.stderr.contains(says), "{output:#?}");
    }
    assert!(!output.stderr.contains("secret"), "{output:#?}");
    assert_eq!(scene.server.files().len(), 1);
}

#[test]
fn a_signal_ends_the_backup_and_not_what_comes_after_it() {
    let scene = Scene::new();
    let monitor = monitor();
    scene.note_all();
    // It waits for a writer that never comes.
    let fifo = scene.server.home().join("fifo");
    let path = std::ffi::CString::new(fifo.to_str().unwrap()).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
    let before = format!("sh -c 'echo here; cat {}'", fifo.display());
    scene.edit(&["--before", &before]);
    scene.edit(&["--ping", &format!("{}/x", monitor.url())]);
    let (term, int) = (rustix::process::Signal::TERM, rustix::process::Signal::INT);
    for (signal, code) in [(term, 143), (int, 130)] {
        let mut command = scene.upload().into_command();
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "here");
        // Meanwhile another run is kept away, and leaves the first one's preparations alone.
        if code == 143 {
            assert_eq!(scene.run().code, Some(11));
            assert_eq!(scene.noted(), ["on_failure 11 busy 0 0"]);
        }
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let ended = format!("{code} interrupted 0 0");
        let expected = [format!("on_failure {ended}"), format!("after {ended}")];
        assert_eq!(scene.noted(), expected);
        assert_eq!(told(&monitor).pop(), Some(format!("POST /x/{code}")));
    }
    assert!(scene.server.files().is_empty());
}

#[test]
fn hooks_are_words_and_can_be_taken_away() {
    let scene = Scene::new();
    scene.edit(&["--before", "pg_dump -Fc 'my shop' -f /x"]);
    let shown = scene.server.bchan(["preset", "show", "p"]).json();
    assert_eq!(
        shown["before"],
        json!(["pg_dump", "-Fc", "my shop", "-f", "/x"])
    );
    scene.edit(&["--unset", "before"]);
    let shown = scene.server.bchan(["preset", "show", "p"]).json();
    assert_eq!(shown["before"], json!([]));
    for wrong in [
        ["--before", "'open"],
        ["--ping", "hc.example/x"],
        ["--deadline", "soon"],
        ["--shrink-threshold", "101"],
    ] {
        let edit = scene.server.bchan(["preset", "edit", "p"]).args(wrong);
        let output = edit.run();
        assert!(matches!(output.code, Some(2 | 13)), "{wrong:?} {output:#?}");
    }
}
