//! Questions to the person at the terminal.

use std::io::{self, Write as _};
use std::thread;

use tokio::sync::oneshot;

/// Puts the question and reads a line. Only a clear yes is one.
///
/// The line is read on a thread of its own that nobody waits for: a read of a terminal cannot be
/// taken back, and Ctrl-C at the question must end the program at once.
pub(super) async fn yes(question: &str) -> bool {
    if io::stderr().lock().write_all(question.as_bytes()).is_err() {
        return false;
    }
    let mut line_end = LineEnd { open: true };
    let (send, receive) = oneshot::channel();
    let ask = move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        // The command may have been cancelled meanwhile.
        let _ = send.send(read.map(|_| line));
    };
    let asked = thread::Builder::new().name("prompt".to_owned()).spawn(ask);
    if asked.is_err() {
        return false;
    }
    let Ok(Ok(line)) = receive.await else {
        return false;
    };
    line_end.open = !line.ends_with('\n');
    is_yes(&line)
}

/// Ends the line of a question that got no answer, so that the next message starts a line of its
/// own. The terminal does it for one that did.
struct LineEnd {
    open: bool,
}

impl Drop for LineEnd {
    fn drop(&mut self) {
        if self.open {
            let _ = io::stderr().lock().write_all(b"\n");
        }
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for answer in ["y\n", "Y\n", " yes \n", "YES"] {
            assert!(is_yes(answer), "{answer:?}");
        }
        for answer in ["", "\n", "n\n", "yesterday\n", "ja\n"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }
}
