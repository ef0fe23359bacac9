//! The space promised to all writers of one file system.
//!
//! The free space that a file system reports does not include what others are about to write. So
//! all writers ask one account for a block of space and write within that block. Space that is
//! promised and not written yet is subtracted from the free space before the next block is granted;
//! unused space goes back when the writer ends. Inodes are granted in the same way.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::reserve::Reserve;
use super::size;
use crate::durable::FileSystemSync;
use crate::durable::device::{self, Device};

/// A limited resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Bytes,
    Inodes,
}

impl Resource {
    /// Most that is promised to one writer at a time.
    const fn most(self) -> u64 {
        match self {
            Self::Bytes => 64 << 20,
            Self::Inodes => 1024,
        }
    }
}

/// Bytes and inodes.
type Amounts = [u64; 2];

/// Promised amounts that were not written yet.
type Promised = [AtomicU64; 2];

/// Where there is a certain amount of space.
pub(super) trait Disk {
    /// Returns the free amounts without the reserve.
    fn usable(&self, reserve: Reserve) -> io::Result<Amounts>;
    /// Returns true if [`Disk::usable`] is less as soon as a write returns.
    fn counts_at_once(&self) -> bool;
    /// Makes it less by all that was written before.
    fn settle(&self) -> io::Result<()>;
}

impl Disk for FileSystemSync {
    fn usable(&self, reserve: Reserve) -> io::Result<Amounts> {
        let stat = rustix::fs::fstatvfs(self)?;
        let inodes = match stat.f_files {
            // It makes them as they are needed.
            0 => u64::MAX,
            total => stat.f_favail.saturating_sub(reserve.inodes(total)),
        };
        Ok([size::usable(&stat, reserve), inodes])
    }

    fn counts_at_once(&self) -> bool {
        device::counts_at_once(self)
    }

    fn settle(&self) -> io::Result<()> {
        self.sync()
    }
}

#[derive(Debug, Default)]
pub(super) struct Account(Mutex<Ledger>);

#[derive(Debug, Default)]
struct Ledger {
    writers: Vec<Weak<Promised>>,
    /// Amounts that the free space may not show yet: everything not written at the last settlement,
    /// and everything promised since.
    claimed: Amounts,
}

impl Ledger {
    fn outstanding(&mut self) -> Amounts {
        let mut sum = [0_u64; 2];
        self.writers.retain(|writer| {
            let Some(promised) = writer.upgrade() else {
                return false;
            };
            for (sum, promised) in sum.iter_mut().zip(&*promised) {
                *sum = sum.saturating_add(promised.load(Ordering::Acquire));
            }
            true
        });
        sum
    }
}

/// The accounts of all file systems that are being written to.
static ACCOUNTS: Mutex<Vec<(Device, Weak<Account>)>> = Mutex::new(Vec::new());

impl Account {
    fn of(device: Device) -> Arc<Self> {
        let mut all = ACCOUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, account)| account.strong_count() > 0);
        let known = all.iter().find(|(known, _)| *known == device);
        if let Some(account) = known.and_then(|(_, account)| account.upgrade()) {
            return account;
        }
        let account = Arc::new(Self::default());
        all.push((device, Arc::downgrade(&account)));
        account
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Promises a block of at least `count`, and returns its size.
    fn grant(
        &self,
        disk: &impl Disk,
        reserve: Reserve,
        what: Resource,
        count: u64,
        promised: &Promised,
    ) -> io::Result<u64> {
        let at = what as usize;
        let mut ledger = self.lock();
        let mut settled = false;
        loop {
            // What is written between these two steps counts twice, which is harmless.
            if settled || disk.counts_at_once() {
                let outstanding = ledger.outstanding();
                if settled {
                    disk.settle()?;
                }
                settled = true;
                ledger.claimed = outstanding;
            }
            let available = disk.usable(reserve)?[at].saturating_sub(ledger.claimed[at]);
            // Smaller blocks where there is little: others write, too.
            let share = available / 16;
            if share >= count || (settled && available >= count) {
                let block = share.min(what.most()).max(count);
                ledger.claimed[at] = ledger.claimed[at].saturating_add(block);
                promised[at].fetch_add(block, Ordering::AcqRel);
                return Ok(block);
            }
            if settled {
                return Err(io::ErrorKind::StorageFull.into());
            }
            settled = true;
        }
    }
}

/// The part of one writer.
#[derive(Debug)]
pub(super) struct Share<D> {
    disk: D,
    account: Arc<Account>,
    promised: Arc<Promised>,
    /// Amounts that can be promised without asking the account.
    granted: Amounts,
    /// The last promised amounts, which are being written.
    last: Amounts,
}

impl Share<FileSystemSync> {
    /// That of a writer to the file system of a directory.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let disk = FileSystemSync::open(directory)?;
        let account = Account::of(Device::of(&disk)?);
        Ok(Self::new(disk, account))
    }
}

impl<D: Disk> Share<D> {
    fn new(disk: D, account: Arc<Account>) -> Self {
        let promised = Arc::new(Promised::default());
        account.lock().writers.push(Arc::downgrade(&promised));
        Self {
            disk,
            account,
            promised,
            granted: [0; 2],
            last: [0; 2],
        }
    }

    /// Asks for so much, before it is written. By then, what was asked for before must be.
    pub(super) fn take(&mut self, what: Resource, count: u64, reserve: Reserve) -> io::Result<()> {
        let at = what as usize;
        let written = std::mem::take(&mut self.last[at]);
        self.promised[at].fetch_sub(written, Ordering::AcqRel);
        if self.granted[at] < count {
            let (account, promised) = (&self.account, &self.promised);
            let missing = count - self.granted[at];
            let block = account.grant(&self.disk, reserve, what, missing, promised)?;
            self.granted[at] += block;
        }
        self.granted[at] -= count;
        self.last[at] = count;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;
    use std::thread;

    use proptest::prelude::*;

    use super::*;

    /// A disk of so many bytes and inodes.
    #[derive(Debug)]
    struct Fake {
        free: [AtomicI64; 2],
        /// True if what was written counts only when it has been settled.
        late: bool,
        unsettled: [AtomicI64; 2],
    }

    impl Fake {
        fn new(bytes: i64, late: bool) -> Self {
            Self {
                free: [AtomicI64::new(bytes), AtomicI64::new(bytes / 1000)],
                late,
                unsettled: Default::default(),
            }
        }

        fn write(&self, what: Resource, count: u64) {
            let place = if self.late {
                &self.unsettled
            } else {
                &self.free
            };
            let sign = if self.late { 1 } else { -1 };
            let count = i64::try_from(count).unwrap();
            place[what as usize].fetch_add(sign * count, Ordering::SeqCst);
        }

        /// Returns the free amounts once everything is settled.
        fn left(&self) -> [i64; 2] {
            let left = |at: usize| {
                self.free[at].load(Ordering::SeqCst) - self.unsettled[at].load(Ordering::SeqCst)
            };
            [left(0), left(1)]
        }
    }

    impl Disk for &Fake {
        fn usable(&self, reserve: Reserve) -> io::Result<Amounts> {
            let free = |at: usize| u64::try_from(self.free[at].load(Ordering::SeqCst)).unwrap();
            let bytes = free(0).saturating_sub(reserve.bytes(0));
            Ok([bytes, free(1)])
        }

        fn counts_at_once(&self) -> bool {
            !self.late
        }

        fn settle(&self) -> io::Result<()> {
            for (free, unsettled) in self.free.iter().zip(&self.unsettled) {
                // Not twice what is written in between.
                let count = unsettled.load(Ordering::SeqCst);
                free.fetch_sub(count, Ordering::SeqCst);
                unsettled.fetch_sub(count, Ordering::SeqCst);
            }
            Ok(())
        }
    }

    const RESERVE: Reserve = Reserve::Bytes(1000);

    fn fill(share: &mut Share<&Fake>, what: Resource, count: u64) -> u64 {
        let mut written = 0;
        while share.take(what, count, RESERVE).is_ok() {
            share.disk.write(what, count);
            written += count;
        }
        written
    }

    #[test]
    fn one_writer_can_use_all_but_the_reserve() {
        for late in [false, true] {
            let disk = Fake::new(10_000_000, late);
            let mut share = Share::new(&disk, Arc::default());
            assert_eq!(fill(&mut share, Resource::Bytes, 1000), 9_999_000, "{late}");
            assert_eq!(fill(&mut share, Resource::Inodes, 1), 10_000, "{late}");
            assert_eq!(disk.left(), [1000, 0]);
        }
    }

    #[test]
    fn what_is_promised_to_one_is_not_there_for_another_until_he_ends() {
        let disk = Fake::new(2600, false);
        let account = Arc::<Account>::default();
        let mut first = Share::new(&disk, Arc::clone(&account));
        let mut second = Share::new(&disk, Arc::clone(&account));
        first.take(Resource::Bytes, 900, RESERVE).unwrap();
        let error = second.take(Resource::Bytes, 900, RESERVE).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        second.take(Resource::Bytes, 600, RESERVE).unwrap();
        drop(first);
        second.take(Resource::Bytes, 900, RESERVE).unwrap();
        assert_eq!(account.lock().outstanding(), [900, 0]);
        drop(second);
        assert_eq!(account.lock().outstanding(), [0, 0]);
    }

    #[test]
    fn writers_to_one_file_system_share_an_account() {
        let open = |path: &str| Share::open(Path::new(path)).unwrap();
        let (one, other) = (open("/proc"), open("/proc/self"));
        assert!(Arc::ptr_eq(&one.account, &other.account));
        assert!(!Arc::ptr_eq(&one.account, &open("/").account));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn however_many_write_at_once_the_reserve_stays(
            bytes in 1000_i64..400_000,
            late in any::<bool>(),
            counts in proptest::collection::vec(1_u64..2000, 1..12),
        ) {
            let disk = Fake::new(bytes, late);
            let account = Arc::<Account>::default();
            thread::scope(|scope| {
                for &count in &counts {
                    let (disk, account) = (&disk, Arc::clone(&account));
                    scope.spawn(move || {
                        let mut share = Share::new(disk, account);
                        fill(&mut share, Resource::Inodes, count % 3 + 1);
                        fill(&mut share, Resource::Bytes, count);
                    });
                }
            });
            let [left, inodes] = disk.left();
            prop_assert!(left >= 1000, "{left} bytes are left");
            prop_assert!(inodes >= 0, "{inodes} inodes are left");
            prop_assert_eq!(account.lock().outstanding(), [0, 0]);
        }
    }
}
