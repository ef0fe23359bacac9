//! A small file system, at every fill level. Needs the right to mount; without it, nothing is tried.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Form, Program, TestServer, skipped};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// A file system of its own, below a home for a server.
struct Disk {
    home: Option<TempDir>,
    path: PathBuf,
}

impl Disk {
    /// Mounts one of so many bytes at `name` in a new home.
    fn mount(name: &str, size: u64) -> Option<Self> {
        Self::mount_with(name, &format!("size={size}"))
    }

    /// The same with any options.
    fn mount_with(name: &str, options: &str) -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(name);
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]);
        let mounted = mount.arg(&path).output();
        let home = Some(home);
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self { home, path })
    }

    /// Mounts a new file system in an image of so many bytes.
    fn image(make: &[&str], size: u64) -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let (image, path) = (home.path().join("image"), home.path().join("disk"));
        File::create(&image).unwrap().set_len(size).unwrap();
        fs::create_dir(&path).unwrap();
        let done = |command: &mut Command| command.output().is_ok_and(|it| it.status.success());
        let home = Some(home);
        (done(Command::new(make[0]).args(&make[1..]).arg(&image))
            && done(
                Command::new("mount")
                    .args(["-o", "loop"])
                    .args([&image, &path]),
            ))
        .then_some(Self { home, path })
    }

    fn serve(&mut self, options: &[&str]) -> TestServer {
        let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        TestServer::over(self.home.take().unwrap(), &options, &[]).unwrap()
    }

    fn free(&self) -> u64 {
        let stat = rustix::fs::statvfs(&self.path).unwrap();
        stat.f_bavail * stat.f_frsize
    }

    /// Leaves so much free space, as far as what lies there besides allows.
    fn leave(&self, bytes: u64) {
        let ballast = self.path.join("ballast");
        let _ = fs::remove_file(&ballast);
        let mut file = File::create(&ballast).unwrap();
        let mut left = self.free().saturating_sub(bytes);
        let zeros = vec![0; usize::try_from(64 * KIB).unwrap()];
        while left > 0 {
            let count = usize::try_from(left.min(64 * KIB)).unwrap();
            if file.write_all(&zeros[..count]).is_err() {
                break;
            }
            left -= count as u64;
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.path.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

/// Content that no compression makes smaller.
fn noise(length: u64) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

fn check(server: &TestServer, options: &[&str]) {
    let program = Program::new(server.home()).args(["server", "check", "--deep", "--data"]);
    let output = program.arg(server.data()).args(options).run();
    assert_eq!(output.code, Some(0), "{output:#?}");
}

#[test]
fn every_fill_level_with_the_database_on_the_same_disk() {
    let Some(mut disk) = Disk::mount("data", 12 * MIB) else {
        return;
    };
    let mut server = disk.serve(&["--reserve", "0"]);
    server.target("s", "single");
    server.target("m", "multi");
    let content = noise(200 * KIB);
    let kept = server.upload("s", &content);
    let (mut stored, mut refused) = (0, 0);
    // From brimful to room enough, in steps of a few blocks.
    for level in (0..=640 * KIB).step_by(20 * 1024) {
        disk.leave(level);
        for target in ["s", "m"] {
            let path = format!("/api/target/{target}/upload");
            let answer = server.http().post(&path, &Form::new().file("a", &content));
            match answer.status {
                200 => {
                    stored += 1;
                    let id = answer.body()["backup_id"].as_str().unwrap().to_owned();
                    // Deleted again, or the levels would not be what they are called.
                    disk.make_room();
                    let path = format!("/api/backup/{id}");
                    let files = json!({"delete_files": true});
                    server.http().json("DELETE", &path, &files).success(200);
                    disk.leave(level);
                }
                507 => refused += 1,
                _ => panic!("{answer:?}"),
            }
        }
        let path = format!("/api/backup/{kept}");
        for recycled in [true, false] {
            let wish = json!({"is_recycled": recycled});
            let answer = server.http().json("PATCH", &path, &wish);
            assert!([200, 507].contains(&answer.status), "{answer:?}");
            if answer.status == 200 {
                assert_eq!(server.backup("s", &kept).unwrap()["is_recycled"], recycled);
            }
        }
        let download = server
            .http()
            .get(&format!("{path}/download"))
            .success_download();
        assert_eq!(download.bytes, content, "with {level} bytes free");
        server.assert_no_leftovers();
        disk.make_room();
        let wish = json!({"is_recycled": false});
        server.http().json("PATCH", &path, &wish).success(200);
        let files = server.files();
        assert_eq!(files.len(), 1, "with {level} bytes free: {files:?}");
    }
    assert!(
        stored > 0 && refused > 0,
        "{stored} stored, {refused} refused"
    );
    // Well again.
    server.upload("s", &content);
    server.upload("m", &content);
    assert_eq!(server.files().len(), 3);
    assert_eq!(server.stop(), Some(0));
    fs::remove_file(disk.path.join("ballast")).ok();
    check(&server, &[]);
    drop(server);
}

#[test]
fn the_client_is_told_to_try_again_later() {
    let Some(mut disk) = Disk::mount("disk", 4 * MIB) else {
        return;
    };
    let root = disk.path.join("root").display().to_string();
    let options = ["--storage-root", &root, "--reserve", "0"];
    let mut server = disk.serve(&options);
    server.target("s", "single");
    server.target("m", "multi");
    let tree = server.home().join("tree");
    fs::create_dir(&tree).unwrap();
    for name in ["a", "b", "c"] {
        fs::write(tree.join(name), noise(MIB)).unwrap();
    }
    let upload = |target: &str, path: &Path| {
        server
            .bchan(["--retries", "0", "backup", "upload", target])
            .arg(path)
            .run()
    };
    for level in [0, 4, 100, 600, 1000] {
        disk.leave(level * KIB);
        for output in [upload("s", &tree.join("a")), upload("m", &tree)] {
            assert_eq!(output.code, Some(75), "{level} KiB free: {output:#?}");
            assert!(output.stderr.contains("no space left"), "{output:#?}");
        }
        let view = server.http().get("/api/target/m").success(200);
        assert_eq!(view["backups"], json!([]), "{level} KiB free");
        let given_back = disk.free();
        assert!(
            given_back + 64 * KIB >= level * KIB,
            "{given_back} of {level} KiB are back"
        );
    }
    disk.make_room();
    assert_eq!(upload("m", &tree).code, Some(0));
    assert_eq!(server.stop(), Some(0));
    check(&server, &options[..2]);
}

#[test]
fn uploads_leave_the_reserve_alone() {
    let Some(mut disk) = Disk::mount("disk", 8 * MIB) else {
        return;
    };
    let root = disk.path.join("root").display().to_string();
    let server = disk.serve(&["--storage-root", &root, "--reserve", "2MiB"]);
    server.target("s", "single");
    server.target("m", "multi");
    // A small archive of what is large when it is unpacked.
    let folder = server.home().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("large"), b"so long".repeat(1 << 20)).unwrap();
    let output = server
        .bchan(["--retries", "0", "backup", "upload", "m"])
        .arg(&folder)
        .run();
    assert_eq!(output.code, Some(75), "{output:#?}");
    let content = noise(512 * KIB);
    let mut stored = 0;
    loop {
        let answer = server
            .http()
            .post("/api/target/s/upload", &Form::new().file("a", &content));
        if answer.status == 507 {
            break;
        }
        answer.success(200);
        stored += 1;
    }
    assert!((8..=12).contains(&stored), "{stored} were stored");
    // A record and some folders may come on top of what was counted.
    assert!(
        disk.free() + 64 * KIB > 2 * MIB,
        "{} bytes are free",
        disk.free()
    );
    server.assert_no_leftovers();
}

/// Lets many clients upload until each is refused, and returns how many uploads were stored and the
/// least that `free` was meanwhile.
fn flood(
    server: &TestServer,
    targets: &[&str],
    form: &Form,
    free: impl Fn() -> u64 + Sync,
) -> (usize, u64) {
    /// Clients at a time.
    const CLIENTS: usize = 24;

    let (stored, busy) = (AtomicUsize::new(0), AtomicUsize::new(CLIENTS));
    let lowest = thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (stored, busy) = (&stored, &busy);
            let path = format!("/api/target/{}/upload", targets[client % targets.len()]);
            scope.spawn(move || {
                loop {
                    let answer = server.http().post(&path, form);
                    if answer.status != 200 {
                        assert_eq!(answer.status, 507, "{answer:?}");
                        break;
                    }
                    stored.fetch_add(1, Ordering::SeqCst);
                }
                busy.fetch_sub(1, Ordering::SeqCst);
            });
        }
        let mut lowest = free();
        while busy.load(Ordering::SeqCst) > 0 {
            lowest = lowest.min(free());
            thread::yield_now();
        }
        lowest
    });
    (stored.into_inner(), lowest)
}

#[test]
fn uploads_at_the_same_time_leave_the_reserve_alone() {
    let Some(mut disk) = Disk::mount("disk", 64 * MIB) else {
        return skipped("nothing may be mounted");
    };
    let root = disk.path.join("root").display().to_string();
    let server = disk.serve(&["--storage-root", &root, "--reserve", "16MiB"]);
    server.target("s", "single");
    server.target("m", "multi");
    let form = Form::new().file("a", &noise(3 * MIB / 2));
    let (stored, lowest) = flood(&server, &["s", "m"], &form, || disk.free());
    // Those that were under way when the end came have given their space back.
    assert!((8..=32).contains(&stored), "{stored} were stored");
    // Records and the folders for them may use it.
    let records = 64 * KIB + stored as u64 * 8 * KIB;
    assert!(lowest + records >= 16 * MIB, "{lowest} bytes were free");
    server.assert_no_leftovers();
    // One after the other, they can use all of the rest.
    while server.http().post("/api/target/s/upload", &form).status == 200 {}
    assert!(disk.free() < 18 * MIB, "{} bytes are free", disk.free());
}

/// Two parts of one file system have one account, and what it has not written yet counts.
#[test]
fn uploads_at_the_same_time_leave_the_reserve_alone_on_disks() {
    let kinds: [(&[&str], u64); 3] = [
        (&["mkfs.ext4", "-q", "-F"], 96),
        (&["mkfs.xfs", "-q", "-f"], 320),
        (&["mkfs.btrfs", "-q", "-f"], 300),
    ];
    for (make, size) in kinds {
        let Some(mut disk) = Disk::image(make, size * MIB) else {
            skipped(&format!(
                "{} is not there, or nothing may be mounted",
                make[0]
            ));
            continue;
        };
        let roots = ["one", "other"].map(|name| disk.path.join(name).display().to_string());
        for root in &roots {
            // Elsewhere it becomes a folder.
            let mut part = Command::new("btrfs");
            let _ = part.args(["subvolume", "create", root]).output();
        }
        let options = ["--storage-root", &roots[0], "--storage-root", &roots[1]];
        let server = disk.serve(&[&options[..], &["--reserve", "48MiB"]].concat());
        server.target("s", "single");
        let location = format!("{}/m", roots[1]);
        server.target_with("m", "multi", &json!({"location": location}));
        let form = Form::new().file("a", &noise(2 * MIB));
        let (stored, lowest) = flood(&server, &["s", "m"], &form, || disk.free());
        assert!(stored > 5, "{make:?}: {stored} were stored");
        // For records, and for what the file system needs for itself.
        assert!(
            lowest + 2 * MIB >= 48 * MIB,
            "{make:?}: {lowest} bytes were free"
        );
    }
}

#[test]
fn uploads_at_the_same_time_leave_some_inodes() {
    let Some(mut disk) = Disk::mount_with("disk", "size=64m,nr_inodes=10000") else {
        return skipped("nothing may be mounted");
    };
    let root = disk.path.join("root").display().to_string();
    let server = disk.serve(&["--storage-root", &root, "--reserve", "1MiB"]);
    server.target("m", "multi");
    let free = || rustix::fs::statvfs(&disk.path).unwrap().f_favail;
    let mut form = Form::new();
    for number in 0..150 {
        form = form.file(&format!("file {number}"), b"");
    }
    let (stored, lowest) = flood(&server, &["m"], &form, free);
    assert!((10..=65).contains(&stored), "{stored} were stored");
    // A hundredth is kept, less the records.
    let records = 10 + stored as u64;
    assert!(lowest + records >= 100, "{lowest} inodes were free");
    server.assert_no_leftovers();
}
