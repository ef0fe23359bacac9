//! The configuration file, profiles, and where keys come from.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;

use crate::support::{Output, Program, TestServer};

fn config(home: &Path, text: &str) {
    let folder = home.join(".config/bchan");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

fn with_input(program: Program, input: &str) -> Output {
    let mut command = program.into_command();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_profile_names_the_server_and_its_key() {
    let server = TestServer::start_with_key();
    server.target("docs", "multi");
    let home = tempfile::tempdir().unwrap();
    let text = format!(
        "[profiles.default]\nserver = \"{url}\"\napi_key_command = [\"cat\", \"{key}\"]\n\
         [profiles.dead]\nserver = \"http://127.0.0.1:1\"\nretries = 0\n",
        url = server.url(),
        key = home.path().join("key").display()
    );
    config(home.path(), &text);
    fs::write(
        home.path().join("key"),
        format!("{}\nnotes\n", server.key()),
    )
    .unwrap();
    let list = |words: &[&str]| {
        Program::new(home.path())
            .args(["target", "list"])
            .args(words)
    };
    assert!(list(&[]).ok().stdout.contains("docs"));
    let dead = list(&["--profile", "dead"]).run();
    assert_eq!(dead.code, Some(75), "{dead:#?}");
    let missing = list(&["--profile", "daed"]).run();
    assert_eq!(missing.code, Some(13), "{missing:#?}");
    assert!(missing.stderr.contains("`dead`"), "{missing:#?}");
}

#[test]
fn a_mistake_in_the_configuration_is_named_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    config(home.path(), "[profiles.default]\n\nsever = \"x\"\n");
    let output = Program::new(home.path()).args(["target", "list"]).run();
    assert_eq!(output.code, Some(13), "{output:#?}");
    let names = output.stderr.contains("config.toml line 3") && output.stderr.contains("sever");
    assert!(names, "{output:#?}");
    // What needs no configuration works with a broken one.
    Program::new(home.path()).args(["man"]).ok();
}

#[test]
fn a_key_is_kept_only_when_the_server_takes_it() {
    let server = TestServer::start_with_key();
    let home = tempfile::tempdir().unwrap();
    let url = server.url();
    let program = |words: &[&str]| {
        Program::new(home.path())
            .env("BCHAN_SERVER", &url)
            .args(words)
    };
    let file = home.path().join(".config/bchan/api-key");

    let wrong = with_input(program(&["login", "--file"]), "bakch-wrong\n");
    assert_eq!(wrong.code, Some(12), "{wrong:#?}");
    assert!(!file.exists());
    let right = with_input(program(&["login", "--file"]), server.key());
    assert_eq!(right.code, Some(0), "{right:#?}");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(!right.stdout.contains(server.key()), "{right:#?}");
    program(&["target", "list"]).ok();

    program(&["logout"]).ok();
    assert_eq!(program(&["target", "list"]).run().code, Some(12));
}

#[test]
fn without_a_keyring_a_key_goes_to_a_file() {
    let server = TestServer::start_with_key();
    let home = tempfile::tempdir().unwrap();
    let program = |words: &[&str]| {
        Program::new(home.path())
            .env("BCHAN_SERVER", server.url())
            // An address without a listener, wherever the tests run.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .args(words)
    };
    let refused = program(&["target", "list"]).run();
    assert_eq!(refused.code, Some(12), "{refused:#?}");
    assert!(refused.stderr.contains("bchan login"), "{refused:#?}");
    let output = program(&["login"]).input(server.key());
    assert_eq!(output.code, Some(0), "{output:#?}");
    let says = output.stdout.contains("/api-key (no keyring is available)");
    assert!(says && output.stderr.is_empty(), "{output:#?}");
    program(&["target", "list"]).ok();

    // The keyring, which cannot be asked, may have another key.
    let removed = program(&["logout"]).ok();
    assert!(
        removed.stderr.contains("keyring was not asked"),
        "{removed:#?}"
    );
    let again = program(&["logout"]).run();
    assert_eq!(again.code, Some(1), "{again:#?}");
    assert!(again.stderr.contains("cannot be asked"), "{again:#?}");
}

#[test]
fn a_profile_is_made_with_the_key_and_options_that_are_right() {
    let server = TestServer::start_with_key();
    let home = tempfile::tempdir().unwrap();
    let create = |words: &[&str]| {
        let program = Program::new(home.path()).current_dir(home.path());
        program
            .args(["config", "create", "--overwrite", "-a"])
            .args(words)
    };
    let path = home.path().join(".config/bchan/config.toml");
    let url = server.url();
    let wrong = create(&["bakch-wrong", "--server", &url]).run();
    assert_eq!(wrong.code, Some(12), "{wrong:#?}");
    assert!(wrong.stderr.contains("no profile was made"), "{wrong:#?}");
    assert!(!path.exists());
    create(&["bakch-wrong", "--server", &url, "--no-check"]).ok();
    // A profile can be made before its server runs.
    let dead = create(&["bakch-x", "--server", "http://127.0.0.1:1"]).ok();
    assert!(dead.stderr.contains("was not tried"), "{dead:#?}");

    let options = ["--ca-cert", "cert.pem", "--timeout", "2m", "--retries", "7"];
    fs::write(home.path().join("cert.pem"), "").unwrap();
    create(&["bakch-x", "--server", &url, "--no-check"])
        .args(options)
        .ok();
    let text = fs::read_to_string(&path).unwrap();
    let cert = home.path().join("cert.pem");
    for line in [
        format!("ca_cert = \"{}\"", cert.display()),
        "timeout = 120".to_owned(),
        "retries = 7".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}: {text}");
    }
    let set = ["config", "set", "spool", "spool"];
    Program::new(home.path())
        .current_dir(home.path())
        .args(set)
        .ok();
    let text = fs::read_to_string(&path).unwrap();
    let spool = home.path().join("spool");
    assert!(
        text.contains(&format!("spool = \"{}\"", spool.display())),
        "{text}"
    );
}

#[test]
fn what_a_file_would_not_take_is_said_of_the_setting() {
    let home = tempfile::tempdir().unwrap();
    for (words, says) in [
        (
            ["config", "set", "compression", "foo"],
            "`compression = \"foo\"`: it is not one of",
        ),
        (
            ["config", "set", "spool_limit", "foo"],
            "`foo` is not a size such as",
        ),
        (
            ["config", "set", "timeout", "0"],
            "is not 1 to 86400 seconds",
        ),
    ] {
        let output = Program::new(home.path()).args(words).run();
        assert_eq!(output.code, Some(2), "{output:#?}");
        assert!(output.stderr.contains(says), "{output:#?}");
        assert!(!output.stderr.contains(" line "), "{output:#?}");
    }
}

#[test]
fn no_argument_is_refused_in_the_words_of_a_library() {
    let home = tempfile::tempdir().unwrap();
    for (words, says) in [
        (&["--port", "abc", "stats"][..], "it is not a whole number"),
        (&["job", "wait", "abc"], "it is not a whole number"),
        (
            &["target", "edit", "t", "-v", "-3"],
            "it must be at least 0",
        ),
        (&["target", "list", "-p", "0"], "it must be at least 1"),
        (
            &["backup", "upload", "a", "b", "--threads", "0"],
            "it must be at least 1",
        ),
        (
            &["--timeout", "soon", "stats"],
            "is not a length of time such as",
        ),
        (&["--timeout", "2d", "stats"], "from 1 s to 24 h"),
        (
            &["backup", "upload", "a", "b", "--limit-upload", "5"],
            "`5` has no unit",
        ),
        (
            &["backup", "upload", "a", "b", "--spool-limit", "x"],
            "is not a size such as",
        ),
        (
            &["backup", "upload", "a", "b", "--exclude-larger-than", "x"],
            "is not a size such as",
        ),
    ] {
        let output = Program::new(home.path()).args(words).run();
        assert_eq!(output.code, Some(2), "{output:#?}");
        assert!(output.stderr.contains(says), "{output:#?}");
        for library in ["digit", "non-zero", "ByteSize", "float"] {
            assert!(!output.stderr.contains(library), "{output:#?}");
        }
    }
}

fn config_text(home: &Path) -> String {
    fs::read_to_string(home.join(".config/bchan/config.toml")).unwrap()
}

#[test]
fn a_profile_is_made_changed_shown_and_removed() {
    let server = TestServer::start_with_key();
    server.target("docs", "multi");
    let home = tempfile::tempdir().unwrap();
    let bchan = |words: &[&str]| Program::new(home.path()).args(words);
    let create = ["config", "create", "--server", &server.url()];
    // There is no keyring, so the key goes to a file.
    let made = bchan(&create).args(["-a", server.key()]).ok();
    assert!(!made.stdout.contains(server.key()), "{made:#?}");
    let mode = |name: &str| {
        let path = home.path().join(".config/bchan").join(name);
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("config.toml"), mode("api-key")), (0o600, 0o600));
    assert!(bchan(&["target", "list"]).ok().stdout.contains("docs"));

    let again = bchan(&create).run();
    assert_eq!(again.code, Some(1), "{again:#?}");
    assert!(again.stderr.contains("--overwrite"), "{again:#?}");

    bchan(&["config", "set", "retries", "0"]).ok();
    bchan(&[
        "config",
        "set",
        "--profile",
        "dead",
        "server",
        "127.0.0.1:1",
    ])
    .ok();
    assert_eq!(bchan(&["config", "get", "retries"]).ok().stdout, "0\n");
    let dead = ["config", "get", "server", "--profile", "dead"];
    assert_eq!(bchan(&dead).ok().stdout, "http://127.0.0.1:1\n");
    bchan(&["config", "set", "default_profile", "dead"]).ok();
    assert_eq!(bchan(&["target", "list"]).run().code, Some(75));
    bchan(&["config", "set", "default_profile", "--unset"]).ok();

    let shown = bchan(&["config", "show"]).json();
    assert_eq!(shown["profile"], "default");
    assert_eq!(shown["profiles"], serde_json::json!(["dead", "default"]));
    let of = |key: &str| {
        let settings = shown["settings"].as_array().unwrap();
        settings
            .iter()
            .find(|setting| setting["key"] == key)
            .unwrap()
    };
    assert_eq!(
        (&of("retries")["value"], &of("retries")["origin"]),
        (&0.into(), &"profile".into())
    );
    assert_eq!(of("timeout")["origin"], "default");
    assert!(
        shown["api_key"]["origin"]
            .as_str()
            .unwrap()
            .ends_with("/api-key")
    );
    assert!(!shown.to_string().contains(server.key()));

    let before = config_text(home.path());
    for wrong in [
        &["config", "set", "timeout", "0"][..],
        &["config", "set", "server", "a b"],
        &["config", "set", "sever", "x"],
        &["config", "set", "retries", "many"],
    ] {
        let output = bchan(wrong).run();
        assert!(matches!(output.code, Some(2 | 13)), "{output:#?}");
    }
    assert_eq!(config_text(home.path()), before);
    bchan(&["config", "set", "compression", "gzip:1"]).ok();
    assert_eq!(
        bchan(&["config", "get", "compression"]).ok().stdout,
        "gzip:1\n"
    );
    let unset = bchan(&["config", "get", "ca_cert"]).run();
    assert_eq!((unset.code, &*unset.stdout), (Some(10), ""), "{unset:#?}");

    bchan(&["config", "reset"]).ok();
    assert!(!config_text(home.path()).contains("profiles"));
    let path = bchan(&["config", "path"]).ok().stdout;
    assert_eq!(
        Path::new(path.trim_end()),
        home.path().join(".config/bchan/config.toml")
    );
}

#[test]
fn the_python_spelling_makes_a_profile_and_asks_for_what_is_missing() {
    let server = TestServer::start_with_key();
    let home = tempfile::tempdir().unwrap();
    let (host, port) = (
        server.addr().ip().to_string(),
        server.addr().port().to_string(),
    );
    let new = [
        "config",
        "new",
        "-H",
        &host,
        "-p",
        &port,
        "-a",
        server.key(),
    ];
    Program::new(home.path()).args(new).ok();
    Program::new(home.path()).args(["target", "list"]).ok();

    let home = tempfile::tempdir().unwrap();
    let ask = Program::new(home.path()).args(["config", "create", "-i"]);
    let answers = format!("{}\n{}\n", server.url(), server.key());
    let output = with_input(ask, &answers);
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stderr.contains("Server [http"), "{output:#?}");
    Program::new(home.path()).args(["target", "list"]).ok();

    let nothing = Program::new(home.path()).args(["config", "create", "--profile", "b"]);
    assert_eq!(nothing.run().code, Some(2));
}
