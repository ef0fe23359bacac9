//! Questions to the person at the terminal.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::thread;

use tokio::sync::oneshot;

/// No answer is longer, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Asks a question and reads a line. Only a clear yes counts.
///
/// The line is read on a thread of its own that is never joined: a read of a terminal cannot be
/// cancelled, and Ctrl-C at the question must end the program at once.
pub(super) async fn yes(question: &str) -> bool {
    if io::stderr().lock().write_all(question.as_bytes()).is_err() {
        return false;
    }
    let mut line_end = LineEnd { open: true };
    let Ok(line) = read_line().await else {
        return false;
    };
    line_end.open = !line.ends_with('\n');
    is_yes(&line)
}

/// Puts the question and reads a line.
pub(super) async fn line(question: &str) -> io::Result<String> {
    io::stderr().lock().write_all(question.as_bytes())?;
    let line = read_line().await?;
    Ok(line.trim().to_owned())
}

/// Asks a question at a terminal and reads a line without showing it.
pub(super) async fn secret(question: Option<&str>) -> io::Result<String> {
    let Some(question) = question else {
        return read_line().await;
    };
    io::stderr().lock().write_all(question.as_bytes())?;
    // The terminal does not show the end of the line either.
    let _line_end = LineEnd { open: true };
    let _silence = Silence::new()?;
    read_line().await
}

/// Reads a line of standard input, on a thread that is never joined.
async fn read_line() -> io::Result<String> {
    let (send, receive) = oneshot::channel();
    let ask = move || {
        let mut line = String::new();
        let read = io::stdin().lock().take(LONGEST).read_line(&mut line);
        // The command may have been cancelled meanwhile.
        let _ = send.send(read.map(|_| line));
    };
    thread::Builder::new()
        .name("prompt".to_owned())
        .spawn(ask)?;
    receive.await.map_err(io::Error::other)?
}

/// A terminal that does not show what is typed.
struct Silence {
    #[cfg(unix)]
    before: rustix::termios::Termios,
}

#[cfg(unix)]
impl Silence {
    fn new() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &silent)?;
        Ok(Self { before })
    }
}

/// Elsewhere what is typed stays visible.
#[cfg(not(unix))]
impl Silence {
    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // The terminal may have gone away.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
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

pub(super) fn is_yes(answer: &str) -> bool {
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
