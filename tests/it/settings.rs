//! The configuration file of a server, and what becomes of it on SIGHUP.

use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;

use crate::support::{Form, Identity, Program, TestServer, wait_until};

/// A server with a configuration file.
struct Configured {
    server: TestServer,
    file: PathBuf,
}

impl Configured {
    fn start(text: &str, options: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("server.toml");
        fs::write(&file, text).unwrap();
        let mut options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        options.extend(["--config".to_owned(), file.to_str().unwrap().to_owned()]);
        let server = TestServer::over(home, &options, &[]);
        let server = server.expect("a server that starts");
        Self { server, file }
    }

    fn count(&self, words: &str) -> usize {
        self.server.log().matches(words).count()
    }

    /// Gives it another file, and waits until the log says so.
    #[track_caller]
    fn reload(&self, text: &str, says: &str) {
        let before = self.count(says);
        fs::write(&self.file, text).unwrap();
        self.server.signal(Signal::HUP);
        wait_until(|| self.count(says) > before);
    }
}

const TAKEN: &str = "applied the settings";
const KEPT: &str = "the settings stay the old ones";

#[test]
fn sighup_applies_reloadable_settings() {
    let configured = Configured::start("log-level = \"info\"\n", &[]);
    let server = &configured.server;
    server.target("docs", "multi");
    let upload = || {
        let form = Form::new().file("file", b"x");
        server.http().post("/api/target/docs/upload", &form).status
    };
    let interval = |name: &str| {
        let jobs = server.http().get("/api/jobs").success(200);
        let mut jobs = jobs["scheduled"].as_array().unwrap().iter();
        let job = jobs.find(|job| job["name"] == name).unwrap();
        let now = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap()
            .as_secs_f64();
        let left = job["next_run"].as_f64().unwrap() - now;
        (job["interval"].as_u64().unwrap(), left)
    };
    assert_eq!((upload(), interval("integrity_check_job").0), (200, 57_600));
    assert!(!server.log().contains("DEBUG"), "{}", server.log());

    configured.reload(
        "log-level = \"debug\"\nreserve = \"99%\"\nmax-connections = 7\n\
         [job-intervals]\nintegrity_check_job = \"10m\"\n",
        TAKEN,
    );
    assert_eq!(upload(), 507, "the reserve is everything");
    let (every, left) = interval("integrity_check_job");
    assert!(every == 600 && left <= 600.0, "{every} {left}");
    assert_eq!(interval("recycle_job").0, 3600);
    assert!(server.log().contains("DEBUG"), "{}", server.log());

    configured.reload("max-entries = 0\n", TAKEN);
    assert_eq!((upload(), interval("integrity_check_job").0), (200, 57_600));
    let lines = configured.count("DEBUG");
    assert_eq!((upload(), configured.count("DEBUG")), (200, lines));
}

#[test]
fn a_broken_file_changes_nothing() {
    let configured = Configured::start("reserve = \"0\"\n", &[]);
    let server = &configured.server;
    server.target("docs", "multi");
    for (text, says) in [
        ("reserve = \"99%\"\nreserv = 1\n", "line 2"),
        ("reserve = \"99%\"\ngrace = \"soon\"\n", "line 2"),
        ("reserve = \"99%\"\ntls-cert = \"x\"\n", "no `tls-key`"),
        ("]", "line 1"),
    ] {
        configured.reload(text, KEPT);
        assert!(server.log().contains(says), "{says}: {}", server.log());
        server.upload("docs", b"x");
    }
    fs::remove_file(&configured.file).unwrap();
    let before = configured.count(KEPT);
    server.signal(Signal::HUP);
    wait_until(|| configured.count(KEPT) > before);
    server.upload("docs", b"x");
    configured.reload("reserve = \"99%\"\n", TAKEN);
    let form = Form::new().file("file", b"x");
    server
        .http()
        .post("/api/target/docs/upload", &form)
        .failure(507);
}

#[test]
fn a_log_that_was_put_aside_begins_anew() {
    let configured = Configured::start("", &[]);
    let log = configured.server.data().join("log/bchan.log");
    fs::rename(&log, log.with_extension("old")).unwrap();
    configured.reload("", TAKEN);
    let text = fs::read_to_string(&log).unwrap();
    assert!(
        text.contains(TAKEN) && !text.contains("server started"),
        "{text}"
    );
}

#[test]
fn options_stay_stronger_and_what_needs_a_restart_is_named() {
    let configured = Configured::start("", &["--reserve", "0"]);
    let server = &configured.server;
    server.target("docs", "multi");
    configured.reload(
        "reserve = \"99%\"\nstorage-roots = [\"/elsewhere\"]\nno-auth = true\n",
        "setting=\"no-auth\"",
    );
    let log = server.log();
    assert!(
        log.contains("needs a restart setting=\"storage-roots\""),
        "{log}"
    );
    assert!(!log.contains("setting=\"listen\"") && !log.contains("setting=\"data\""));
    server.upload("docs", b"x");
    // It is still another one than the server was started with.
    configured.reload("no-auth = true\n", "setting=\"no-auth\"");
    assert_eq!(configured.count("setting=\"storage-roots\""), 1);
}

#[test]
fn another_certificate_is_taken_from_another_place_with_all_the_rest_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let old = Identity::make(home.path(), "old", &["127.0.0.1"]);
    let new = Identity::make(home.path(), "new", &["127.0.0.1"]);
    let text = |cert: &Identity, key: &Identity| {
        let (cert, key) = (cert.cert.display(), key.key.display());
        format!("tls-cert = \"{cert}\"\ntls-key = \"{key}\"\n")
    };
    let configured = Configured::start(&text(&old, &old), &[]);
    let server = &configured.server;
    let works = |identity: &Identity| {
        let url = format!("https://{}", server.addr());
        let program = Program::new(server.home()).args(["--retries", "0", "--server", &url]);
        let program = program.arg("--ca-cert").arg(&identity.cert);
        program.args(["target", "list"]).run().code == Some(0)
    };
    assert!(works(&old) && !works(&new));
    let mixed = format!("log-level = \"debug\"\n{}", text(&new, &old));
    configured.reload(
        &mixed,
        "the certificate stays the old one, and so do the settings",
    );
    assert!(works(&old) && !works(&new) && configured.count("DEBUG") == 0);
    configured.reload(&text(&new, &new), TAKEN);
    assert!(works(&new) && !works(&old));
    configured.reload("", "setting=\"tls-cert\"");
    assert!(works(&new));
}

#[test]
fn a_setting_that_does_not_exist_is_an_error_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("server.toml");
    fs::write(
        &file,
        "listen = \"127.0.0.1:0\"\n\n# so\nstorage_roots = []\n",
    )
    .unwrap();
    for command in [&["serve"][..], &["server", "check"]] {
        let program = Program::new(home.path()).args(command);
        let output = program.arg("--config").arg(&file).run();
        assert_eq!(output.code, Some(13), "{output:?}");
        let said = &output.stderr;
        assert!(
            said.contains("line 4") && said.contains("storage_roots"),
            "{said}"
        );
    }
    // The variable names it just as well, and a data folder beside it.
    fs::write(
        &file,
        "data = \"elsewhere\"\nlisten = \"127.0.0.1:0\"\nlog-level = \"loud\"\n",
    )
    .unwrap();
    let program = Program::new(home.path()).arg("serve");
    let output = program.env("BCHAN_SERVER_CONFIG", &file).run();
    assert!(
        output.code == Some(13) && output.stderr.contains("line 3"),
        "{output:?}"
    );
    assert!(!home.path().join("elsewhere").exists());
}
