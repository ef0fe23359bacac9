//! What belongs to entries beside their content: attributes, lists, owners, pipes and devices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use bchan_archive::{
    Codec, KeepAttributes, Manifest, Observer, PackOptions, PackSummary, Problem, Source,
    StoreAttributes, UnpackError, UnpackOptions, Unpacked, hash_tree, open_dir, pack, unpack_tar,
};
use rustix::fs::{
    CWD, FileType, Mode, XattrFlags, lgetxattr, llistxattr, lsetxattr, makedev, mknodat,
};
use tempfile::TempDir;

/// A list with one further user, as the kernel has it.
const LIST: &[u8] = b"\x02\0\0\0\x01\0\x06\0\xff\xff\xff\xff\x02\0\x04\0\xd2\x04\0\0\
    \x04\0\x04\0\xff\xff\xff\xff\x10\0\x06\0\xff\xff\xff\xff\x20\0\0\0\xff\xff\xff\xff";
/// The right to open raw sockets.
const CAPABILITY: &[u8] = b"\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn set(path: &Path, name: &str, value: &[u8]) {
    lsetxattr(path, name, value, XattrFlags::empty()).unwrap_or_else(|e| panic!("{name}: {e}"));
}

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

/// Everything that is to come back, by path.
fn picture(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let device = if meta.file_type().is_block_device() || meta.file_type().is_char_device()
            {
                meta.rdev()
            } else {
                0
            };
            let text = format!(
                "{:o} {}:{} {device} {} {:?}",
                meta.mode(),
                meta.uid(),
                meta.gid(),
                meta.mtime_nsec(),
                attributes(&path)
            );
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            found.insert(name, text);
            if meta.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// A tree with everything that the user who runs the test may make.
fn tree(root: &Path) {
    fs::create_dir_all(root.join("dir/sub")).unwrap();
    fs::write(root.join("plain"), "plain").unwrap();
    fs::write(root.join("file"), "content").unwrap();
    set(&root.join("file"), "user.a", b"\0\n binary \xff=");
    set(&root.join("file"), "user.with=sign%3D", b"x");
    set(&root.join("file"), "user.empty", b"");
    set(&root.join("file"), "user.bchan.stat", b"somebody's own");
    set(&root.join("dir"), "user.dir", &[7; 2000]);
    set(&root.join("file"), "system.posix_acl_access", LIST);
    set(&root.join("dir"), "system.posix_acl_default", LIST);
    // Lists of the folder above do not come to these.
    fs::write(root.join("dir/closed"), "closed").unwrap();
    set(&root.join("dir/closed"), "user.closed", b"1");
    fs::set_permissions(root.join("dir/closed"), fs::Permissions::from_mode(0o400)).unwrap();
    fs::hard_link(root.join("file"), root.join("second name")).unwrap();
    symlink("file", root.join("link")).unwrap();
    mknodat(
        CWD,
        root.join("pipe"),
        FileType::Fifo,
        Mode::from_raw_mode(0o640),
        0,
    )
    .unwrap();
    if is_root() {
        set(&root.join("pipe"), "trusted.pipe", b"p");
        set(&root.join("link"), "trusted.link", b"l");
        set(&root.join("plain"), "security.capability", CAPABILITY);
        std::os::unix::fs::chown(root.join("dir/sub"), Some(1234), Some(4321)).unwrap();
        fs::set_permissions(root.join("dir/sub"), fs::Permissions::from_mode(0o2775)).unwrap();
        std::os::unix::fs::lchown(root.join("link"), Some(65534), None).unwrap();
        fs::write(root.join("setuid"), "x").unwrap();
        fs::set_permissions(root.join("setuid"), fs::Permissions::from_mode(0o4711)).unwrap();
        let (kind, mode) = (FileType::CharacterDevice, Mode::from_raw_mode(0o600));
        mknodat(CWD, root.join("null"), kind, mode, makedev(1, 3)).unwrap();
        let kind = FileType::BlockDevice;
        mknodat(CWD, root.join("disk"), kind, mode, makedev(7, 300)).unwrap();
    }
}

fn packed(root: &Path, attributes: KeepAttributes) -> (Vec<u8>, PackSummary) {
    let source = Source::Contents {
        path: root.to_owned(),
    };
    let options = PackOptions {
        attributes,
        owner_names: true,
        special: true,
        manifest: true,
        force_readable: true,
        ..PackOptions::default()
    };
    let (summary, bytes) = pack(&[source], Vec::new(), &options, &mut ()).unwrap();
    assert!(summary.is_complete(), "{summary:?}");
    (bytes, summary)
}

#[derive(Default)]
struct Problems(Vec<String>);

impl Observer for Problems {
    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.0.push(format!("{}: {problem}", path.display()));
    }
}

fn unpack(
    bytes: &[u8],
    into: &Path,
    attributes: StoreAttributes,
) -> Result<(Unpacked, String, Vec<String>), UnpackError> {
    fs::create_dir_all(into).unwrap();
    let dir = open_dir(into).unwrap();
    let all = matches!(attributes, StoreAttributes::Restore { .. });
    let privileged = attributes == EXACTLY;
    let options = UnpackOptions {
        attributes,
        preserve_owner: all,
        keep_setid: privileged,
        ..UnpackOptions::default()
    };
    let (mut manifest, mut problems) = (Manifest::default(), Problems::default());
    let codec = Codec::None;
    let done = unpack_tar(
        codec,
        bytes,
        dir.as_fd(),
        &options,
        &mut manifest,
        &mut problems,
    )?;
    Ok((done, manifest.tree_hash(), problems.0))
}

const EXACTLY: StoreAttributes = StoreAttributes::Restore {
    privileged: true,
    special: true,
};
const KEEP: StoreAttributes = StoreAttributes::Keep { special: true };

#[test]
fn everything_comes_back() {
    let folder = TempDir::new().unwrap();
    let (root, out) = (folder.path().join("tree"), folder.path().join("out"));
    tree(&root);
    let (bytes, summary) = packed(&root, KeepAttributes::All);
    assert!(summary.attributed >= 4 && summary.special >= 1);
    let (_, hash, problems) = unpack(&bytes, &out, EXACTLY).unwrap();
    assert_eq!(problems, [""; 0]);
    assert_eq!(picture(&out), picture(&root));
    assert_eq!(hash, summary.manifest.unwrap().tree_hash());
}

#[test]
fn a_server_keeps_it_all_and_makes_nothing_of_it_true() {
    let folder = TempDir::new().unwrap();
    let (root, stored, out) = (
        folder.path().join("tree"),
        folder.path().join("stored"),
        folder.path().join("out"),
    );
    tree(&root);
    let (bytes, summary) = packed(&root, KeepAttributes::All);
    let hash = summary.manifest.unwrap().tree_hash();
    let (_, stored_hash, problems) = unpack(&bytes, &stored, KEEP).unwrap();
    let own = rustix::process::geteuid().as_raw();
    for (name, text) in picture(&stored) {
        let meta = fs::symlink_metadata(stored.join(&name)).unwrap();
        assert!(
            meta.is_file() || meta.is_dir() || meta.is_symlink(),
            "{name}: {text}"
        );
        assert_eq!((meta.mode() & 0o7000, meta.uid()), (0, own), "{name}");
        for attribute in attributes(&stored.join(&name)).keys() {
            assert!(attribute.starts_with("user."), "{name}: {attribute}");
        }
    }
    // Nothing can be kept with a link, and that is said.
    let expected = usize::from(is_root());
    assert_eq!(problems.len(), expected, "{problems:?}");
    assert_eq!(stored_hash, hash);
    let dir = open_dir(&stored).unwrap();
    assert_eq!(hash_tree(dir.as_fd(), &mut ()).unwrap().tree_hash(), hash);

    let (bytes, summary) = packed(&stored, KeepAttributes::Stored { own_owners: false });
    assert_eq!(summary.manifest.unwrap().tree_hash(), hash);
    let (_, _, problems) = unpack(&bytes, &out, EXACTLY).unwrap();
    assert_eq!(problems, [""; 0]);
    let (mut found, mut expected) = (picture(&out), picture(&root));
    if is_root() {
        let link = [
            found.remove("link").unwrap(),
            expected.remove("link").unwrap(),
        ];
        assert!(link[0].starts_with("120777 0:0"), "{link:?}");
    }
    assert_eq!(found, expected);
}

#[test]
fn what_nobody_kept_belongs_to_nobody_in_particular() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("f"), "").unwrap();
    if is_root() {
        std::os::unix::fs::chown(root.join("f"), Some(77), Some(78)).unwrap();
    }
    for (own_owners, expected) in [(false, (0, 0)), (true, owner(&root.join("f")))] {
        let (bytes, _) = packed(&root, KeepAttributes::Stored { own_owners });
        let header = tar_header(&bytes);
        assert_eq!(header, expected, "{own_owners}");
    }
}

fn owner(path: &Path) -> (u64, u64) {
    let meta = fs::metadata(path).unwrap();
    (meta.uid().into(), meta.gid().into())
}

/// The owner in the first header.
fn tar_header(bytes: &[u8]) -> (u64, u64) {
    // After the pax records, if there are any.
    let block = bytes.chunks(512).find(|block| block[156] == b'0').unwrap();
    let number = |at: usize| {
        let text = std::str::from_utf8(&block[at..at + 7]).unwrap();
        u64::from_str_radix(text.trim(), 8).unwrap()
    };
    (number(108), number(116))
}

#[test]
fn what_gives_rights_is_named_and_left_out() {
    let folder = TempDir::new().unwrap();
    let (root, out) = (folder.path().join("tree"), folder.path().join("out"));
    tree(&root);
    let (bytes, _) = packed(&root, KeepAttributes::All);
    let restore = StoreAttributes::Restore {
        privileged: false,
        special: true,
    };
    let (done, _, problems) = unpack(&bytes, &out, restore).unwrap();
    assert_eq!(done.not_restored, problems.len() as u64);
    let file = attributes(&out.join("file"));
    assert_eq!(file, attributes(&root.join("file")));
    assert!(
        fs::symlink_metadata(out.join("pipe"))
            .unwrap()
            .file_type()
            .is_fifo()
    );
    if is_root() {
        assert_eq!(attributes(&out.join("plain")), BTreeMap::new());
        assert!(!out.join("null").exists() && !out.join("disk").exists());
        assert_eq!(
            fs::metadata(out.join("setuid")).unwrap().mode() & 0o7777,
            0o711
        );
        for name in ["plain", "null", "disk", "setuid", "pipe", "link"] {
            let named = problems
                .iter()
                .any(|line| line.starts_with(&format!("{name}: ")));
            assert!(named, "{name}: {problems:?}");
        }
        assert_eq!(problems.len(), 6, "{problems:?}");
    }
}

#[test]
fn a_stranger_s_archive_cannot_ask_for_more() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("tree");
    fs::create_dir(&root).unwrap();
    mknodat(CWD, root.join("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let (bytes, _) = packed(&root, KeepAttributes::All);
    for attributes in [
        StoreAttributes::Keep { special: false },
        StoreAttributes::Restore {
            privileged: true,
            special: false,
        },
        StoreAttributes::Ignore,
    ] {
        let refused = unpack(&bytes, &folder.path().join("refused"), attributes).unwrap_err();
        assert!(matches!(refused, UnpackError::Refused { .. }), "{refused}");
    }
    // What looks like something that a server has kept is only an attribute of that name.
    fs::remove_file(root.join("pipe")).unwrap();
    fs::write(root.join("f"), "").unwrap();
    set(
        &root.join("f"),
        "user.bchan.stat",
        b"1\nb\n4777\n0\n0\nroot\nroot\n8\n0",
    );
    set(
        &root.join("f"),
        "user.bchan.xattr.security.capability",
        CAPABILITY,
    );
    let (bytes, _) = packed(&root, KeepAttributes::All);
    let (stored, out) = (folder.path().join("stored"), folder.path().join("out"));
    unpack(&bytes, &stored, KEEP).unwrap();
    let (bytes, _) = packed(&stored, KeepAttributes::Stored { own_owners: false });
    unpack(&bytes, &out, EXACTLY).unwrap();
    assert_eq!(picture(&out), picture(&root));
}

#[test]
fn gnu_tar_reads_what_we_write_and_writes_what_we_read() {
    let folder = TempDir::new().unwrap();
    let (root, theirs, ours) = (
        folder.path().join("tree"),
        folder.path().join("theirs"),
        folder.path().join("ours"),
    );
    tree(&root);
    let (bytes, _) = packed(&root, KeepAttributes::All);
    let archive = folder.path().join("a.tar");
    fs::write(&archive, &bytes).unwrap();
    fs::create_dir(&theirs).unwrap();
    let tar = |options: &[&str], directory: &Path| {
        let output = Command::new("tar")
            .args(["--xattrs", "--xattrs-include=*", "--acls", "-p", "-f"])
            .arg(&archive)
            .arg("-C")
            .arg(directory)
            .args(options)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    tar(&["-x"], &theirs);
    let without_lists = |root: &Path| {
        let mut picture = picture(root);
        for (name, text) in &mut picture {
            let mut attributes = attributes(&root.join(name));
            attributes.retain(|name, _| !name.starts_with("system."));
            let front = text.split('{').next().unwrap();
            // Older versions lose some of the attributes of what is no file.
            let is_special = name == "pipe" || name == "link";
            *text = if is_special {
                front.to_owned()
            } else {
                format!("{front}{attributes:?}")
            };
        }
        picture
    };
    assert_eq!(without_lists(&theirs), without_lists(&root));

    tar(&["-c", "--format=posix", "."], &root);
    let bytes = fs::read(&archive).unwrap();
    unpack(&bytes, &ours, EXACTLY).unwrap();
    assert_eq!(without_lists(&ours), without_lists(&root));
}

/// An archive may list a directory twice, and then the second entry says all of it.
#[test]
fn of_two_entries_for_a_directory_the_attributes_of_the_later_one_stand() {
    let tar = bchan_testkit::hostile::tar::Tar::default()
        .pax(b'x', "SCHILY.xattr.user.first=1\nSCHILY.xattr.user.both=1")
        .directory("d")
        .file("d/f")
        .pax(b'x', "SCHILY.xattr.user.both=2")
        .directory("d")
        .finish();
    for attributes_of in [
        StoreAttributes::Keep { special: false },
        StoreAttributes::Restore {
            privileged: false,
            special: false,
        },
    ] {
        let temp = TempDir::new().unwrap();
        let dir = open_dir(temp.path()).unwrap();
        let options = UnpackOptions {
            attributes: attributes_of,
            ..UnpackOptions::default()
        };
        let mut manifest = Manifest::default();
        unpack_tar(
            Codec::None,
            &tar[..],
            dir.as_fd(),
            &options,
            &mut manifest,
            &mut (),
        )
        .unwrap();
        let mut found = attributes(&temp.path().join("d"));
        found.remove("user.bchan.stat");
        let expected = BTreeMap::from([("user.both".to_owned(), b"2".to_vec())]);
        assert_eq!(found, expected);
    }
}
