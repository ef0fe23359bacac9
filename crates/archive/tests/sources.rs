//! Several sources in one archive, and what of them is left out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bchan_archive::{
    Observer, PackOptions, PackSummary, Problem, Selection, Source, combine, own_data_above, pack,
};
use tempfile::TempDir;

/// The problems of a run.
#[derive(Default)]
struct Problems(Vec<(PathBuf, String)>);

impl Observer for Problems {
    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.0.push((path.to_owned(), problem.to_string()));
    }
}

struct Packed {
    /// Paths in the archive, in its order.
    names: Vec<String>,
    archive: Vec<u8>,
    summary: PackSummary,
    problems: Vec<(PathBuf, String)>,
}

fn packed(sources: &[Source], selection: &Selection) -> Packed {
    let options = PackOptions {
        rules: selection.rules().unwrap(),
        ..PackOptions::default()
    };
    let mut problems = Problems::default();
    let (summary, archive) = pack(sources, Vec::new(), &options, &mut problems).unwrap();
    let mut names = Vec::new();
    for entry in tar::Archive::new(&archive[..]).entries().unwrap() {
        let path = entry.unwrap().path().unwrap().into_owned();
        names.push(path.to_str().unwrap().trim_end_matches('/').to_owned());
    }
    Packed {
        names,
        archive,
        summary,
        problems: problems.0,
    }
}

fn content(archive: &[u8], name: &str) -> Vec<u8> {
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap() == Path::new(name) {
            let mut content = Vec::new();
            std::io::copy(&mut entry, &mut content).unwrap();
            return content;
        }
    }
    panic!("{name} is missing")
}

/// A listed path, stored under its path below `root`.
fn listed(root: &Path, name: &str) -> Source {
    Source::Listed {
        path: root.join(name),
        name: name.into(),
    }
}

fn write(root: &Path, name: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, name).unwrap();
}

fn mount_tmpfs(at: &Path) -> bool {
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "none"])
        .arg(at)
        .status();
    mount.is_ok_and(|status| status.success())
}

fn unmount(at: &Path) {
    assert!(Command::new("umount").arg(at).status().unwrap().success());
}

#[test]
fn a_listed_path_below_another_one_is_stored_whatever_the_rules_leave_out() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    for name in [
        "s/data/db",
        "s/data/tmp/x",
        "s/a",
        "s/marked/.nobackup",
        "s/marked/in/f",
        "s/x.tmp",
    ] {
        write(root, name);
    }
    let list = |names: &[&str]| {
        combine(
            Vec::new(),
            names.iter().map(|name| listed(root, name)).collect(),
        )
        .unwrap()
    };
    let exclude = |patterns: &[&str]| Selection {
        exclude: patterns
            .iter()
            .map(|pattern| (*pattern).to_owned())
            .collect(),
        ..Selection::default()
    };
    let marked = Selection {
        exclude_if_present: vec![".nobackup".into()],
        ..Selection::default()
    };
    for (names, selection, stored, left_out) in [
        // In a folder that is excluded, and the folder itself.
        (
            &["s", "s/data/db"][..],
            exclude(&["data"]),
            &["s/data", "s/data/db"][..],
            "s/data/tmp",
        ),
        (
            &["s", "s/data"],
            exclude(&["data"]),
            &["s/data/db", "s/data/tmp/x"],
            "",
        ),
        (
            &["s", "s/data"],
            exclude(&["tmp"]),
            &["s/data/db"],
            "s/data/tmp",
        ),
        (&["s", "s/x.tmp"], exclude(&["*.tmp"]), &["s/x.tmp"], ""),
        (
            &["s", "s/marked/in"],
            marked,
            &["s/marked/in/f"],
            "s/marked/.nobackup",
        ),
        // Several levels, and in an order of the list's own.
        (
            &["s/data/tmp", "s", "s/data"],
            exclude(&["data", "tmp"]),
            &["s/data/db", "s/data/tmp/x"],
            "s/x.nothing",
        ),
    ] {
        let packed = packed(&list(names), &selection);
        for name in stored {
            assert!(
                packed.names.iter().any(|found| found == name),
                "{names:?}: {name}"
            );
        }
        assert!(packed.names.iter().any(|name| name == "s/a"));
        assert!(
            !packed.names.iter().any(|name| name == left_out),
            "{names:?}: {left_out}"
        );
        let once: HashSet<_> = packed.names.iter().collect();
        assert_eq!(once.len(), packed.names.len(), "{:?}", packed.names);
        assert!(packed.summary.is_complete() && packed.problems.is_empty());
    }
}

#[test]
fn a_listed_mount_point_below_another_path_is_stored_with_its_content() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    write(root, "s/a");
    let (data, other) = (root.join("s/data"), root.join("s/other"));
    fs::create_dir(&data).unwrap();
    fs::create_dir(&other).unwrap();
    if !mount_tmpfs(&data) {
        return;
    }
    // A bind mount is of the same device.
    let bind = Command::new("mount")
        .arg("--bind")
        .arg(root.join("s"))
        .arg(&other)
        .status();
    assert!(bind.unwrap().success());
    fs::write(data.join("db"), "").unwrap();
    let selection = Selection {
        one_file_system: true,
        ..Selection::default()
    };
    let sources = combine(Vec::new(), vec![listed(root, "s"), listed(root, "s/data")]).unwrap();
    let with_list = packed(&sources, &selection);
    let alone = packed(&[listed(root, "s")], &selection);
    unmount(&other);
    unmount(&data);
    assert_eq!(
        with_list.names,
        ["s", "s/a", "s/other", "s/data", "s/data/db"]
    );
    assert_eq!(alone.names, ["s", "s/a", "s/data", "s/other"]);
}

#[test]
fn named_paths_of_one_name_are_stored_with_the_folders_above_them() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for name in ["one/etc/f", "two/etc/f", "other/g"] {
        write(&root, name);
    }
    let named = |name: &str| Source::from_path(&root.join(name)).unwrap();
    let sources = vec![named("one/etc"), named("two/etc"), named("other")];
    let packed = packed(
        &combine(sources, Vec::new()).unwrap(),
        &Selection::default(),
    );
    let prefix = root.strip_prefix("/").unwrap();
    for name in ["one", "one/etc", "one/etc/f", "two/etc/f"] {
        let whole = prefix.join(name);
        let whole = whole.to_str().unwrap();
        let count = packed.names.iter().filter(|found| *found == whole).count();
        assert_eq!(count, 1, "{whole}: {:?}", packed.names);
    }
    assert!(packed.names.iter().any(|name| name == "other/g"));
    let two = prefix.join("two/etc/f");
    assert_eq!(
        content(&packed.archive, two.to_str().unwrap()),
        b"two/etc/f"
    );
}

#[test]
fn data_folders_storage_and_spools_are_left_out_and_named() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("home");
    for name in [
        "file",
        "share/bchan/instance",
        "share/bchan/bchan.db",
        "share/bchan/api-key",
        "disk/.bchan/0123456789abcdef/marker",
        "disk/docs/backup/file",
        "spool/.bchan/spool",
        "spool/entry/archive",
        // None of ours.
        "project/.bchan/notes",
        "other/instance",
    ] {
        write(&root, name);
    }
    let source = || vec![Source::from_path(&root).unwrap()];
    let found = packed(&source(), &Selection::default());
    assert_eq!(
        found.names,
        [
            "home",
            "home/file",
            "home/other",
            "home/other/instance",
            "home/project",
            "home/project/.bchan",
            "home/project/.bchan/notes",
            "home/share",
        ]
    );
    let mut named: Vec<_> = found
        .problems
        .iter()
        .map(|(path, _)| path.clone())
        .collect();
    named.sort();
    assert_eq!(
        named,
        ["disk", "share/bchan", "spool"].map(|name| root.join(name))
    );
    assert!(found.summary.is_complete());
    // What a server packs for a download is its own data.
    let (_, all) = pack(&source(), Vec::new(), &PackOptions::default(), &mut ()).unwrap();
    assert_eq!(
        content(&all, "home/disk/docs/backup/file"),
        b"disk/docs/backup/file"
    );

    let above = |name: &str| own_data_above(&root.join(name), &mut HashSet::new()).unwrap();
    let root = root.canonicalize().unwrap();
    assert_eq!(above("disk/docs/backup"), Some(root.join("disk")));
    assert_eq!(above("disk/docs/backup/file"), Some(root.join("disk")));
    assert_eq!(above("share/bchan"), Some(root.join("share/bchan")));
    assert_eq!(above("share"), None);
    assert_eq!(above("project"), None);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_says_it_is_empty_is_stored_with_its_content() {
    let expected = fs::read("/proc/version").unwrap();
    assert_eq!(fs::metadata("/proc/version").unwrap().len(), 0);
    let source = Source::from_path(Path::new("/proc/version")).unwrap();
    let packed = packed(&[source], &Selection::default());
    assert_eq!(content(&packed.archive, "version"), expected);
    assert!(packed.summary.is_complete() && packed.problems.is_empty());
    assert_eq!(packed.summary.bytes, expected.len() as u64);
}
