//! A file system of a test's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted tmpfs; unmounted when dropped.
#[allow(dead_code, reason = "not every test binary mounts")]
pub(crate) struct Disk {
    path: PathBuf,
}

#[allow(dead_code, reason = "not every test binary mounts")]
impl Disk {
    /// Mounts one of so many bytes at `path`; `None` without the right to mount.
    pub(crate) fn mount(path: &Path, size: u64) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]);
        let mounted = mount.arg(path).output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        let path = path.to_owned();
        mounted.then_some(Self { path })
    }

    /// Mounts it again, `ro` or `rw`.
    pub(crate) fn remount(&self, how: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{how}")]);
        assert!(mount.arg(&self.path).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}
