//! Where downloads come to lie.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use crate::support::{Disk, Output, TestServer, skipped};

fn start() -> TestServer {
    let server = TestServer::start();
    server.target("m", "multi");
    server.target("s", "single");
    server.upload("m", b"content");
    server.upload("s", b"content");
    server
}

fn extract(server: &TestServer, to: &Path) -> Output {
    let program = server.bchan(["backup", "download", "m", "--extract"]);
    program.arg(to).run()
}

fn folder(server: &TestServer, mode: u32) -> std::path::PathBuf {
    let path = server.home().join(format!("to-{mode:o}"));
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_folder_that_others_have_made_or_can_write_to_is_not_filled() {
    let server = start();
    let refuse = |to: &Path, says: &str| {
        let output = extract(&server, to);
        assert_eq!(output.code, Some(1), "{output:#?}");
        assert!(output.stderr.contains(says), "{output:#?}");
        assert!(output.stderr.contains("does not exist yet"), "{output:#?}");
    };
    refuse(&folder(&server, 0o777), "every user can write");
    refuse(&folder(&server, 0o1777), "every user can write");
    let link = server.home().join("link");
    symlink(server.home().join("nowhere"), &link).unwrap();
    refuse(&link, "a symbolic link to nothing");
    fs::write(server.home().join("file"), "").unwrap();
    refuse(&server.home().join("file"), "not a folder");

    // What its owner has allowed stays allowed.
    for mode in [0o700, 0o750, 0o775] {
        let to = server.home().join(format!("own-{mode:o}"));
        fs::create_dir(&to).unwrap();
        fs::set_permissions(&to, Permissions::from_mode(mode)).unwrap();
        let output = extract(&server, &to);
        assert_eq!(output.code, Some(0), "{output:#?}");
        assert_eq!(fs::metadata(&to).unwrap().mode() & 0o7777, mode);
        assert_eq!(fs::read(to.join("file")).unwrap(), b"content");
    }
    if !rustix::process::geteuid().is_root() {
        return skipped("only root can give a folder to another user");
    }
    let foreign = server.home().join("foreign-link");
    symlink(folder(&server, 0o755), &foreign).unwrap();
    std::os::unix::fs::lchown(&foreign, Some(65534), Some(65534)).unwrap();
    refuse(&foreign, "a symbolic link of another user");
    for mode in [0o700, 0o777] {
        let to = server.home().join(format!("foreign-{mode:o}"));
        fs::create_dir(&to).unwrap();
        fs::set_permissions(&to, Permissions::from_mode(mode)).unwrap();
        chown(&to, Some(65534), Some(65534)).unwrap();
        refuse(&to, "another user");
        // Below it, a new one is made.
        let output = extract(&server, &to.join("new"));
        assert_eq!(output.code, Some(0), "{output:#?}");
        let meta = fs::metadata(to.join("new")).unwrap();
        assert!(meta.uid() == 0 && meta.mode() & 0o022 == 0, "{meta:?}");
    }
}

#[test]
fn what_killed_downloads_have_left_is_removed_by_the_next() {
    let server = start();
    let to = server.home().join("to");
    fs::create_dir(&to).unwrap();
    let leave = || {
        fs::write(to.join(".bchan-left.part"), "half").unwrap();
        fs::create_dir_all(to.join(".bchan-tree.part/content/sub")).unwrap();
        // One of a run that is under way.
        let held = File::create(to.join(".bchan-held.part")).unwrap();
        held.lock().unwrap();
        held
    };
    let hidden = || {
        let entries = fs::read_dir(&to).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.starts_with('.'))
            .collect::<Vec<_>>()
    };
    let held = leave();
    let program = server.bchan(["backup", "download", "s", "--directory"]);
    program.arg(&to).ok();
    assert_eq!(hidden(), [".bchan-held.part"]);
    drop(held);
    let held = leave();
    assert_eq!(extract(&server, &to.join("tree")).code, Some(0));
    assert_eq!(hidden(), [".bchan-held.part"]);
    drop(held);
}

#[test]
fn an_existing_folder_is_filled_and_stays_itself() {
    let server = start();
    let to = folder(&server, 0o750);
    let before = fs::metadata(&to).unwrap();
    // As the current folder, by a link, and with what a new file system has.
    fs::create_dir(to.join("lost+found")).unwrap();
    let program = server.bchan(["backup", "download", "m", "--extract", "."]);
    program.current_dir(&to).ok();
    assert_eq!(fs::read(to.join("file")).unwrap(), b"content");
    let after = fs::metadata(&to).unwrap();
    assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
    let names = || fs::read_dir(&to).unwrap().count();
    assert_eq!(names(), 2);
    // A second time there is something in it.
    let again = extract(&server, &to);
    assert_eq!(again.code, Some(1), "{again:#?}");
    assert!(again.stderr.contains("not empty"), "{again:#?}");

    let (real, link) = (server.home().join("real"), server.home().join("way"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    assert_eq!(extract(&server, &link).code, Some(0));
    assert_eq!(fs::read(real.join("file")).unwrap(), b"content");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn a_mount_point_is_filled_and_what_a_killed_run_left_in_it_goes() {
    let server = start();
    let to = server.home().join("disk");
    let Some(disk) = Disk::mount(&to, 64 << 20) else {
        return skipped("no right to mount");
    };
    fs::set_permissions(&to, Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(to.join(".bchan-left.part/content/sub")).unwrap();
    let output = extract(&server, &to);
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert_eq!(fs::read(to.join("file")).unwrap(), b"content");
    assert!(!to.join(".bchan-left.part").exists());
    drop(disk);
}

#[test]
fn a_user_fills_an_own_folder_in_a_place_of_another_user() {
    if !rustix::process::geteuid().is_root() {
        return skipped("only root can become another user");
    }
    let server = start();
    let to = server.home().join("own");
    fs::create_dir(&to).unwrap();
    fs::set_permissions(server.home(), Permissions::from_mode(0o755)).unwrap();
    chown(&to, Some(65534), Some(65534)).unwrap();
    let run = |to: &Path| {
        let mut command = server
            .bchan(["backup", "download", "m", "--extract"])
            .arg(to)
            .into_command();
        command.uid(65534).gid(65534).output().unwrap()
    };
    let output = run(&to);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    // Files of root are the user's now: one line says so.
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(said.matches("only root can restore").count(), 1, "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(fs::read(to.join("file")).unwrap(), b"content");
    // Where it cannot be made, nothing is asked for.
    let output = run(&server.home().join("new"));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
