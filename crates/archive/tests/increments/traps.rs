//! Changes that are easily missed.

use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{XattrFlags, setxattr};

use crate::world::World;

/// A world with some files and a backup of them.
fn furnished() -> World {
    let mut world = World::new();
    for (path, content) in [
        ("a", "alpha"),
        ("b", "beta"),
        ("deep/down/c", "gamma"),
        ("empty", ""),
    ] {
        world.write(path, content);
    }
    let first = world.backup();
    assert_eq!(first.packed.reused.files, 0);
    world
}

fn set_mtime(path: &Path, to: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_times(FileTimes::new().set_modified(to)).unwrap();
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().ino()
}

#[test]
fn unchanged_files_are_referred_to_and_linked() {
    let mut world = furnished();
    let before = world.last();
    let again = world.backup();
    // An empty file has no content to refer to.
    assert_eq!(again.packed.reused.files, 3);
    assert_eq!(again.packed.new.files, 1);
    assert_eq!(again.unpacked.reused_files, 3);
    let path = "source/deep/down/c";
    assert_eq!(inode(&before.join(path)), inode(&again.place.join(path)));
}

#[test]
fn unchanged_files_are_not_read() {
    let mut world = furnished();
    let content = "other";
    let path = world.at("a");
    let meta = fs::metadata(&path).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    // Only its ctime shows that the content has changed, and that is ignored.
    file.write_at(content.as_bytes(), 0).unwrap();
    drop(file);
    set_mtime(&path, meta.modified().unwrap());
    world.look.ignores_ctime = true;
    let (packed, _) = world.pack();
    assert_eq!(packed.reused.files, 3);
    world.look.reads_all = true;
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 2);
    assert_eq!(
        fs::read(again.place.join("source/a")).unwrap(),
        content.as_bytes()
    );
}

#[test]
fn a_restored_time_does_not_hide_a_change() {
    let mut world = furnished();
    let path = world.at("a");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "ALPHA").unwrap();
    set_mtime(&path, modified);
    let again = world.backup();
    assert_eq!(again.packed.new.files, 2);
    assert_eq!(fs::read(again.place.join("source/a")).unwrap(), b"ALPHA");
}

#[test]
fn a_change_in_the_tick_of_the_first_read_is_found() {
    let mut world = furnished();
    world.begun = SystemTime::now();
    // Read while it may still change without another time.
    world.backup();
    let (packed, _) = world.pack();
    // All of it is read again, and known by its content.
    assert_eq!(packed.reused.files, 3);
    let client = String::from_utf8(world.manifests.as_ref().unwrap().0.clone()).unwrap();
    assert!(!client.contains("#:s "), "{client}");
}

#[test]
fn a_touched_file_is_read_and_referred_to() {
    let mut world = furnished();
    set_mtime(
        &world.at("a"),
        SystemTime::UNIX_EPOCH + Duration::from_secs(77),
    );
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 3);
    assert_eq!(
        fs::metadata(again.place.join("source/a")).unwrap().mtime(),
        77
    );
}

#[test]
fn changes_of_metadata_alone_are_found() {
    let mut world = furnished();
    fs::set_permissions(world.at("a"), Permissions::from_mode(0o751)).unwrap();
    setxattr(world.at("b"), "user.x", b"1", XattrFlags::empty()).unwrap();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(world.at("deep/down/c"), Some(12), Some(34)).unwrap();
    }
    let before = world.last();
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 3);
    let path = "source/a";
    assert_ne!(inode(&before.join(path)), inode(&again.place.join(path)));
    setxattr(world.at("b"), "user.x", b"2", XattrFlags::empty()).unwrap();
    world.look.ignores_ctime = true;
    world.backup();
}

#[test]
fn renamed_files_and_moved_directories_are_known_by_their_content() {
    let mut world = furnished();
    fs::rename(world.at("a"), world.at("z")).unwrap();
    fs::rename(world.at("deep"), world.at("moved")).unwrap();
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 3);
    let first = world.backup();
    assert_eq!(first.packed.reused.files, 3);
}

#[test]
fn an_entry_changes_its_kind_and_back() {
    let mut world = furnished();
    for _ in 0..2 {
        let path = world.at("a");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        world.write("a/inside", "alpha");
        world.backup();
        fs::remove_dir_all(&path).unwrap();
        symlink("b", &path).unwrap();
        world.backup();
        fs::remove_file(&path).unwrap();
        world.write("a", "alpha");
        world.backup();
    }
}

#[test]
fn groups_of_links_grow_shrink_and_split() {
    let mut world = furnished();
    fs::hard_link(world.at("a"), world.at("a2")).unwrap();
    world.backup();
    fs::hard_link(world.at("a"), world.at("a3")).unwrap();
    world.backup();
    let again = world.backup();
    // Three names of one inode, and the others.
    assert_eq!(again.packed.reused.files, 3);
    fs::remove_file(world.at("a")).unwrap();
    world.backup();
    fs::copy(world.at("a2"), world.at("copy")).unwrap();
    fs::rename(world.at("copy"), world.at("a3")).unwrap();
    world.backup();
    world.backup();
}

#[test]
fn two_references_to_one_inode_do_not_become_one_file() {
    let mut world = World::new();
    world.write("a", "same content");
    world.backup();
    fs::copy(world.at("a"), world.at("b")).unwrap();
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 2);
    let inodes = ["a", "b"].map(|name| inode(&again.place.join("source").join(name)));
    assert_ne!(inodes[0], inodes[1]);
}

#[test]
fn sparse_files_keep_their_holes() {
    let mut world = World::new();
    let file = File::create(world.at("sparse")).unwrap();
    file.set_len(8 << 20).unwrap();
    file.write_at(b"data", 3 << 20).unwrap();
    world.backup();
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 1);
    set_mtime(&world.at("sparse"), SystemTime::UNIX_EPOCH);
    world.options.share = bchan_archive::Share::Copy;
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 1);
    let stored = fs::metadata(again.place.join("source/sparse")).unwrap();
    assert!(stored.blocks() * 512 < 4 << 20, "{}", stored.blocks());
}

#[test]
fn holes_of_files_of_the_base_count_against_no_limit() {
    let mut world = World::new();
    let file = File::create(world.at("sparse")).unwrap();
    file.set_len(32 << 20).unwrap();
    file.write_at(b"data", 3 << 20).unwrap();
    world.options.limits.max_bytes = 1 << 20;
    world.backup();
    for share in [bchan_archive::Share::Auto, bchan_archive::Share::Copy] {
        world.options.share = share;
        let again = world.backup();
        assert_eq!(again.packed.reused.files, 1);
    }
}

#[test]
fn holes_that_are_not_sent_are_no_reason_to_refuse_others() {
    let mut world = World::new();
    let sparse = |world: &World, name: &str| {
        let file = File::create(world.at(name)).unwrap();
        file.set_len(8 << 20).unwrap();
        file.write_at(name.as_bytes(), 0).unwrap();
    };
    sparse(&world, "unchanged");
    world.write("noise", noise(5 << 20, 1));
    // So few that only what arrives of a full backup accounts for the holes of both.
    world.options.limits.free_holes = 9 << 20;
    world.options.limits.max_ratio = 4;
    world.backup();
    sparse(&world, "young");
    assert_eq!(world.backup().packed.reused.files, 2);
}

#[test]
fn a_time_in_the_future_is_not_trusted() {
    let mut world = furnished();
    set_mtime(
        &world.at("a"),
        SystemTime::now() + Duration::from_secs(999_999),
    );
    world.backup();
    let client = String::from_utf8(world.manifests.as_ref().unwrap().0.clone()).unwrap();
    assert_eq!(client.matches("#:s ").count(), 3, "{client}");
}

#[test]
fn a_new_inode_with_old_times_is_read_unless_inodes_are_ignored() {
    let mut world = furnished();
    let modified = fs::metadata(world.at("a")).unwrap().modified().unwrap();
    world.write("new", "ALPHA");
    fs::rename(world.at("new"), world.at("a")).unwrap();
    set_mtime(&world.at("a"), modified);
    world.look.ignores_ctime = true;
    let (packed, _) = world.pack();
    assert_eq!(packed.reused.files, 2);
    world.look.ignores_inode = true;
    let (packed, _) = world.pack();
    assert_eq!(packed.reused.files, 3);
}

#[test]
fn a_file_that_cannot_be_read_is_reported_every_time() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let mut world = furnished();
    fs::set_permissions(world.at("a"), Permissions::from_mode(0o000)).unwrap();
    for _ in 0..2 {
        let again = world.backup();
        assert_eq!(again.packed.unreadable, 1);
    }
}

/// Content without repetition.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn of_a_large_file_only_the_changes_are_sent() {
    use bchan_archive::Share;
    for share in [Share::Auto, Share::Copy] {
        let mut world = World::new();
        world.options.share = share;
        let mut content = noise(5 << 20, 1);
        world.write("large", &content);
        world.backup();
        content[1 << 20..(1 << 20) + 100].fill(7);
        world.write("large", &content);
        let again = world.backup();
        assert!(again.sent < 1 << 20, "{}", again.sent);
        assert_eq!(again.packed.new.files, 1);
        assert_eq!(again.packed.new.bytes + again.packed.reused.bytes, 5 << 20);
        // Longer, shorter, and too small for blocks.
        content.extend_from_slice(&noise(300_000, 2));
        for length in [content.len(), 3 << 20, 1000, 5 << 20, 2 << 20] {
            world.write("large", &content[..length]);
            world.backup();
        }
        // Unchanged, with a time that is new.
        set_mtime(&world.at("large"), SystemTime::UNIX_EPOCH);
        let again = world.backup();
        assert!(again.sent < 100_000, "{}", again.sent);
        // What is not read again keeps its blocks for the time after.
        assert_eq!(world.backup().packed.reused.files, 1);
        content[0] ^= 1;
        world.write("large", &content[..2 << 20]);
        let again = world.backup();
        assert!(again.sent < 1 << 20, "{}", again.sent);
    }
}

#[test]
fn of_a_large_sparse_file_only_the_changes_are_sent() {
    let mut world = World::new();
    let file = File::create(world.at("sparse")).unwrap();
    file.set_len(64 << 20).unwrap();
    for (number, at) in [1 << 20, 30 << 20, 60 << 20].into_iter().enumerate() {
        file.write_at(&noise(600_000, number as u64 + 5), at)
            .unwrap();
    }
    world.backup();
    file.write_at(&noise(5000, 77), 40 << 20).unwrap();
    let again = world.backup();
    assert!(again.sent < 1 << 20, "{}", again.sent);
    let stored = fs::metadata(again.place.join("source/sparse")).unwrap();
    assert!(stored.blocks() * 512 < 32 << 20, "{}", stored.blocks());
}

#[test]
fn a_changed_large_file_of_several_names_stays_one_file() {
    let mut world = World::new();
    let mut content = noise(2 << 20, 3);
    world.write("a", &content);
    fs::hard_link(world.at("a"), world.at("b")).unwrap();
    world.backup();
    content[5] ^= 1;
    fs::write(world.at("b"), &content).unwrap();
    let again = world.backup();
    assert!(again.sent < 1 << 20, "{}", again.sent);
    fs::remove_file(world.at("a")).unwrap();
    content[6] ^= 1;
    fs::write(world.at("b"), &content).unwrap();
    world.backup();
}

#[test]
fn attributes_that_the_base_has_lost_come_back() {
    let mut world = furnished();
    setxattr(world.at("a"), "user.note", b"1", XattrFlags::empty()).unwrap();
    world.backup();
    // As after a copy of the server's disk without attributes.
    let stored = world.last().join("source/a");
    for name in ["user.note", "user.bchan.user.note", "user.bchan.stat"] {
        let _ = rustix::fs::removexattr(&stored, name);
    }
    world.forget_states();
    world.backup();
}

#[test]
fn what_could_not_be_stored_is_reported_for_every_name_of_a_file() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let mut world = World::new();
    world.write("a", "alpha");
    // A name that is too long for the place where it would be kept.
    let name = format!("trusted.{}", "n".repeat(240));
    setxattr(world.at("a"), &*name, b"1", XattrFlags::empty()).unwrap();
    fs::hard_link(world.at("a"), world.at("b")).unwrap();
    assert_eq!(world.backup().unpacked.not_restored, 1);
    assert_eq!(world.backup().unpacked.not_restored, 1);
    fs::remove_file(world.at("a")).unwrap();
    assert_eq!(world.backup().unpacked.not_restored, 1);
    assert_eq!(world.backup().unpacked.not_restored, 1);
}

#[test]
fn files_are_trusted_where_all_of_them_have_a_new_ctime() {
    let mut world = furnished();
    for path in ["a", "b", "deep/down/c"] {
        set_mtime(&world.at(path), SystemTime::UNIX_EPOCH);
    }
    world.begun = SystemTime::now();
    world.look.ignores_ctime = true;
    world.backup();
    let client = String::from_utf8(world.manifests.as_ref().unwrap().0.clone()).unwrap();
    assert_eq!(client.matches("#:s ").count(), 3, "{client}");
}

#[test]
fn a_file_whose_mode_on_the_disk_was_changed_is_not_linked() {
    let mut world = furnished();
    let before = world.last();
    fs::set_permissions(before.join("source/a"), Permissions::from_mode(0o600)).unwrap();
    world.forget_states();
    let again = world.backup();
    let inodes = |path: &str| (inode(&before.join(path)), inode(&again.place.join(path)));
    let (other, same) = (inodes("source/a"), inodes("source/b"));
    assert_ne!(other.0, other.1);
    assert_eq!(same.0, same.1);
}

#[test]
fn an_increment_is_small() {
    let mut world = World::new();
    for number in 0..500 {
        world.write(
            &format!("d{}/file {number}", number % 7),
            vec![b'x'; 5000 + number],
        );
    }
    let first = world.backup();
    let again = world.backup();
    assert_eq!(again.packed.reused.files, 500);
    assert!(
        again.sent * 3 < first.sent,
        "{} of {}",
        again.sent,
        first.sent
    );
}

#[test]
fn the_ways_of_sharing_give_the_same_backup() {
    use bchan_archive::Share;
    for share in [Share::Auto, Share::Hardlink, Share::Reflink, Share::Copy] {
        let mut world = furnished();
        world.options.share = share;
        let before = world.last();
        let again = world.backup();
        assert_eq!(again.packed.reused.files, 3);
        let path = "source/a";
        let same = inode(&before.join(path)) == inode(&again.place.join(path));
        assert_eq!(same, matches!(share, Share::Auto | Share::Hardlink));
    }
}
