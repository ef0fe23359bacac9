//! The directories that entries lie in, opened one component at a time.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{self, Mode, OFlags};
use rustix::io::Errno;

use crate::observer::Observer;

/// Directories that stay open at a time.
const OPEN: usize = 64;

const PLACE: OFlags = OFlags::PATH
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A way down from the root, of which the last part is kept open.
pub(super) struct Parents<'a> {
    root: BorrowedFd<'a>,
    way: Vec<(Vec<u8>, Option<OwnedFd>)>,
    /// Directories that were made because they were missing.
    made: u64,
}

impl<'a> Parents<'a> {
    pub(super) fn new(root: BorrowedFd<'a>) -> Self {
        Self {
            root,
            way: Vec::new(),
            made: 0,
        }
    }

    /// Gives the number of directories that were made since it was last asked for.
    pub(super) fn take_made(&mut self) -> u64 {
        std::mem::take(&mut self.made)
    }

    /// Opens the directory that these components lead to. What is missing of it is made if `make`
    /// allows each. A link on the way is an error.
    pub(super) fn open(
        &mut self,
        components: &[&[u8]],
        mut make: Option<&mut dyn Observer>,
    ) -> io::Result<BorrowedFd<'_>> {
        let same = |(known, wanted): &(&(Vec<u8>, Option<OwnedFd>), &&[u8])| known.0 == **wanted;
        let mut common = self.way.iter().zip(components).take_while(same).count();
        if common > 0 && self.way[common - 1].1.is_none() {
            common = 0;
        }
        self.way.truncate(common);
        for component in &components[common..] {
            let name = CString::new(*component).map_err(|_| Errno::INVAL)?;
            let mut made = 0;
            let dir = self.last()?;
            let fd = match (fs::openat(dir, &name, PLACE, Mode::empty()), &mut make) {
                (Err(Errno::NOENT), Some(observer)) => {
                    observer.create()?;
                    // Not listed by the archive; the umask has the last word.
                    match fs::mkdirat(dir, &name, Mode::from_raw_mode(0o755)) {
                        Ok(()) => made = 1,
                        Err(Errno::EXIST) => {}
                        Err(error) => return Err(error.into()),
                    }
                    fs::openat(dir, &name, PLACE, Mode::empty())?
                }
                (other, _) => other?,
            };
            self.made += made;
            self.way.push((component.to_vec(), Some(fd)));
            if let Some(at) = self.way.len().checked_sub(OPEN + 1) {
                self.way[at].1 = None;
            }
        }
        Ok(self.last()?)
    }

    /// Forgets what is open, because something was removed that may be on the way.
    pub(super) fn forget(&mut self) {
        self.way.clear();
    }

    fn last(&self) -> Result<BorrowedFd<'_>, Errno> {
        match self.way.last() {
            None => Ok(self.root),
            Some((_, Some(fd))) => Ok(fd.as_fd()),
            Some((_, None)) => Err(Errno::BADF),
        }
    }
}
