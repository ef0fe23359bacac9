//! Points at which tests end the process.
//!
//! A durable step is a system call, or a transaction, after which the disk is in another state. Each
//! has a point before and one after it. With the feature `fault-points`, which only tests have,
//! `BCHAN_ABORT_AT=n` ends the process at the `n`th point, as abruptly as a power cut;
//! `BCHAN_ABORT_FROM=run` counts only from the moment at which requests are accepted.
//! `BCHAN_DAMAGE_COPIES=text` simulates a disk that has not written what it confirmed: copies to another
//! file system get other content where this text is found.
//!
//! The crate knows no other crate of the workspace.

/// A fault point, which does nothing without the feature.
#[cfg(not(feature = "fault-points"))]
pub const fn point() {}

/// From here on the server takes requests. Without the feature, nothing.
#[cfg(not(feature = "fault-points"))]
pub const fn running() {}

/// A copy is said to be on the disk. Without the feature, nothing.
#[cfg(not(feature = "fault-points"))]
pub const fn copied(_: &std::path::Path) {}

/// Fails where a test wants the next sync to fail. Otherwise, nothing.
#[cfg_attr(
    not(feature = "fault-points"),
    allow(clippy::unnecessary_wraps, reason = "only tests let it fail")
)]
pub fn sync() -> std::io::Result<()> {
    #[cfg(feature = "fault-points")]
    if FAIL_NEXT_SYNC.take() {
        return Err(rustix::io::Errno::IO.into());
    }
    Ok(())
}

#[cfg(feature = "fault-points")]
thread_local! {
    static FAIL_NEXT_SYNC: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Lets the next sync of this thread fail with an I/O error.
#[cfg(feature = "fault-points")]
pub fn fail_next_sync() {
    FAIL_NEXT_SYNC.set(true);
}

#[cfg(feature = "fault-points")]
pub use self::armed::{copied, point, running};

#[cfg(feature = "fault-points")]
mod armed {
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::Path;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    static AT: LazyLock<Option<u64>> =
        LazyLock::new(|| std::env::var("BCHAN_ABORT_AT").ok()?.parse().ok());
    static COUNTING: LazyLock<AtomicBool> = LazyLock::new(|| {
        let from = std::env::var_os("BCHAN_ABORT_FROM");
        AtomicBool::new(from.is_none_or(|from| from != "run"))
    });
    static PASSED: AtomicU64 = AtomicU64::new(0);

    pub fn point() {
        if let Some(at) = *AT
            && COUNTING.load(Ordering::SeqCst)
            && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == at
        {
            std::process::abort();
        }
    }

    pub fn copied(copy: &Path) {
        let Some(text) = std::env::var_os("BCHAN_DAMAGE_COPIES") else {
            return;
        };
        let paths = match fs::read_dir(copy) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(_) => vec![copy.to_owned()],
        };
        for path in paths {
            let Ok(mut content) = fs::read(&path) else {
                continue;
            };
            let found = content.windows(text.len());
            let found = found.into_iter().position(|part| part == text.as_bytes());
            if let Some(at) = found {
                content[at] ^= 1;
                let modified = fs::metadata(&path).and_then(|meta| meta.modified());
                let file = File::options().write(true).open(&path);
                if let (Ok(modified), Ok(mut file)) = (modified, file) {
                    let _ = file.write_all(&content);
                    let _ = file.set_modified(modified);
                }
            }
        }
    }

    pub fn running() {
        COUNTING.store(true, Ordering::SeqCst);
    }
}
