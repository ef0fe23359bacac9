//! Places at which tests let the process die.
//!
//! A durable step is a system call, or a transaction, after which the disk is in another state.
//! Each has a point before and one behind it. With the feature `fault-points`, which only tests
//! have, `BCHAN_ABORT_AT=n` ends the process at the `n`th point, as abruptly as a power cut;
//! `BCHAN_ABORT_FROM=run` counts only from the moment at which requests are taken.

/// A point that may be the last. Without the feature, nothing.
#[cfg(not(feature = "fault-points"))]
pub(crate) const fn point() {}

/// From here on the server takes requests. Without the feature, nothing.
#[cfg(not(feature = "fault-points"))]
pub(crate) const fn running() {}

#[cfg(feature = "fault-points")]
pub(crate) use self::armed::{point, running};

#[cfg(feature = "fault-points")]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    static AT: LazyLock<Option<u64>> =
        LazyLock::new(|| std::env::var("BCHAN_ABORT_AT").ok()?.parse().ok());
    static COUNTING: LazyLock<AtomicBool> = LazyLock::new(|| {
        let from = std::env::var_os("BCHAN_ABORT_FROM");
        AtomicBool::new(from.is_none_or(|from| from != "run"))
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);

    pub(crate) fn point() {
        if let Some(at) = *AT
            && COUNTING.load(Ordering::SeqCst)
            && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == at
        {
            std::process::abort();
        }
    }

    pub(crate) fn running() {
        COUNTING.store(true, Ordering::SeqCst);
    }
}
