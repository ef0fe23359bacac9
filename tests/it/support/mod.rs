//! A server of its own for each test, and ways to talk to it.

mod described;
mod disk;
mod documented;
mod fake;
mod http;
mod identity;
mod link;
#[cfg(feature = "import-mariadb")]
mod mariadb;
mod program;
#[cfg(feature = "import-mariadb")]
pub(crate) mod python;
mod reference;
mod server;
mod strace;

#[allow(unused_imports, reason = "not every test binary mounts")]
pub(crate) use self::disk::Disk;
pub(crate) use self::documented::DocumentedServer;
pub(crate) use self::fake::{Asked, Fake, Reply};
pub(crate) use self::http::{Answer, Form, Http};
pub(crate) use self::identity::Identity;
pub(crate) use self::link::{Link, Way};
pub(crate) use self::program::{Output, Program};
pub(crate) use self::reference::{JobList, Reference, target};
pub(crate) use self::server::{TestServer, assert_no_leftovers_below};
#[allow(unused_imports, reason = "not every test binary injects faults")]
pub(crate) use self::strace::Strace;

/// Waits until something is so, which takes less than a minute on any machine.
#[allow(dead_code, reason = "not every test binary waits")]
#[track_caller]
pub(crate) fn wait_until(mut so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !so() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(60));
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Says why a test tries nothing on this machine.
#[expect(clippy::print_stderr, reason = "a skipped test must be reported")]
#[allow(dead_code, reason = "not every test binary skips")]
pub(crate) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
