//! Commands that have something to put in order before a signal ends them.

use tokio::sync::watch;

use crate::signals::Signal;

/// The way of a signal to the command.
pub(super) struct Interruption(watch::Sender<Option<Signal>>);

impl Default for Interruption {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Interruption {
    pub(super) fn signals(&self) -> Signals {
        Signals(self.0.subscribe())
    }

    /// Only the first one can wait.
    pub(super) fn interrupt(&self, signal: Signal) -> bool {
        let is_first = self.0.borrow().is_none();
        is_first && self.0.send(Some(signal)).is_ok()
    }
}

/// Where a signal comes.
pub(crate) struct Signals(watch::Receiver<Option<Signal>>);

impl Signals {
    /// The signal; waits for ever when none comes.
    pub(crate) async fn next(&mut self) -> Signal {
        let signal = match self.0.wait_for(Option::is_some).await {
            Ok(signal) => *signal,
            Err(_) => None,
        };
        match signal {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_signal_comes_to_whoever_listens() {
        let interruption = Interruption::default();
        assert!(!interruption.interrupt(Signal::Interrupt));
        let mut signals = interruption.signals();
        assert!(interruption.interrupt(Signal::Terminate));
        assert_eq!(signals.next().await, Signal::Terminate);
        assert!(!interruption.interrupt(Signal::Terminate));
    }
}
