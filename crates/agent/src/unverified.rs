//! Reasons for which a stored backup was not compared with what was sent.

use std::fmt;

/// Reasons for which a stored backup was not compared with what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// The run did not wait for the job.
    NotAwaited,
    /// The server does not show it.
    NoBackup,
    /// The server says no hash of it.
    NoHash,
    /// There are links whose end the server may have counted.
    LeadsOut,
    /// Part of it was sent by an earlier run, which has not left its hashes.
    SentBefore,
    /// It was sent as it is, and only the server knows whether it has unpacked it.
    MayUnpack,
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAwaited => "the run did not wait until it is stored",
            Self::NoBackup => "the server does not show the new backup",
            Self::NoHash => "the server gives no hash for the new backup",
            Self::SentBefore => "an earlier run has sent a part of it",
            Self::MayUnpack => "it was sent as it is, and the server may have unpacked it",
            Self::LeadsOut => "links lead out of the tree, and the server may have followed them",
        })
    }
}
