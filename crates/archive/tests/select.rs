//! Each rule of a selection against what git, GNU tar or Python say of the same tree.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use bchan_archive::{
    EntryKind, Observer, PackOptions, Reason, Selection, Size, Source, Survey, pack, survey,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tempfile::TempDir;

/// What a survey has found, by paths below the root.
#[derive(Default)]
struct Found {
    root: PathBuf,
    files: BTreeSet<String>,
    directories: BTreeSet<String>,
    excluded: Vec<(String, String)>,
    bytes: u64,
}

impl Found {
    fn below(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        String::from_utf8(path.as_os_str().as_bytes().to_vec()).unwrap()
    }
}

impl Observer for Found {
    fn found(&mut self, path: &Path, kind: EntryKind, size: u64) {
        let name = self.below(path);
        self.bytes += size;
        match kind {
            EntryKind::Directory => self.directories.insert(name),
            _ => self.files.insert(name),
        };
    }

    fn excluded(&mut self, path: &Path, reason: &Reason) {
        self.excluded.push((self.below(path), reason.to_string()));
    }
}

fn look(root: &Path, selection: &Selection) -> Found {
    let mut found = Found {
        root: root.to_owned(),
        ..Found::default()
    };
    let source = Source::Contents {
        path: root.to_owned(),
    };
    let options = Survey {
        rules: selection.rules().unwrap(),
        probe: true,
        special: false,
    };
    let summary = survey(&[source], &options, &mut found).unwrap();
    assert_eq!(
        summary.files + summary.links,
        found.files.len() as u64,
        "every file is found once"
    );
    found
}

/// The names in an archive of the same, which must be what the survey says.
fn packed(root: &Path, selection: &Selection) -> BTreeSet<String> {
    let source = Source::Contents {
        path: root.to_owned(),
    };
    let options = PackOptions {
        rules: selection.rules().unwrap(),
        ..PackOptions::default()
    };
    let (_, bytes) = pack(&[source], Vec::new(), &options, &mut ()).unwrap();
    listing(&bytes, &[])
}

/// The names in an archive, as tar shows them.
fn listing(archive: &[u8], options: &[&str]) -> BTreeSet<String> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a.tar");
    fs::write(&file, archive).unwrap();
    let output = Command::new("tar")
        .args(["--quoting-style=literal", "-tf"])
        .arg(&file)
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    lines(&output.stdout)
}

fn lines(text: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8(text.to_vec()).unwrap();
    let lines = text.split(['\n', '\0']).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            line.trim_start_matches("./")
                .trim_end_matches('/')
                .to_owned()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// What git finds in a folder that is not excluded by these lines.
fn git(root: &Path, options: &[&str], patterns: &Path) -> BTreeSet<String> {
    let output = Command::new("git")
        .args(["-c", "core.excludesFile=", "ls-files", "-o", "-z"])
        .args(options)
        .arg("--exclude-from")
        .arg(patterns)
        .current_dir(root)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GIT_DIR", root.join("../repository"))
        .env("GIT_WORK_TREE", root)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    lines(&output.stdout)
}

fn tree(root: &Path) {
    let names = [
        "a", "b", "ab", "a b", "x.tmp", "[a]", "#c", "!d", "é", "e ", "{a,b}",
    ];
    fs::create_dir(root).unwrap();
    for one in names {
        for two in ["a", "b", "a-b", "x.tmp", "*"] {
            let folder = root.join(format!("{one}.d")).join(two);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("b"), "1").unwrap();
            fs::write(folder.join("a.tmp"), "12").unwrap();
            fs::write(root.join(format!("{one}.d")).join(format!("{two}.f")), "").unwrap();
        }
        fs::write(root.join(one), one).unwrap();
    }
    fs::create_dir_all(root.join("deep/a/b/a/b")).unwrap();
    fs::write(root.join("deep/a/b/a/b/ab"), "deep").unwrap();
    fs::write(root.join("deep/a/b/b"), "deep").unwrap();
    symlink("nowhere", root.join("deep/link")).unwrap();
    symlink("a", root.join("a.d/link")).unwrap();
}

fn repository(folder: &Path) {
    let made = Command::new("git")
        .args(["init", "-q", "--bare"])
        .arg(folder.join("repository"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .status()
        .unwrap();
    assert!(made.success());
}

/// Random lines of gitignore, about names that the tree has. Stars in pairs stand alone between
/// slashes: elsewhere git does not follow its own manual.
fn random_patterns(count: usize) -> Vec<Vec<String>> {
    let part = prop_oneof![
        4 => prop::sample::select(vec![
            "a", "b", "ab", "*", "**", "a*", "*.tmp", "*.d", "*.f", "?", "a.d", "b.d", "[ab]",
            "[!a]", "[^a]*", "x.*", "deep", "a?b", "a\\ b", "\\[a\\]", "\\#c", "\\!d", "é", "a*b",
            "[a-b]*", "\\*", "*\\*", "e\\ ", "[[:alpha:]]", "[[:alpha:]]*.d", "a\\b",
            "[]a]", "[a-]", "[!b-z]", "{a,b}", "{a,b}*",
        ]),
    ];
    let line = (
        prop::sample::select(vec!["", "", "", "!"]),
        prop::sample::select(vec!["", "", "/"]),
        prop::collection::vec(part, 1..4),
        prop::sample::select(vec!["", "", "", "/", " "]),
    )
        .prop_map(|(not, start, parts, end)| format!("{not}{start}{}{end}", parts.join("/")));
    let set = prop::collection::vec(line, 1..5);
    let mut runner = TestRunner::deterministic();
    let mut next = || set.new_tree(&mut runner).unwrap().current();
    (0..count).map(|_| next()).collect()
}

#[test]
fn patterns_mean_what_they_mean_to_git() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    tree(&root);
    repository(folder.path());
    let file = folder.path().join("patterns");
    let mut different = 0;
    let mut wrong = Vec::new();
    for patterns in random_patterns(400) {
        fs::write(&file, patterns.join("\n") + "\n# a comment\n\n").unwrap();
        let selection = Selection {
            exclude_from: vec![file.clone()],
            ..Selection::default()
        };
        let ours = look(&root, &selection);
        let expected = git(&root, &[], &file);
        if ours.files != expected {
            let difference: Vec<_> = ours.files.symmetric_difference(&expected).collect();
            wrong.push((patterns, difference[0].clone()));
        }
        different += usize::from(!ours.excluded.is_empty());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        different > 150,
        "{different} sets of patterns exclude something"
    );
}

#[test]
fn patterns_that_stand_alone_mean_what_they_mean_to_git() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    tree(&root);
    repository(folder.path());
    let empty = folder.path().join("empty");
    fs::write(&empty, "").unwrap();
    for pattern in ["#c", "\\#c", "e ", "e\\ ", "!a", "*.d/", "/a", "b"] {
        let selection = Selection {
            exclude: vec!["a".into(), pattern.into()],
            ..Selection::default()
        };
        let ours = look(&root, &selection);
        let expected = git(
            &root,
            &["--exclude=a", &format!("--exclude={pattern}")],
            &empty,
        );
        assert_eq!(ours.files, expected, "{pattern:?}");
    }
    for pattern in ["", "  ", "[z-a]"] {
        let selection = Selection {
            exclude: vec![pattern.into()],
            ..Selection::default()
        };
        assert!(selection.rules().is_err(), "{pattern:?}");
    }
}

#[test]
fn what_is_included_is_what_git_would_ignore() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    tree(&root);
    repository(folder.path());
    let file = folder.path().join("patterns");
    for patterns in random_patterns(150) {
        let patterns: Vec<_> = patterns
            .into_iter()
            .filter(|line| !line.starts_with('!') && !line.ends_with(' '))
            .collect();
        if patterns.is_empty() {
            continue;
        }
        fs::write(&file, patterns.join("\n") + "\n").unwrap();
        let selection = Selection {
            include: patterns.clone(),
            ..Selection::default()
        };
        let ours = look(&root, &selection);
        assert_eq!(ours.files, git(&root, &["-i"], &file), "{patterns:?}");
        // No directory is there without a reason: it leads to something, or is itself included.
        let listed = packed(&root, &selection);
        assert!(ours.files.is_subset(&listed), "{patterns:?}");
        assert_eq!(listed.len(), ours.files.len() + ours.directories.len());
    }
}

#[test]
fn directories_lead_to_what_is_included() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    for name in ["a/b/c/x.jpg", "a/b/y.txt", "d/z.txt", "e/f/g/h.jpg"] {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    fs::create_dir(root.join("empty.jpg")).unwrap();
    let selection = Selection {
        include: vec!["*.jpg".into()],
        exclude: vec!["/e/f".into()],
        ..Selection::default()
    };
    let expected = ["a", "a/b", "a/b/c", "a/b/c/x.jpg", "empty.jpg"];
    let expected: BTreeSet<_> = expected.map(str::to_owned).into();
    assert_eq!(packed(&root, &selection), expected);
    let found = look(&root, &selection);
    let reason = |path: &str| {
        found
            .excluded
            .iter()
            .find(|(name, _)| name == path)
            .cloned()
    };
    assert_eq!(reason("e/f").unwrap().1, "matches `/e/f`");
    assert!(reason("d/z.txt").unwrap().1.contains("no pattern"));
}

/// What tar puts into an archive of a folder with these options.
fn tar(root: &Path, options: &[&str]) -> BTreeSet<String> {
    let output = Command::new("tar")
        .args(["-cf", "-"])
        .args(options)
        .arg("-C")
        .arg(root)
        .arg(".")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    listing(&output.stdout, &[])
}

#[test]
fn marked_directories_are_left_out_as_by_tar() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    tree(&root);
    let signature = "Signature: 8a477f597d28d172789f06886806bc55";
    for (dir, content) in [
        ("a.d/a", format!("{signature}\n# by a test\n")),
        ("b.d", signature.to_owned()),
        ("ab.d", signature[..20].to_owned()),
        ("deep/a/b", format!(" {signature}")),
    ] {
        fs::write(root.join(dir).join("CACHEDIR.TAG"), content).unwrap();
    }
    symlink("../a/CACHEDIR.TAG", root.join("a.d/b/CACHEDIR.TAG")).unwrap();
    let caches = Selection {
        exclude_caches: true,
        ..Selection::default()
    };
    let mut expected = tar(&root, &["--exclude-caches-all"]);
    // A link is no tag here: the specification wants a file.
    expected.extend(["", "/CACHEDIR.TAG", "/a.tmp", "/b"].map(|end| format!("a.d/b{end}")));
    assert_eq!(packed(&root, &caches), expected);
    assert!(!expected.contains("b.d") && expected.contains("ab.d"));

    fs::write(root.join("deep/a/.nobackup"), "").unwrap();
    symlink("nowhere", root.join("e .d/.no")).unwrap();
    let marked = Selection {
        exclude_if_present: vec![".nobackup".into(), ".no".into()],
        ..Selection::default()
    };
    let mut expected = tar(&root, &["--exclude-tag-all=.nobackup"]);
    expected.retain(|name| !name.starts_with("e .d"));
    assert_eq!(packed(&root, &marked), expected);
    assert!(!expected.contains("deep/a") && expected.contains("deep"));

    // The path that was named stays, but nothing below it.
    fs::write(root.join(".no"), "").unwrap();
    let source = Source::from_path(&root).unwrap();
    let options = PackOptions {
        rules: marked.rules().unwrap(),
        ..PackOptions::default()
    };
    let (summary, bytes) = pack(&[source], Vec::new(), &options, &mut ()).unwrap();
    assert_eq!(listing(&bytes, &[]), BTreeSet::from(["tree".to_owned()]));
    assert!(summary.is_empty() && summary.excluded == 1);
    for name in ["", "a/b", "..", "."] {
        let selection = Selection {
            exclude_if_present: vec![name.into()],
            ..Selection::default()
        };
        assert!(selection.rules().is_err(), "{name:?}");
    }
}

#[test]
fn other_file_systems_are_left_out_as_by_tar() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    tree(&root);
    let mount = root.join("deep/a");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "none"])
        .arg(&mount)
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        return;
    }
    fs::write(mount.join("on another disk"), "").unwrap();
    let selection = Selection {
        one_file_system: true,
        ..Selection::default()
    };
    let (ours, everything) = (
        packed(&root, &selection),
        packed(&root, &Selection::default()),
    );
    let expected = tar(&root, &["--one-file-system"]);
    let found = look(&root, &selection);
    let unmounted = Command::new("umount").arg(&mount).status().unwrap();
    assert!(unmounted.success());
    assert_eq!(ours, expected);
    assert!(ours.contains("deep/a") && everything.contains("deep/a/on another disk"));
    let reason = ("deep/a".to_owned(), "is on another file system".to_owned());
    assert_eq!(found.excluded, [reason]);
}

#[test]
fn larger_files_are_left_out() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    fs::create_dir(&root).unwrap();
    for size in [0, 1023, 1024, 1025] {
        let file = fs::File::create(root.join(format!("{size}"))).unwrap();
        file.set_len(size).unwrap();
    }
    let selection = Selection {
        exclude_larger_than: Some(Size(1024)),
        ..Selection::default()
    };
    let found = look(&root, &selection);
    assert_eq!(found.files, ["0", "1023", "1024"].map(str::to_owned).into());
    assert_eq!(found.bytes, 2047);
    assert_eq!(found.excluded[0].1, "is larger than 1KiB");
}

#[test]
fn python_globs_select_what_the_python_client_selects() {
    const SCRIPT: &str = "\
import fnmatch, os, sys
root, mode, patterns = sys.argv[1], sys.argv[2], sys.argv[3:]
for folder, folders, names in os.walk(root):
    # An archive holds links that lead to folders, too.
    names += [name for name in folders if os.path.islink(os.path.join(folder, name))]
    relative = os.path.relpath(folder, root)
    relative = '/' if relative == '.' else '/' + relative
    for name in names:
        path = os.path.join(relative, name)
        hit = any(fnmatch.fnmatch(path, pattern) for pattern in patterns)
        if hit == (mode == 'include'):
            sys.stdout.buffer.write(os.fsencode(path[1:]) + b'\\0')
";
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    tree(&root);
    for patterns in [
        vec!["*.tmp"],
        vec!["/a.d/*"],
        vec!["/a.d"],
        vec!["*/b"],
        vec!["/?.d/*/b", "*[#!]*"],
        vec!["*[[]a]*", "/[!a-d]*"],
        vec!["*"],
        vec!["a"],
    ] {
        for mode in ["exclude", "include"] {
            let output = Command::new("python3")
                .args(["-c", SCRIPT])
                .arg(&root)
                .arg(mode)
                .args(&patterns)
                .output();
            let Ok(output) = output else { return };
            assert!(output.status.success(), "{output:?}");
            let globs = patterns.iter().map(|&glob| glob.to_owned()).collect();
            let selection = match mode {
                "exclude" => Selection {
                    exclude_fnmatch: globs,
                    ..Selection::default()
                },
                _ => Selection {
                    include_fnmatch: globs,
                    ..Selection::default()
                },
            };
            let found = look(&root, &selection);
            assert_eq!(found.files, lines(&output.stdout), "{mode} {patterns:?}");
        }
    }
}

#[test]
fn lists_of_paths_are_stored_as_tar_stores_them() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    tree(&root);
    let mut names = Vec::new();
    for name in [
        "deep/a/b",
        "deep/a/b/b",
        "a.d/b/a.tmp",
        "deep/link",
        "a.d/b/../link",
        "#c",
    ] {
        names.push(root.join(name));
    }
    let paths: Vec<_> = names
        .iter()
        .map(|name| name.as_os_str().as_bytes())
        .collect();
    let (by_line, by_nul) = (folder.path().join("lines"), folder.path().join("nuls"));
    fs::write(&by_line, paths.join(&b"\n"[..])).unwrap();
    fs::write(&by_nul, [paths.join(&b"\0"[..]), b"\0".to_vec()].concat()).unwrap();
    let output = Command::new("tar")
        .args(["-cf", "-", "-T"])
        .arg(&by_line)
        .output()
        .unwrap();
    let mut expected = listing(&output.stdout, &[]);
    // tar leaves the directories above them out.
    for name in listing(&output.stdout, &[]) {
        let above = Path::new(&name).ancestors().skip(1);
        expected.extend(above.map(|path| path.to_str().unwrap().to_owned()));
    }
    expected.remove("");
    for selection in [
        Selection {
            files_from: vec![by_line.clone()],
            ..Selection::default()
        },
        Selection {
            files_from0: vec![by_nul.clone()],
            ..Selection::default()
        },
    ] {
        let sources = selection.listed().unwrap();
        let (summary, bytes) =
            pack(&sources, Vec::new(), &PackOptions::default(), &mut ()).unwrap();
        assert_eq!(listing(&bytes, &[]), expected);
        assert!(summary.is_complete() && summary.links == 2);
    }
    // What is not there is missed, and everything else is there.
    fs::write(&by_line, [paths[0], b"/no/such/thing"].join(&b"\n"[..])).unwrap();
    let missing = Selection {
        files_from: vec![by_line.clone()],
        ..Selection::default()
    };
    let sources = missing.listed().unwrap();
    let (summary, _) = pack(&sources, Vec::new(), &PackOptions::default(), &mut ()).unwrap();
    assert_eq!((summary.files, summary.unreadable), (2, 1));
    // The other kind of list, by mistake.
    let mistaken = Selection {
        files_from: vec![by_nul],
        ..Selection::default()
    };
    assert!(
        mistaken
            .listed()
            .unwrap_err()
            .to_string()
            .contains("--null")
    );
}
