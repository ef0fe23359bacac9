//! Asking what may hang: a disk that is away lets every call on it wait for ever.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Runs one check on a thread of its own, for all callers that wait for it at the same time. While
/// a check does not return, no second one is started, so that no more than one thread hangs.
pub(crate) struct HangGuard<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    asked: Mutex<Asked<T>>,
    answered: Condvar,
}

struct Asked<T> {
    /// When it was asked, while it has not answered.
    since: Option<Instant>,
    /// How often it has answered, or ended without.
    ends: u64,
    last: Option<T>,
}

/// A question that was put.
pub(crate) struct Question<T> {
    shared: Arc<Shared<T>>,
    /// Number of the answer that is waited for.
    number: u64,
}

impl<T> Default for HangGuard<T> {
    fn default() -> Self {
        let asked = Mutex::new(Asked {
            since: None,
            ends: 0,
            last: None,
        });
        let answered = Condvar::new();
        Self {
            shared: Arc::new(Shared { asked, answered }),
        }
    }
}

impl<T: Clone + Send + 'static> HangGuard<T> {
    /// Puts a question, unless it is put already.
    pub(crate) fn ask(&self, find_out: impl FnOnce() -> T + Send + 'static) -> Question<T> {
        let shared = Arc::clone(&self.shared);
        let mut asked = shared.lock();
        let number = asked.ends + 1;
        if asked.since.is_none() {
            asked.since = Some(Instant::now());
            let ending = Ending(Arc::clone(&shared), None);
            // Dropped, and so told, where there is no thread for it.
            drop(asked);
            let _ = thread::Builder::new().name("ask".into()).spawn(move || {
                let mut ending = ending;
                ending.1 = Some(find_out());
            });
        } else {
            drop(asked);
        }
        Question { shared, number }
    }
}

impl<T: Clone> Question<T> {
    /// The answer, if it comes in time.
    pub(crate) fn answer(&self, deadline: Instant) -> Result<T, Silence> {
        let mut asked = self.shared.lock();
        while asked.ends < self.number {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let since = asked.since.unwrap_or(deadline);
                return Err(Silence(since.elapsed()));
            }
            let waited = self.shared.answered.wait_timeout(asked, left);
            asked = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        asked.last.clone().ok_or(Silence(Duration::ZERO))
    }
}

/// No reply for this long.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it has not answered for {} seconds", .0.as_secs())]
pub(crate) struct Silence(Duration);

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Asked<T>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notifies all waiting callers when it is dropped, also after a panic.
struct Ending<T>(Arc<Shared<T>>, Option<T>);

impl<T> Drop for Ending<T> {
    fn drop(&mut self) {
        let mut asked = self.0.lock();
        asked.since = None;
        asked.ends += 1;
        asked.last = self.1.take();
        self.0.answered.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(20)
    }

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn what_hangs_is_asked_once_and_answers_when_it_can() {
        let asker = HangGuard::default();
        let (answer, hung) = mpsc::channel::<u32>();
        let first = asker.ask(move || hung.recv().unwrap_or(0));
        assert!(first.answer(soon()).is_err());
        // The second question waits for the same answer, and its own is never asked.
        let second = asker.ask(|| unreachable!("asked while it hangs"));
        let silence = second.answer(soon()).unwrap_err();
        assert!(silence.to_string().contains("seconds"));
        answer.send(7).unwrap();
        assert_eq!(second.answer(late()).unwrap(), 7);
        assert_eq!(first.answer(late()).unwrap(), 7);
        assert_eq!(asker.ask(|| 8).answer(late()).unwrap(), 8);
    }

    #[test]
    fn a_panic_is_no_answer() {
        let asker = HangGuard::<u32>::default();
        let question = asker.ask(|| panic!("as the test wants"));
        assert!(question.answer(late()).is_err());
        assert_eq!(asker.ask(|| 1).answer(late()).unwrap(), 1);
    }
}
