//! The process that serves the images, told by lines on its standard input what to do.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fuser::{Config, MountOption};

use crate::image::{Dice, Failing};
use crate::power::{Disks, Power};
use crate::serve::Images;
use crate::tools;

/// The folder to mount at.
pub(crate) const FOLDER: &str = "BCHAN_FAULTDISK_FOLDER";
/// Sizes of the images in bytes, with commas.
pub(crate) const SIZES: &str = "BCHAN_FAULTDISK_SIZES";

/// Serves disks until the process that wants them is gone, then unmounts what it has left. Returns
/// at once in a process that [`FaultDisk`](crate::FaultDisk) has not started.
pub fn serve() {
    let (Some(folder), Ok(sizes)) = (std::env::var_os(FOLDER), std::env::var(SIZES)) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let sizes: Vec<u64> = sizes.split(',').map(|size| size.parse().unwrap()).collect();
    let disks = Arc::new(Disks::new(&sizes));
    let stdin = std::io::stdin();
    let control = UnixStream::from(stdin.as_fd().try_clone_to_owned().unwrap());
    let mut answers = control.try_clone().unwrap();
    let mut config = Config::default();
    config.mount_options = vec![MountOption::FSName("bchan-faultdisk".to_owned())];
    let session = match fuser::spawn_mount(Images(Arc::clone(&disks)), &folder, &config) {
        Ok(session) => session,
        Err(error) => {
            let _ = writeln!(answers, "mounting FUSE: {error}");
            return;
        }
    };
    let _ = writeln!(answers, "ok");
    for line in BufReader::new(control).lines() {
        let Ok(line) = line else { break };
        if writeln!(answers, "{}", obey(&disks, &line)).is_err() {
            break;
        }
    }
    // Whatever still waits for a disk must go on, or nothing can be unmounted.
    disks.switch(Power::Off);
    tidy(&folder, sizes.len());
    drop(session);
}

/// Does what a line says; the answer begins with `ok` if it was understood.
fn obey(disks: &Disks, line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["stall"] => disks.switch(Power::Stalled),
        ["off"] => disks.switch(Power::Off),
        ["on"] => disks.switch(Power::On),
        ["lose", seed, keep] => {
            let (mut dice, keep) = (Dice(seed.parse().unwrap()), keep.parse().unwrap());
            let lost = disks.with(|images| {
                let losses = images.iter_mut().map(|image| image.lose(&mut dice, keep));
                losses.fold((0, 0), |sum, loss| (sum.0 + loss.0, sum.1 + loss.1))
            });
            return format!("ok {} {}", lost.0, lost.1);
        }
        ["fail", image, which] => {
            let failing = match which {
                "none" => Failing::None,
                "all" => Failing::All,
                marker => Failing::Marked(hex::decode(marker).unwrap()),
            };
            let image: usize = image.parse().unwrap();
            disks.with(|images| images[image].fail(failing));
        }
        ["failed", image] => {
            let image: usize = image.parse().unwrap();
            return format!("ok {}", disks.with(|images| images[image].failed()));
        }
        _ => return format!("unknown: {line}"),
    }
    "ok".to_owned()
}

/// Unmounts what depends on the images, and the images.
fn tidy(folder: &Path, images: usize) {
    for image in 0..images {
        tools::detach(&folder.join(image.to_string()));
    }
    let _ = tools::run("umount", &["-l", folder.to_str().unwrap()]);
}
