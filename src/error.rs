//! Errors of commands, and the table of exit codes.

mod agent;
mod client;
#[cfg(feature = "server")]
mod server;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use crate::signals::Signal;

/// Exit codes. Scripts rely on these numbers; they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done; for an upload: the server's job has finished and the backup is stored.
    Done = 0,
    /// Failed, nothing stored.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// Stored, but some files could not be read, or changed while being read.
    Incomplete = 3,
    /// Not stored, because most of what the last backup has is missing.
    Shrunk = 4,
    /// No such target, backup or job.
    NotFound = 10,
    /// Another run holds the lock, or the server is busy with this target.
    Busy = 11,
    /// No key, or the wrong one.
    Unauthorised = 12,
    /// Configuration or credentials are missing or broken.
    Configuration = 13,
    /// The server is unreachable, overloaded or out of space; trying again later may help.
    Temporary = 75,
    /// Ended by SIGINT.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Failed,
    Usage,
    /// The source has shrunk.
    Shrunk,
    NotFound,
    Busy,
    Unauthorised,
    Configuration,
    Temporary,
    Interrupted(Signal),
    /// The reader of our output has closed it, such as `head`.
    BrokenPipe,
}

impl Kind {
    /// The process's exit code.
    pub(crate) const fn exit(self) -> Exit {
        match self {
            Self::Failed => Exit::Failed,
            Self::Usage => Exit::Usage,
            Self::Shrunk => Exit::Shrunk,
            Self::NotFound => Exit::NotFound,
            Self::Busy => Exit::Busy,
            Self::Unauthorised => Exit::Unauthorised,
            Self::Configuration => Exit::Configuration,
            Self::Temporary => Exit::Temporary,
            Self::Interrupted(Signal::Interrupt) => Exit::Interrupted,
            Self::Interrupted(Signal::Terminate) => Exit::Terminated,
            Self::BrokenPipe => Exit::Done,
        }
    }
}

/// A failure on its way to the user.
#[derive(Debug)]
pub(crate) struct CommandError {
    /// Decides the exit code.
    pub(crate) kind: Kind,
    /// The error with its causes.
    pub(crate) source: Box<dyn Error + Send + Sync>,
    /// Hints, one line each.
    pub(crate) hints: Vec<String>,
}

impl CommandError {
    pub(crate) fn new(kind: Kind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind,
            source: source.into(),
            hints: Vec::new(),
        }
    }

    /// A failure that has no exit code of its own.
    pub(crate) fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Kind::Failed, source)
    }

    /// Arguments that make no sense together.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message.into())
    }

    /// A signal ended the command.
    pub(crate) fn interrupted(signal: Signal) -> Self {
        Self::new(
            Kind::Interrupted(signal),
            format!("interrupted by {}", signal.name()),
        )
    }

    /// Writing a result to standard output failed.
    pub(crate) fn output(source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::BrokenPipe => Kind::BrokenPipe,
            _ => Kind::Failed,
        };
        Self::new(kind, Output { source })
    }

    /// Adds a line that says what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a line that says what to do, if there is one.
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// Formats the error and its causes on one line, from the outside in.
    pub(crate) fn message(&self) -> String {
        with_causes(&*self.source)
    }
}

/// Formats an error and its causes on one line, from the outside in.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some libraries repeat the cause in their own message.
        if !message.ends_with(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = error.source();
    }
    message
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output")]
struct Output {
    source: io::Error,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_documented_numbers() {
        let table = [
            (Kind::Failed, 1),
            (Kind::Usage, 2),
            (Kind::Shrunk, 4),
            (Kind::NotFound, 10),
            (Kind::Busy, 11),
            (Kind::Unauthorised, 12),
            (Kind::Configuration, 13),
            (Kind::Temporary, 75),
            (Kind::Interrupted(Signal::Interrupt), 130),
            (Kind::Interrupted(Signal::Terminate), 143),
            (Kind::BrokenPipe, 0),
        ];
        for (kind, code) in table {
            assert_eq!(kind.exit() as u8, code, "{kind:?}");
        }
        assert_eq!((Exit::Done as u8, Exit::Incomplete as u8), (0, 3));
    }

    #[test]
    fn a_message_has_each_cause_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot reach the server: refused")]
        struct Chatty {
            source: io::Error,
        }
        let source = io::Error::other("refused");
        let error = CommandError::failed(Chatty { source });
        assert_eq!(error.message(), "cannot reach the server: refused");

        let full = CommandError::output(io::Error::other("disk full"));
        assert_eq!(full.message(), "cannot write to standard output: disk full");
        assert_eq!(full.kind, Kind::Failed);
    }

    #[test]
    fn a_broken_pipe_is_no_error() {
        let gone = CommandError::output(io::ErrorKind::BrokenPipe.into());
        assert_eq!(gone.kind.exit(), Exit::Done);
    }
}
