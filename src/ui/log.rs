//! The log of a server in this process.

use std::io;

use tracing_subscriber::filter::LevelFilter;

use super::Voice;

/// Sends it to standard error from now on.
pub(super) fn to_stderr(voice: Voice, service: bool) {
    let builder = tracing_subscriber::fmt().with_writer(io::stderr);
    // Fails only when a log is set up already.
    let _ = builder.with_max_level(level(voice, service)).try_init();
}

fn level(voice: Voice, service: bool) -> LevelFilter {
    match (voice.verbose, voice.quiet, service) {
        (true, _, _) => LevelFilter::DEBUG,
        (false, false, true) => LevelFilter::INFO,
        (false, false, false) | (false, true, true) => LevelFilter::WARN,
        (false, true, false) => LevelFilter::ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_tells_more_and_quiet_less() {
        let normal = Voice::default();
        let quiet = Voice {
            quiet: true,
            ..normal
        };
        assert!(level(normal, true) > level(normal, false));
        assert!(level(quiet, true) < level(normal, true));
        assert!(level(quiet, false) < level(normal, false));
    }
}
