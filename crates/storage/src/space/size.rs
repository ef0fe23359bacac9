//! Sizes of file systems.

use rustix::fs::StatVfs;

use super::reserve::Reserve;

/// Size in bytes. Some file systems, mostly in user space and on networks, do not know it and say 0.
pub(super) fn total(stat: &StatVfs) -> Option<u64> {
    let total = stat.f_blocks.saturating_mul(stat.f_frsize);
    (total > 0).then_some(total)
}

/// Bytes that may be used without the reserve; all that there can be, where the size is not known.
pub(super) fn usable(stat: &StatVfs, reserve: Reserve) -> u64 {
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    match total(stat) {
        Some(total) => free.saturating_sub(reserve.bytes(total)),
        None => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_of_no_size_is_not_full() {
        let mut stat = rustix::fs::statvfs("/").unwrap();
        let reserve = "5%".parse().unwrap();
        assert!(usable(&stat, reserve) < total(&stat).unwrap());
        (stat.f_blocks, stat.f_bavail) = (0, 0);
        assert_eq!((total(&stat), usable(&stat, reserve)), (None, u64::MAX));
    }
}
