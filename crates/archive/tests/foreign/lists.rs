//! Access control lists and other attributes as other programs write them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use bchan_testkit::hostile::tar::{Tar, kind, octal};
use rustix::fs::{XattrFlags, lgetxattr, llistxattr, lsetxattr};

use super::{EXACTLY, KEEP, NONE, unpack_with};

/// A list with the user 1234, who may write, where the group may do nothing.
const LIST: &[u8] = b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x06\0\xd2\x04\0\0\
    \x04\0\x00\0\xff\xff\xff\xff\x10\0\x06\0\xff\xff\xff\xff\x20\0\x04\0\xff\xff\xff\xff";

fn attributes(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut names = vec![0; 65536];
    let count = llistxattr(path, &mut names[..]).unwrap();
    let names = names[..count].split(|byte| *byte == 0);
    let names = names.filter(|name| !name.is_empty() && *name != b"security.selinux");
    let value = |name: &[u8]| {
        let mut value = vec![0; 65536];
        let count = lgetxattr(path, name, &mut value[..]).unwrap();
        value.truncate(count);
        (String::from_utf8(name.to_vec()).unwrap(), value)
    };
    names.map(value).collect()
}

/// The mode and the attributes.
fn rights(path: &Path) -> (u32, BTreeMap<String, Vec<u8>>) {
    (
        fs::metadata(path).unwrap().mode() & 0o7777,
        attributes(path),
    )
}

#[test]
fn lists_that_are_text_become_attributes() {
    let text = "user::rw-\nuser:1234:rw-\ngroup::---\nmask::rw-\nother::r--\n";
    let comma = "user::rw-,group::---,other::r--,user:nobody-here:rw-:1234,mask::rw-";
    for text in [text.replace('\n', ","), comma.into()] {
        let archive = Tar::default()
            .pax(kind::PAX, &format!("SCHILY.acl.access={text}"))
            .raw(kind::FILE, "f", "", &octal(0), b"", |header| {
                header[100..108].copy_from_slice(b"0000664\0");
            })
            .finish();
        let (temp, problems) = unpack_with(&archive, KEEP).unwrap();
        assert_eq!(problems, NONE);
        let (mode, kept) = rights(&temp.path().join("f"));
        assert_eq!(mode, 0o664);
        assert_eq!(kept["user.bchan.xattr.system.posix_acl_access"], LIST);
        let (temp, problems) = unpack_with(&archive, EXACTLY).unwrap();
        assert_eq!(problems, NONE);
        let (mode, found) = rights(&temp.path().join("f"));
        assert_eq!(mode, 0o664);
        assert_eq!(found["system.posix_acl_access"], LIST);
    }
}

#[test]
fn lists_that_cannot_be_stored_are_named_and_widen_nothing() {
    let with = |record: &str| {
        let archive = Tar::default().pax(kind::PAX, record);
        let archive = archive.raw(kind::FILE, "f", "", &octal(0), b"", |header| {
            header[100..108].copy_from_slice(b"0000664\0");
        });
        let (temp, problems) = unpack_with(&archive.finish(), KEEP).unwrap();
        assert_eq!(problems.len(), 1, "{problems:?}");
        let kept = rights(&temp.path().join("f"));
        assert!(
            !kept
                .1
                .contains_key("user.bchan.xattr.system.posix_acl_access")
        );
        (kept.0, problems[0].clone())
    };
    let unknown = "user::rw-,user:nobody-here:rw-,group::---,mask::rw-,other::r--";
    let (mode, problem) = with(&format!("SCHILY.acl.access={unknown}"));
    assert!(problem.contains("access control list") && problem.contains("`nobody-here`"));
    assert_eq!(mode, 0o604);
    let (_, problem) = with("SCHILY.acl.access=user:rw-");
    assert!(problem.contains("malformed"), "{problem}");
    let (_, problem) = with("SCHILY.acl.ace=owner@:rwxp----------:-------:allow");
    assert!(problem.contains("NFSv4"), "{problem}");
}

#[test]
fn names_without_numbers_are_those_of_this_machine_and_that_is_said() {
    let text = "user::rw-,user:root:rw-,group::---,mask::rw-,other::r--";
    let records = format!("SCHILY.acl.access={text}");
    let archive = Tar::default().pax(kind::PAX, &records).file("a");
    let archive = archive.pax(kind::PAX, &records).file("b").finish();
    let (temp, problems) = unpack_with(&archive, KEEP).unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("names only"), "{problems:?}");
    let mut list = LIST.to_vec();
    list[16..20].fill(0);
    for name in ["a", "b"] {
        let (_, kept) = rights(&temp.path().join(name));
        assert_eq!(kept["user.bchan.xattr.system.posix_acl_access"], list);
    }
}

#[test]
fn a_list_that_says_no_more_than_a_mode_is_that_mode() {
    let text = "user::rw-,group::r--,other::---";
    let records = format!("SCHILY.acl.access={text}\nSCHILY.acl.default={text}");
    let archive = Tar::default().pax(kind::PAX, &records).directory("d");
    let (temp, problems) = unpack_with(&archive.finish(), EXACTLY).unwrap();
    assert_eq!(problems, NONE);
    let (mode, found) = rights(&temp.path().join("d"));
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        ["system.posix_acl_default"]
    );
}

#[test]
fn attributes_of_libarchive_and_labels_are_stored() {
    let records = "LIBARCHIVE.xattr.user.a%3Db%25=AAH/\nLIBARCHIVE.xattr.user.pad=eA==\n\
        LIBARCHIVE.xattr.user.twice=eA\nSCHILY.xattr.user.twice=y\n\
        LIBARCHIVE.xattr.user.bad=*\nRHT.security.selinux=system_u:object_r:etc_t:s0";
    let archive = Tar::default().pax(kind::PAX, records).file("f");
    let (temp, problems) = unpack_with(&archive.finish(), KEEP).unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("`LIBARCHIVE.xattr`"), "{problems:?}");
    let mut kept = attributes(&temp.path().join("f"));
    kept.remove("user.bchan.stat").unwrap();
    let expected = [
        ("user.a=b%", &b"\0\x01\xff"[..]),
        (
            "user.bchan.xattr.security.selinux",
            b"system_u:object_r:etc_t:s0\0",
        ),
        ("user.pad", b"x"),
        ("user.twice", b"y"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_vec()));
    assert_eq!(kept, BTreeMap::from(expected));
}

/// Runs a program; `None` if it is not there.
fn run(program: &str, arguments: &[&str], folder: &Path) -> Option<()> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .ok()?;
    assert!(output.status.success(), "{program}: {output:?}");
    Some(())
}

#[test]
fn lists_are_those_that_other_programs_restore() {
    let temp = tempfile::tempdir().unwrap();
    let (tree, theirs) = (temp.path().join("tree"), temp.path().join("theirs"));
    fs::create_dir_all(tree.join("dir")).unwrap();
    fs::create_dir(&theirs).unwrap();
    fs::write(tree.join("plain"), "x").unwrap();
    fs::write(tree.join("dir/file"), "x").unwrap();
    fs::set_permissions(tree.join("plain"), fs::Permissions::from_mode(0o604)).unwrap();
    for (name, which) in [
        ("dir/file", "access"),
        ("dir", "access"),
        ("dir", "default"),
    ] {
        let which = format!("system.posix_acl_{which}");
        lsetxattr(tree.join(name), &*which, LIST, XattrFlags::empty()).unwrap();
    }
    let makers: [(&str, &[&str]); 2] = [
        ("tar", &["--acls", "--format=posix", "-cf", "../a.tar", "."]),
        (
            "bsdtar",
            &["--acls", "--format=pax", "-cf", "../a.tar", "."],
        ),
    ];
    for (program, arguments) in makers {
        if run(program, arguments, &tree).is_none() {
            continue;
        }
        run("tar", &["--acls", "-xpf", "../a.tar"], &theirs).unwrap();
        let bytes = fs::read(temp.path().join("a.tar")).unwrap();
        let (ours, problems) = unpack_with(&bytes, EXACTLY).unwrap();
        assert_eq!(problems, NONE, "{program}");
        let (kept, problems) = unpack_with(&bytes, KEEP).unwrap();
        assert_eq!(problems, NONE, "{program}");
        for name in ["plain", "dir", "dir/file"] {
            let (ours, theirs) = (rights(&ours.path().join(name)), rights(&theirs.join(name)));
            assert_eq!(ours, theirs, "{program}: {name}");
            for (attribute, value) in ours.1 {
                let kept = attributes(&kept.path().join(name));
                let attribute = format!("user.bchan.xattr.{attribute}");
                assert_eq!(kept[&attribute], value, "{program}: {name}");
            }
        }
    }
}
