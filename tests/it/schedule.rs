//! Presets that run by themselves, through systemd and cron.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Program, TestServer, skipped};

/// Names with what systemd, cron and shells have meanings for.
const NAMES: [&str; 8] = [
    "docs",
    "my-docs",
    "a b",
    "100%",
    "it's \"ü\"",
    "$HOME;`id`",
    "-x",
    "back\\slash/%i\\",
];

/// A home with a preset of this name.
fn home_with(preset: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let source = home.path().join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("a"), "a").unwrap();
    let source = source.to_str().unwrap();
    let create = ["preset", "create", "--target", "docs", "--", preset, source];
    Program::new(home.path()).args(create).ok();
    home
}

fn schedule(home: &Path, options: &[&str], preset: &str) -> Program {
    let program = Program::new(home).args(["preset", "schedule"]);
    program.args(options).args(["--", preset])
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// A `crontab` that keeps what it is given in a file of the home.
fn fake_crontab(home: &Path) -> String {
    let folder = home.join("bin");
    fs::create_dir_all(&folder).unwrap();
    let script = "#!/bin/sh\nfile=$HOME/crontab\ncase $1 in\n\
        -l) if [ -e \"$file\" ]; then cat \"$file\"; \
        elif [ -e \"$HOME/broken\" ]; then echo 'cannot connect' >&2; exit 1; \
        else echo 'no crontab for me' >&2; exit 1; fi;;\n\
        -) cat > \"$file.new\" && mv \"$file.new\" \"$file\";;\n\
        *) exit 2;;\nesac\n";
    let path = folder.join("crontab");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{}:{path}", folder.display())
}

/// Writes a key for its owner alone.
fn write_key(path: &Path) {
    fs::write(path, "bakch-1").unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn systemd_takes_what_is_written_whatever_the_preset_is_called() {
    if !has("systemd-analyze") {
        return skipped("there is no systemd-analyze here");
    }
    for name in NAMES {
        let home = home_with(name);
        let key = home.path().join("my key");
        write_key(&key);
        let key = key.to_str().unwrap();
        for place in ["system", "user"] {
            let option = format!("--{place}");
            let options = [
                option.as_str(),
                "--weekly",
                "sun",
                "4:30",
                "--spread",
                "1h",
                "--dry-run",
                "--output=json",
                "--api-key-file",
                key,
                "--server",
                "http://h:1/%25$x",
            ];
            let plan = schedule(home.path(), &options, name).ok().stdout;
            let plan: Value = serde_json::from_str(&plan).unwrap();
            assert_eq!(
                (&plan["place"], &plan["dry_run"]),
                (&json!(place), &json!(true))
            );
            let folder = home.path().join(place);
            fs::create_dir(&folder).unwrap();
            let mut paths = Vec::new();
            for file in plan["files"].as_array().unwrap() {
                let path = Path::new(file["path"].as_str().unwrap());
                let path = folder.join(path.file_name().unwrap());
                fs::write(&path, file["content"].as_str().unwrap()).unwrap();
                paths.push(path);
            }
            assert_eq!(paths.len(), 2);
            let output = Command::new("systemd-analyze")
                .args([&option, "verify"])
                .args(&paths)
                // A user's systemd wants to know where it would put its sockets.
                .env("XDG_RUNTIME_DIR", home.path())
                .output()
                .unwrap();
            // It says what it ignores, and does not fail for that.
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                output.status.success() && said.is_empty(),
                "{said}\n{plan:#}"
            );
        }
    }
}

#[test]
fn units_are_written_and_removed() {
    let home = home_with("a b");
    let units = home.path().join(".config/systemd/user");
    let options = ["--user", "--daily", "03:00", "--daily", "15:00"];
    let written = schedule(home.path(), &options, "a b").ok();
    assert!(
        written
            .stderr
            .contains("systemctl --user enable --now 'bchan-a\\x20b.timer'"),
        "{written:#?}"
    );
    let service = units.join("bchan-a\\x20b.service");
    let timer = units.join("bchan-a\\x20b.timer");
    assert_eq!(
        fs::metadata(&service).unwrap().permissions().mode() & 0o777,
        0o644
    );
    let text = fs::read_to_string(&service).unwrap();
    let run = "--quiet preset upload --automatic \"a b\"\n";
    assert!(text.contains("ExecStart=/") && text.contains(run), "{text}");
    let text = fs::read_to_string(&timer).unwrap();
    assert_eq!(text.matches("OnCalendar=").count(), 2, "{text}");

    let quiet = ["--user", "--hourly", "--quiet"];
    let quiet = schedule(home.path(), &quiet, "a b").ok();
    assert_eq!(quiet.stdout + &quiet.stderr, "");
    let text = fs::read_to_string(&timer).unwrap();
    assert!(text.contains("OnCalendar=*-*-* *:00:00\n"), "{text}");

    // A scheduled preset keeps its name: its runs would fail.
    let preset = |words: &[&str]| Program::new(home.path()).arg("preset").args(words);
    let shown = preset(&["show", "a b"]).json();
    assert_eq!(shown["scheduled"], serde_json::json!(["user"]), "{shown}");
    for words in [&["delete", "a b"][..], &["rename", "a b", "c"], &["reset"]] {
        let refused = preset(words).run();
        assert_eq!(refused.code, Some(1), "{refused:#?}");
        let hint = "`bchan preset schedule 'a b' --remove --user`";
        assert!(refused.stderr.contains(hint), "{refused:#?}");
    }
    schedule(home.path(), &["--user", "--remove"], "a b").ok();
    assert!(!service.exists() && !timer.exists());
    preset(&["delete", "a b"]).ok();
    let gone = schedule(home.path(), &["--user", "--hourly"], "a b").run();
    assert_eq!(gone.code, Some(10), "{gone:#?}");
    let again = schedule(home.path(), &["--user", "--remove"], "a b").run();
    assert_eq!(again.code, Some(10), "{again:#?}");
}

#[test]
fn units_of_others_stay() {
    let home = home_with("docs");
    let units = home.path().join(".config/systemd/user");
    fs::create_dir_all(&units).unwrap();
    let theirs = units.join("bchan-docs.timer");
    fs::write(&theirs, "[Timer]\nOnCalendar=monthly\n").unwrap();
    for options in [&["--user", "--hourly"][..], &["--user", "--remove"]] {
        let output = schedule(home.path(), options, "docs").run();
        assert_eq!(output.code, Some(1), "{output:#?}");
        assert!(output.stderr.contains("bchan-docs.timer"), "{output:#?}");
    }
    assert_eq!(
        fs::read_to_string(&theirs).unwrap(),
        "[Timer]\nOnCalendar=monthly\n"
    );
    assert_eq!(fs::read_dir(&units).unwrap().count(), 1);
}

#[test]
fn a_run_elsewhere_is_as_one_from_here() {
    let home = home_with("docs");
    let key = home.path().join("key");
    write_key(&key);
    let config = home.path().join(".config/bchan/config.toml");
    let plan = schedule(home.path(), &["--user", "--hourly", "--dry-run"], "docs")
        .env("BCHAN_SERVER", "http://there:1")
        .env("BCHAN_API_KEY_FILE", &key)
        .env("BCHAN_CONFIG", &config)
        .env("XDG_STATE_HOME", "/var/lib/state")
        .ok()
        .stdout;
    let options = format!(
        "--config {} --server http://there:1 --api-key-file {}",
        config.display(),
        key.display()
    );
    for line in [&options, "Environment=XDG_STATE_HOME=/var/lib/state\n"] {
        assert!(plan.contains(line), "{line}\n{plan}");
    }
    let system = schedule(home.path(), &["--system", "--hourly", "--dry-run"], "docs");
    let system = system.env("BCHAN_API_KEY_FILE", &key).ok().stdout;
    let line = format!("LoadCredential=bchan-api-key:{}\n", key.display());
    assert!(
        system.contains(&line) && !system.contains("--api-key-file"),
        "{system}"
    );
    let system = schedule(home.path(), &["--system", "--hourly", "--dry-run"], "docs");
    let system = system.ok();
    let line = format!("Environment=HOME={}\n", home.path().display());
    assert!(system.stdout.contains(&line), "{system:#?}");
    assert!(system.stderr.contains("warning: no file"), "{system:#?}");
    // Its files are in a temporary folder, which must not be another one for the run.
    assert!(!system.stdout.contains("PrivateTmp"), "{system:#?}");

    let options = ["--user", "--hourly", "--api-key", "bakch-1"];
    let key = schedule(home.path(), &options, "docs").run();
    assert_eq!(key.code, Some(2), "{key:#?}");
    let missing = ["--user", "--hourly", "--api-key-file", "/nonexistent"];
    let missing = schedule(home.path(), &missing, "docs").run();
    assert_eq!(missing.code, Some(13), "{missing:#?}");
}

#[test]
fn wrong_times_and_names_write_nothing() {
    let home = home_with("docs");
    for options in [
        &["--user"][..],
        &["--user", "--daily", "24:00"],
        &["--user", "--weekly", "someday", "3:00"],
        &["--user", "--cron", "--hourly"],
        &["--user", "--hourly", "--daily", "3:00"],
        &["--cron", "--calendar", "daily"],
        &["--cron-expr", "0 3 * *"],
        &["--user", "--cron-expr", "0 3 * * *"],
        &["--user", "--hourly", "--spread", "soon"],
        &["--user", "--hourly", "--writable", "/x"],
        &["--cron", "--hourly", "--now"],
    ] {
        let output = schedule(home.path(), options, "docs").run();
        assert_eq!(output.code, Some(2), "{options:?} {output:#?}");
    }
    let other = schedule(home.path(), &["--user", "--hourly"], "dosc").run();
    assert_eq!(other.code, Some(10), "{other:#?}");
    assert!(other.stderr.contains("`docs`"), "{other:#?}");
    assert!(!home.path().join(".config/systemd").exists());
    if has("systemd-analyze") {
        let options = ["--user", "--calendar", "someday", "--dry-run"];
        let output = schedule(home.path(), &options, "docs").run();
        assert_eq!(output.code, Some(2), "{output:#?}");
        let options = ["--user", "--calendar", "Mon..Fri 22:00", "--dry-run"];
        let output = schedule(home.path(), &options, "docs").ok();
        assert!(
            output.stdout.contains("OnCalendar=Mon..Fri 22:00\n"),
            "{output:#?}"
        );
    } else {
        skipped("there is no systemd-analyze here");
    }
}

#[test]
fn the_crontab_keeps_what_is_not_ours() {
    let home = home_with("docs");
    let path = fake_crontab(home.path());
    let crontab = home.path().join("crontab");
    let cron = |options: &[&str]| {
        let mut all = vec!["--cron"];
        all.extend(options);
        schedule(home.path(), &all, "docs").env("PATH", &path)
    };
    cron(&["--hourly", "--dry-run"]).ok();
    assert!(!crontab.exists());
    cron(&["--daily", "03:00"]).ok();
    let text = fs::read_to_string(&crontab).unwrap();
    assert!(
        text.starts_with("0 3 * * * /") && text.lines().count() == 1,
        "{text}"
    );

    let others = b"# \xff of others\n0 4 * * * other".to_vec();
    fs::write(&crontab, &others).unwrap();
    cron(&["--daily", "03:00", "--daily", "12:00"]).ok();
    cron(&["--cron-expr", "*/20 * * * *"]).ok();
    let bytes = fs::read(&crontab).unwrap();
    assert!(bytes.starts_with(&others));
    let ours = String::from_utf8_lossy(&bytes[others.len()..]).into_owned();
    assert!(
        ours.starts_with("\n*/20 * * * * /") && ours.lines().count() == 2,
        "{ours}"
    );
    cron(&["--remove"]).ok();
    assert_eq!(
        fs::read(&crontab).unwrap(),
        [others.as_slice(), b"\n"].concat()
    );
    assert_eq!(cron(&["--remove"]).run().code, Some(10));

    // A crontab that cannot be read may be there all the same.
    fs::remove_file(&crontab).unwrap();
    fs::write(home.path().join("broken"), "").unwrap();
    let broken = cron(&["--hourly"]).run();
    assert_eq!(broken.code, Some(1), "{broken:#?}");
    assert!(
        broken.stderr.contains("cannot connect") && !crontab.exists(),
        "{broken:#?}"
    );
}

#[test]
fn the_line_of_a_crontab_backs_up() {
    let server = TestServer::start();
    server.target("docs", "multi");
    for (done, name) in NAMES.into_iter().enumerate() {
        let home = home_with(name);
        let options = ["--cron", "--hourly", "--dry-run", "--server", &server.url()];
        let line = schedule(home.path(), &options, name).ok().stdout;
        let command = line.strip_prefix("0 * * * * ").unwrap();
        // What cron does: an unescaped percent sign would end the command.
        assert!(!command.replace("\\%", "").contains('%'), "{command}");
        for command in [command.to_owned(), command.replace("\\%", "%")] {
            let output = Command::new("/bin/sh")
                .args(["-c", &command])
                .env_clear()
                .env("HOME", home.path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{command} {output:?}");
            assert!(
                output.stdout.is_empty() && output.stderr.is_empty(),
                "{output:?}"
            );
        }
        assert_eq!(server.files().len(), 2 * (done + 1), "{name}");
    }
}

/// Says that root may use the crontab of the user `nobody`, which is the machine's.
const REAL_CRONTAB: &str = "BCHAN_TEST_CRONTAB";

#[test]
fn a_real_crontab_takes_the_lines() {
    if std::env::var_os(REAL_CRONTAB).is_none() {
        return skipped(&format!(
            "{REAL_CRONTAB} does not let nobody's crontab be used"
        ));
    }
    let real = Command::new("crontab")
        .args(["-u", "nobody", "-l"])
        .output();
    let Ok(before) = real else {
        return skipped("there is no crontab here");
    };
    let none = String::from_utf8_lossy(&before.stderr).contains("no crontab for");
    if !none {
        return skipped("nobody's crontab cannot be used here");
    }
    let home = home_with("100% it's");
    let folder = home.path().join("bin");
    fs::create_dir(&folder).unwrap();
    let script = "#!/bin/sh\nPATH=${PATH#*:}\nexec crontab -u nobody \"$@\"\n";
    fs::write(folder.join("crontab"), script).unwrap();
    fs::set_permissions(folder.join("crontab"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", folder.display());
    let run = |options: &[&str]| schedule(home.path(), options, "100% it's").env("PATH", &path);
    let added = run(&["--cron", "--weekly", "sun", "3:00", "--spread", "2h"]).run();
    let shown = Command::new("crontab")
        .args(["-u", "nobody", "-l"])
        .output();
    let removed = run(&["--cron", "--remove"]).run();
    let after = Command::new("crontab")
        .args(["-u", "nobody", "-l"])
        .output();
    Command::new("crontab")
        .args(["-u", "nobody", "-r"])
        .output()
        .unwrap();
    assert_eq!(
        (added.code, removed.code),
        (Some(0), Some(0)),
        "{added:#?} {removed:#?}"
    );
    let shown = String::from_utf8_lossy(&shown.unwrap().stdout).into_owned();
    assert!(
        shown.contains("'100'\\%") && shown.contains("# bchan-preset:100"),
        "{shown}"
    );
    assert_eq!(String::from_utf8_lossy(&after.unwrap().stdout), "");
}

#[test]
fn a_run_that_is_shut_in_reaches_its_spool() {
    let home = home_with("docs");
    let spool = home.path().join("spool");
    let edit = ["preset", "edit", "docs", "--before", "true", "--spool"];
    Program::new(home.path()).args(edit).arg(&spool).ok();
    let options = ["--system", "--daily", "03:00", "--dry-run"];
    let shown = schedule(home.path(), &options, "docs").ok();
    let spool = format!("ReadWritePaths=-{}\n", spool.display());
    assert!(shown.stdout.contains(&spool), "{shown:#?}");
    assert!(shown.stderr.contains("--no-hardening"), "{shown:#?}");
}
