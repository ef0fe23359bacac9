//! The log of a server in this process.

use std::io;

use bchan_server::{LogFile, Masked};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::reload;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::Voice;

/// Sends that of a server which serves one command to standard error from now on.
pub(super) fn to_stderr(voice: Voice) {
    let level = match voice {
        Voice { verbose: true, .. } => LevelFilter::DEBUG,
        Voice { quiet: true, .. } => LevelFilter::ERROR,
        _ => LevelFilter::WARN,
    };
    let builder = tracing_subscriber::fmt().with_writer(|| Masked(io::stderr()));
    // Fails only when a log is set up already.
    let _ = builder.with_max_level(level).try_init();
}

/// Says from now on how much is logged.
pub(crate) struct LogLevels(Box<dyn Fn(Option<LevelFilter>) + Send + Sync>);

impl LogLevels {
    /// Logs up to this level, or as usual.
    pub(crate) fn set(&self, level: Option<LevelFilter>) {
        (self.0)(level);
    }
}

/// Sends that of a server which runs for its own sake to standard error and to its file.
pub(super) fn of_service(voice: Voice, level: Option<LevelFilter>, file: LogFile) -> LogLevels {
    let (talk, written) = levels(voice, level);
    let (talk, to_talk) = reload::Layer::new(ours(talk));
    let (written, to_written) = reload::Layer::new(ours(written));
    let stderr = tracing_subscriber::fmt::layer()
        .with_writer(|| Masked(io::stderr()))
        .with_filter(talk);
    let file = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || file.clone())
        .with_filter(written);
    let _ = tracing_subscriber::registry()
        .with(stderr)
        .with(file)
        .try_init();
    LogLevels(Box::new(move |level| {
        let (talk, written) = levels(voice, level);
        // They fail only when the log is gone, with the process.
        let _ = to_talk.reload(ours(talk));
        let _ = to_written.reload(ours(written));
    }))
}

/// Returns the levels of a service for standard error and for the log file. `--quiet` affects only
/// standard error, because the file is read when something has gone wrong.
fn levels(voice: Voice, level: Option<LevelFilter>) -> (LevelFilter, LevelFilter) {
    let usual = if voice.verbose {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    };
    let written = level.unwrap_or(usual);
    let talk = if voice.quiet {
        written.min(LevelFilter::WARN)
    } else {
        written
    };
    (talk, written)
}

/// This project's own events up to a level, and warnings and errors of other crates: their debug
/// output has not been audited for secrets.
fn ours(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("bchan", level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_is_only_to_talk_less() {
        let normal = Voice::default();
        let (quiet, verbose) = (
            Voice {
                quiet: true,
                ..normal
            },
            Voice {
                verbose: true,
                ..normal
            },
        );
        let same = |level| (level, level);
        assert_eq!(levels(normal, None), same(LevelFilter::INFO));
        assert_eq!(levels(verbose, None), same(LevelFilter::DEBUG));
        let trace = Some(LevelFilter::TRACE);
        assert_eq!(levels(normal, trace), same(LevelFilter::TRACE));
        let (warn, error) = (LevelFilter::WARN, LevelFilter::ERROR);
        assert_eq!(levels(quiet, None), (warn, LevelFilter::INFO));
        assert_eq!(levels(quiet, trace), (warn, LevelFilter::TRACE));
        assert_eq!(levels(quiet, Some(error)), same(error));
    }

    #[test]
    fn others_are_not_listened_to_in_detail() {
        use tracing_subscriber::filter::LevelFilter as L;
        let filter = ours(L::TRACE);
        let tells = |target, level| filter.would_enable(target, &level);
        let (trace, warn) = (L::TRACE.into_level(), L::WARN.into_level());
        let (trace, warn) = (trace.unwrap(), warn.unwrap());
        assert!(tells("bchan_server::router", trace) && tells("bchan", trace));
        assert!(!tells("hyper::proto", trace) && tells("hyper::proto", warn));
        assert!(!ours(L::ERROR).would_enable("hyper::proto", &warn));
    }
}
