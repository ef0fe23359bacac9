//! Extended attributes, of which access control lists are some.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd as _, BorrowedFd};

use rustix::fs::{self, Mode, XattrFlags};
use rustix::io::Errno;

use crate::open;

/// Names and values.
pub(crate) type Attributes = Vec<(CString, Vec<u8>)>;

/// Security label that the system assigns to every new file.
const LABEL: &CStr = c"security.selinux";

/// Most bytes of all attributes of an entry: no reader of archives takes a header without bounds.
pub(crate) const MOST: usize = 512 * 1024;

/// Bytes of all names and values.
pub(crate) fn size(attributes: &Attributes) -> usize {
    let size = |(name, value): &(CString, Vec<u8>)| name.as_bytes().len() + value.len();
    attributes.iter().map(size).sum()
}

/// Those of an open file or directory. With `force`, its owner may have locked himself out of it.
pub(crate) fn of_open(fd: BorrowedFd<'_>, force: bool) -> Result<Attributes, Errno> {
    let list = |buffer: &mut [u8]| fs::flistxattr(fd, buffer);
    let get = |name: &CStr, buffer: &mut [u8]| fs::fgetxattr(fd, name, buffer);
    match read(list, get) {
        Err(Errno::ACCESS) if force => {
            let _alone = open::forcing();
            let mode = Mode::from_raw_mode(fs::fstat(fd)?.st_mode);
            fs::fchmod(fd, mode | Mode::RUSR)?;
            let again = read(list, get);
            fs::fchmod(fd, mode)?;
            again
        }
        other => other,
    }
}

/// Those of what cannot be opened, such as a link. Nothing is followed.
pub(crate) fn of_entry(dir: BorrowedFd<'_>, name: &CStr) -> Result<Attributes, Errno> {
    let path = path(dir, name)?;
    let list = |buffer: &mut [u8]| fs::llistxattr(&*path, buffer);
    let get = |name: &CStr, buffer: &mut [u8]| fs::lgetxattr(&*path, name, buffer);
    match read(list, get) {
        // Gone, or there is no such view of open directories.
        Err(Errno::NOENT) => Ok(Vec::new()),
        other => other,
    }
}

fn read(
    list: impl Fn(&mut [u8]) -> Result<usize, Errno>,
    get: impl Fn(&CStr, &mut [u8]) -> Result<usize, Errno>,
) -> Result<Attributes, Errno> {
    let names = match grow(256, &list) {
        Ok(names) => names,
        // This file system has none.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    let mut total = 0;
    for name in names.split_inclusive(|byte| *byte == 0) {
        let Ok(name) = CStr::from_bytes_with_nul(name) else {
            continue;
        };
        if name == LABEL {
            continue;
        }
        let value = match grow(1024, |buffer| get(name, buffer)) {
            Ok(value) => value,
            // Taken away in this moment.
            Err(Errno::NODATA) => continue,
            Err(error) => return Err(error),
        };
        total += name.count_bytes() + value.len();
        if total > MOST {
            return Err(Errno::TOOBIG);
        }
        found.push((name.to_owned(), value));
    }
    // The system lists them in any order.
    found.sort();
    Ok(found)
}

/// Asks again with more room until there is enough.
fn grow(first: usize, ask: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let mut buffer = vec![0; first];
    loop {
        match ask(&mut buffer) {
            Ok(count) => {
                buffer.truncate(count);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if buffer.len() < MOST => buffer.resize(buffer.len() * 4, 0),
            Err(error) => return Err(error),
        }
    }
}

/// Removes all attributes of the namespace `user` from an open file or directory.
pub(crate) fn clear(fd: BorrowedFd<'_>) -> Result<(), Errno> {
    let list = |buffer: &mut [u8]| fs::flistxattr(fd, buffer);
    let names = match grow(256, list) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(()),
        other => other?,
    };
    for name in names.split_inclusive(|byte| *byte == 0) {
        if let (true, Ok(name)) = (name.starts_with(b"user."), CStr::from_bytes_with_nul(name)) {
            fs::fremovexattr(fd, name)?;
        }
    }
    Ok(())
}

/// Gives an open file or directory an attribute.
pub(crate) fn set_open(fd: BorrowedFd<'_>, name: &CStr, value: &[u8]) -> Result<(), Errno> {
    fs::fsetxattr(fd, name, value, XattrFlags::empty())
}

/// Gives one to what cannot be opened. Nothing is followed.
pub(crate) fn set_entry(
    dir: BorrowedFd<'_>,
    entry: &CStr,
    name: &CStr,
    value: &[u8],
) -> Result<(), Errno> {
    fs::lsetxattr(&*path(dir, entry)?, name, value, XattrFlags::empty())
}

/// A path to an entry of an open directory, for calls that take nothing else.
fn path(dir: BorrowedFd<'_>, name: &CStr) -> Result<CString, Errno> {
    let front = format!("/proc/self/fd/{}/", dir.as_raw_fd());
    CString::new([front.as_bytes(), name.to_bytes()].concat()).map_err(|_| Errno::INVAL)
}
