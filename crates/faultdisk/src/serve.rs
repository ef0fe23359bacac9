//! The images as files of a file system: `0`, `1` and so on in its root.

use std::ffi::OsStr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner,
    OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite, Request,
    WriteFlags,
};

use crate::power::Disks;

/// How long the kernel may remember attributes, which never change.
const TTL: Duration = Duration::from_secs(3600);

/// How long a flush takes, so that power cuts fall into it.
const FLUSH: Duration = Duration::from_millis(1);

/// The inode of the first image; the root has 1.
const FIRST: u64 = 2;

/// The file system.
pub(crate) struct Images(pub(crate) Arc<Disks>);

impl Images {
    fn attributes(&self, ino: INodeNo) -> Option<FileAttr> {
        let root = ino == INodeNo::ROOT;
        let size = if root {
            0
        } else {
            let image = usize::try_from(ino.0.checked_sub(FIRST)?).ok()?;
            self.0.with(|images| Some(images.get(image)?.size()))?
        };
        Some(FileAttr {
            ino,
            size,
            blocks: size / 512,
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind: if root {
                FileType::Directory
            } else {
                FileType::RegularFile
            },
            perm: if root { 0o700 } else { 0o600 },
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }
}

/// The number of an image; only images are read, written and flushed.
fn number(ino: INodeNo) -> usize {
    usize::try_from(ino.0 - FIRST).unwrap()
}

impl Filesystem for Images {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let number: Option<u64> = name.to_str().and_then(|name| name.parse().ok());
        let ino = number.and_then(|number| number.checked_add(FIRST));
        match ino.and_then(|ino| self.attributes(INodeNo(ino))) {
            Some(attributes) => reply.entry(&TTL, &attributes, Generation(0)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(ino) {
            Some(attributes) => reply.attr(&TTL, &attributes),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // The kernel keeps nothing of an image: a power cut changes it.
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let read = |image: &mut crate::image::Image| image.read(offset, size as usize);
        match self.0.powered(number(ino), read) {
            Ok(bytes) => reply.data(&bytes),
            Err(_) => reply.error(Errno::EIO),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let write = |image: &mut crate::image::Image| image.write(offset, data);
        match self.0.powered(number(ino), write) {
            Ok(Ok(())) => reply.written(u32::try_from(data.len()).unwrap()),
            _ => reply.error(Errno::EIO),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        // A file descriptor was closed, which makes nothing durable.
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        thread::sleep(FLUSH);
        match self.0.powered(number(ino), crate::image::Image::flush) {
            Ok(()) => reply.ok(),
            Err(_) => reply.error(Errno::EIO),
        }
    }
}
