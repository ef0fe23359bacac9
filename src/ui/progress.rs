//! The progress display of a transfer.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bchan_client::Error;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::voice::Voice;
use bchan_agent::{Delivered, Phase, Progress};

/// Times that the bar is drawn in a second.
const FRAMES: u8 = 10;

const COUNTING: &str = "{prefix} {spinner} {binary_bytes} {binary_bytes_per_sec} {entries}";
const KNOWN: &str = "{prefix} {wide_bar} {binary_bytes}/{binary_total_bytes} \
                     {binary_bytes_per_sec} {entries} {eta} left";

/// The display of one transfer. It vanishes from the terminal when this is dropped, also when the
/// command is cancelled while threads of it still run.
pub(crate) struct Bar(Arc<Transfer>);

impl Bar {
    pub(super) fn new(voice: Voice, drawn: bool) -> Self {
        let target = if drawn {
            ProgressDrawTarget::stderr_with_hz(FRAMES)
        } else {
            ProgressDrawTarget::hidden()
        };
        Self(Arc::new(Transfer::new(voice, target)))
    }

    /// Returns the receiver of progress reports.
    pub(crate) fn progress(&self) -> Arc<dyn Progress> {
        Arc::<Transfer>::clone(&self.0)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.bar.finish_and_clear();
    }
}

/// The events of a transfer on their way to the display.
struct Transfer {
    voice: Voice,
    bar: ProgressBar,
    entries: Arc<AtomicU64>,
}

impl Transfer {
    fn new(voice: Voice, target: ProgressDrawTarget) -> Self {
        let transfer = Self {
            voice,
            bar: ProgressBar::with_draw_target(None, target),
            entries: Arc::default(),
        };
        transfer.bar.set_style(transfer.style(COUNTING));
        // Drawing takes a thread, which is not needed if nothing is drawn.
        if !transfer.bar.is_hidden() {
            let frame = Duration::from_secs(1) / u32::from(FRAMES);
            transfer.bar.enable_steady_tick(frame);
        }
        transfer
    }

    fn style(&self, template: &str) -> ProgressStyle {
        let entries = Arc::clone(&self.entries);
        let write = move |_: &ProgressState, out: &mut dyn fmt::Write| {
            // The display is redrawn ten times a second; one that fails is not missed.
            let _ = write!(out, "{} entries", entries.load(Ordering::Relaxed));
        };
        ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key("entries", write)
            .progress_chars("=> ")
    }

    /// Says a line without tearing the bar.
    fn say(&self, say: impl FnOnce(Voice)) {
        self.bar.suspend(|| say(self.voice));
    }
}

impl Progress for Transfer {
    fn phase(&self, phase: Phase) {
        self.bar.set_prefix(match phase {
            Phase::Preparing => "preparing",
            Phase::Sending => "sending",
            Phase::Sent | Phase::Waiting => "waiting for the server",
            Phase::Receiving => "receiving",
            Phase::Done => "done",
        });
    }

    fn wants_total(&self) -> bool {
        !self.bar.is_hidden()
    }

    fn total(&self, _files: u64, bytes: u64, known: bool) {
        // While files are still being counted, a percentage would go backwards.
        if known {
            self.bar.set_length(bytes);
            self.bar.set_style(self.style(KNOWN));
        }
    }

    fn entry(&self, _path: &Path) {
        self.entries.fetch_add(1, Ordering::Relaxed);
    }

    fn bytes(&self, n: u64) {
        self.bar.inc(n);
    }

    fn delivered(&self, delivered: &Delivered) {
        let backup = delivered.backup.as_ref();
        let place = backup.map_or_else(String::new, |backup| format!(" as backup {}", backup.id));
        let captured_at = delivered.captured_at;
        self.entries.store(0, Ordering::Relaxed);
        self.bar.reset();
        let message = format!("delivered the backup of {captured_at}, which had waited{place}");
        self.say(|voice| voice.note(&message));
    }

    fn created(&self, target: &str) {
        self.say(|voice| voice.note(&format!("created target {target}")));
    }

    fn trouble(&self, message: &str) {
        self.say(|voice| voice.warn(message));
    }

    fn retrying(&self, attempt: u32, error: &Error, wait: Duration) {
        self.entries.store(0, Ordering::Relaxed);
        self.bar.reset();
        let seconds = wait.as_secs_f64();
        let message = format!("{error}; trying again in {seconds:.1} s (attempt {attempt})");
        self.say(|voice| voice.note(&message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden() -> Transfer {
        Transfer::new(
            Voice {
                quiet: true,
                ..Voice::default()
            },
            ProgressDrawTarget::hidden(),
        )
    }

    #[test]
    fn the_templates_are_valid() {
        for template in [COUNTING, KNOWN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn counts_what_happens_and_starts_over_when_trying_again() {
        let transfer = hidden();
        transfer.phase(Phase::Sending);
        transfer.total(1, 10, false);
        assert_eq!(transfer.bar.length(), None);
        transfer.total(2, 100, true);
        transfer.entry(Path::new("a"));
        transfer.bytes(60);
        assert_eq!(
            (transfer.bar.length(), transfer.bar.position()),
            (Some(100), 60)
        );
        transfer.retrying(1, &Error::Unauthorized, Duration::ZERO);
        assert_eq!(transfer.bar.position(), 0);
        assert_eq!(transfer.entries.load(Ordering::Relaxed), 0);
    }
}
