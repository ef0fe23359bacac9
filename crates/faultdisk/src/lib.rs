//! Block devices that lose power and fail writes, for tests only.
//!
//! A daemon serves image files from memory through FUSE, and each is mounted through a loop device.
//! The loop device passes every write on at once and turns each flush into an `fsync` of the image
//! file, so the daemon knows which writes a real disk could still lose.
//!
//! The daemon is a process of its own: a test that is killed leaves no thread that waits for a disk
//! which the same process would have to serve. It unmounts everything when the test is gone.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on fails"
)]

mod daemon;
mod image;
mod mount;
mod power;
mod serve;
mod tools;

pub use self::daemon::serve;
pub use self::mount::{FaultDisk, FileSystem};
