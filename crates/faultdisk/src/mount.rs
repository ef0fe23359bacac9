//! File systems on disks that can fail.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{daemon, tools};

/// Bytes of each disk. XFS wants 300 MiB at least, and servers keep a reserve. Only what is written
/// takes memory.
const SIZE: u64 = 1 << 30;

/// Longest time to wait for the kernel to let go of a device.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kinds of file systems that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSystem {
    /// The fourth extended file system, with ordered data.
    Ext4,
    /// XFS.
    Xfs,
    /// Btrfs.
    Btrfs,
}

impl FileSystem {
    /// The name by which `mount` knows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Ext4, Self::Xfs, Self::Btrfs];
        all.into_iter().find(|kind| kind.name() == name)
    }

    fn make(self, device: &str) -> Result<String, String> {
        match self {
            Self::Ext4 => {
                let now = "nodiscard,lazy_itable_init=0,lazy_journal_init=0";
                tools::run("mkfs.ext4", &["-q", "-F", "-E", now, device])
            }
            Self::Xfs => tools::run("mkfs.xfs", &["-q", "-f", "-K", device]),
            Self::Btrfs => tools::run("mkfs.btrfs", &["-q", "-f", "-K", device]),
        }
    }
}

/// Mounted file systems, each on a disk of its own, that lose their power together.
pub struct FaultDisk {
    control: BufReader<UnixStream>,
    daemon: Child,
    images: PathBuf,
    volumes: Vec<Volume>,
}

struct Volume {
    kind: FileSystem,
    image: PathBuf,
    path: PathBuf,
}

impl FaultDisk {
    /// Makes and mounts file systems of these kinds in new folders below `folder`. `daemon` starts
    /// a process that calls [`serve`](crate::serve()). The error says what the machine lacks.
    pub fn start(mut daemon: Command, folder: &Path, kinds: &[FileSystem]) -> Result<Self, String> {
        let folder = fs::canonicalize(folder).map_err(|error| error.to_string())?;
        let images = folder.join("images");
        fs::create_dir(&images).map_err(|error| error.to_string())?;
        let (mine, its) = UnixStream::pair().unwrap();
        let sizes: Vec<_> = kinds.iter().map(|_| SIZE.to_string()).collect();
        let child = daemon
            .env(daemon::FOLDER, &images)
            .env(daemon::SIZES, sizes.join(","))
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(its)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // An interrupt from the terminal must leave it time to unmount.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("starting the daemon: {error}"))?;
        // The command holds the daemon's end open.
        drop(daemon);
        let mut disk = Self {
            control: BufReader::new(mine),
            daemon: child,
            images,
            volumes: Vec::new(),
        };
        disk.answer()?;
        for (number, kind) in kinds.iter().enumerate() {
            let path = folder.join(format!("disk{number}"));
            fs::create_dir(&path).map_err(|error| error.to_string())?;
            let image = disk.images.join(number.to_string());
            disk.volumes.push(Volume {
                kind: *kind,
                image,
                path,
            });
            let volume = &disk.volumes[number];
            let device = volume.attach()?;
            kind.make(&device)?;
            volume.mount(&device)?;
        }
        Ok(disk)
    }

    /// Where a file system is mounted.
    #[must_use]
    pub fn path(&self, volume: usize) -> &Path {
        &self.volumes[volume].path
    }

    /// How many file systems there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.volumes.len()
    }

    /// Cuts the power: from now on no request to the disks is answered, and what was not flushed may
    /// be lost. Kill what uses the disks before [`Self::fail_requests`].
    pub fn cut_power(&mut self) {
        self.tell("stall");
    }

    /// Has the requests that wait for power fail, and all further ones, so that processes that were
    /// killed can end.
    pub fn fail_requests(&mut self) {
        self.tell("off");
    }

    /// Unmounts everything, loses writes that were not flushed, each kept with a chance of `keep`
    /// percent, and mounts what is left. Returns how many such writes there were and how many were
    /// not kept completely; the error says why a file system cannot be mounted.
    pub fn restore_power(&mut self, seed: u64, keep: u64) -> Result<(u64, u64), String> {
        self.tell("off");
        for volume in &self.volumes {
            volume.release()?;
        }
        let counts = numbers(&self.tell(&format!("lose {seed} {keep}")));
        self.tell("on");
        for volume in &self.volumes {
            let device = volume.attach()?;
            volume.mount(&device)?;
        }
        Ok((counts[0], counts[1]))
    }

    /// Has every write to the disk fail that has a page of 4 KiB which begins with `marker`.
    pub fn fail_marked(&mut self, volume: usize, marker: &[u8]) {
        self.tell(&format!("fail {volume} {}", hex::encode(marker)));
    }

    /// Has every write to the disk fail.
    pub fn fail_all(&mut self, volume: usize) {
        self.tell(&format!("fail {volume} all"));
    }

    /// Ends the failing of writes.
    pub fn heal(&mut self, volume: usize) {
        self.tell(&format!("fail {volume} none"));
    }

    /// How many writes have failed on purpose.
    pub fn failed_writes(&mut self, volume: usize) -> u64 {
        numbers(&self.tell(&format!("failed {volume}")))[0]
    }

    /// Unmounts and mounts again, so that what is read comes from the disk.
    pub fn remount(&mut self, volume: usize) -> Result<(), String> {
        let volume = &self.volumes[volume];
        volume.release()?;
        volume.mount(&volume.attach()?)
    }

    fn tell(&mut self, line: &str) -> String {
        writeln!(self.control.get_mut(), "{line}").unwrap();
        self.answer().unwrap()
    }

    /// The rest of an answer that begins with `ok`.
    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.control.read_line(&mut line).unwrap();
        match line.trim().strip_prefix("ok") {
            Some(rest) => Ok(rest.trim().to_owned()),
            None if line.is_empty() => Err("the daemon of the disks does not run".to_owned()),
            None => Err(line.trim().to_owned()),
        }
    }
}

impl Drop for FaultDisk {
    fn drop(&mut self) {
        // The daemon unmounts the rest when this end is closed; a disk that still has power accepts
        // the remaining writes.
        for volume in &self.volumes {
            let _ = volume.release();
        }
        let _ = self.control.get_ref().shutdown(std::net::Shutdown::Both);
        let _ = self.daemon.wait();
    }
}

impl Volume {
    /// The loop device over the image.
    fn attach(&self) -> Result<String, String> {
        let image = self.image.to_str().unwrap();
        let options = ["--find", "--show", "--direct-io=on", image];
        // Another process may take the same free device first.
        let tries = (0..5).map(|_| tools::run("losetup", &options));
        let mut failure = String::new();
        for tried in tries {
            match tried {
                Ok(device) => return Ok(device),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn mount(&self, device: &str) -> Result<(), String> {
        let options = match self.kind {
            // A mount that has not quite ended must not be in its way.
            FileSystem::Xfs => "nouuid",
            _ => "defaults",
        };
        let kind = self.kind.name();
        let path = self.path.to_str().unwrap();
        tools::run("mount", &["-t", kind, "-o", options, device, path]).map(drop)
    }

    /// Unmounts and detaches, and waits until both have happened.
    fn release(&self) -> Result<(), String> {
        let begun = Instant::now();
        let path = self.path.to_str().unwrap();
        loop {
            let devices = tools::loops(&self.image);
            if devices.is_empty() {
                return Ok(());
            }
            for device in devices {
                let mounted = !tools::mounts(&device).is_empty();
                let unmounted = if mounted {
                    tools::run("umount", &[path])
                } else {
                    tools::run("losetup", &["-d", device.to_str().unwrap()])
                };
                if let Err(error) = unmounted
                    && begun.elapsed() > PATIENCE
                {
                    return Err(error);
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn numbers(answer: &str) -> Vec<u64> {
    answer
        .split(' ')
        .map(|word| word.parse().unwrap())
        .collect()
}
