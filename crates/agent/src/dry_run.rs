//! Dry runs: the entries that an upload would send, found without a server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bchan_archive::{EntryKind, Observer, Problem, Reason, Selection, Survey};

use crate::error::AgentError;
use crate::pack_stream::Listener;
use crate::plan::Sources;
use crate::progress::Progress;
use crate::report::Warning;

/// An entry that would be stored.
#[derive(Debug)]
pub struct Listed {
    pub path: PathBuf,
    pub kind: EntryKind,
    /// Bytes of content; 0 for a second name of a file.
    pub size: u64,
}

/// An entry that a rule leaves out, with all below it.
#[derive(Debug)]
pub struct Left {
    pub path: PathBuf,
    pub reason: String,
}

/// The entries that an upload would send.
#[derive(Debug)]
pub struct Listing {
    pub entries: Vec<Listed>,
    /// Kept only if requested.
    pub left: Vec<Left>,
    pub left_count: u64,
    /// Bytes of content.
    pub bytes: u64,
    pub warnings: Vec<Warning>,
    pub warning_count: u64,
    /// True if everything that belongs in can be read.
    pub complete: bool,
    /// Excluding patterns that have matched nothing.
    pub unmatched: Vec<String>,
}

/// How to list.
#[derive(Clone, Copy, Debug)]
pub struct ListOptions {
    /// True if nothing at all is a backup, too.
    pub allow_empty: bool,
    /// True if to keep what is left out, and why.
    pub reasons: bool,
    /// True if pipes and devices go in.
    pub special: bool,
}

/// Goes through paths as an upload would, and opens every file, but sends nothing.
pub async fn list(
    paths: Vec<PathBuf>,
    selection: Selection,
    options: ListOptions,
    progress: Arc<dyn Progress>,
) -> Result<Listing, AgentError> {
    let walk = move || survey(&paths, &selection, options, progress);
    let listing = crate::work::spawn(walk).await;
    listing.map_err(|_| AgentError::Thread)?
}

fn survey(
    paths: &[PathBuf],
    selection: &Selection,
    options: ListOptions,
    progress: Arc<dyn Progress>,
) -> Result<Listing, AgentError> {
    let ListOptions {
        allow_empty,
        reasons,
        special,
    } = options;
    let sources = Sources::new(paths, selection, allow_empty)?;
    let options = Survey {
        rules: sources.rules,
        probe: true,
        special,
    };
    let mut collector = Collector {
        entries: Vec::new(),
        left: Vec::new(),
        reasons,
        listener: Listener::new(progress),
    };
    let summary = bchan_archive::survey(&sources.roots, &options, &mut collector)
        .map_err(AgentError::Pack)?;
    if summary.is_empty() && !allow_empty {
        return Err(collector.listener.nothing());
    }
    Ok(Listing {
        entries: collector.entries,
        left: collector.left,
        left_count: summary.excluded,
        bytes: summary.bytes,
        complete: summary.is_complete(),
        unmatched: options.rules.unmatched(),
        warnings: collector.listener.warnings,
        warning_count: collector.listener.count,
    })
}

struct Collector {
    entries: Vec<Listed>,
    left: Vec<Left>,
    reasons: bool,
    listener: Listener,
}

impl Observer for Collector {
    fn found(&mut self, path: &Path, kind: EntryKind, size: u64) {
        self.listener.entry(path, size);
        self.entries.push(Listed {
            path: path.to_owned(),
            kind,
            size,
        });
    }

    fn excluded(&mut self, path: &Path, reason: &Reason) {
        if self.reasons {
            self.left.push(Left {
                path: path.to_owned(),
                reason: reason.to_string(),
            });
        }
    }

    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.listener.problem(path, problem);
    }
}
