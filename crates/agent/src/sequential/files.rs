//! The files that go one by one, and what cannot go that way.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bchan_api::SequenceFile;
use bchan_archive::{EntryKind, Manifest, Observer, Problem, Selection, Source, Survey, survey};

use crate::error::AgentError;
use crate::pack_stream::Listener;
use crate::plan::Sources;
use crate::produced::Produced;
use crate::progress::Progress;

/// A file that goes.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    pub source: PathBuf,
    pub entry: SequenceFile,
    /// Bytes, when it was found.
    pub size: u64,
}

/// Everything that was found.
pub(super) struct Files {
    pub found: Vec<SourceFile>,
    pub listener: Listener,
    /// True if nothing is missing.
    pub complete: bool,
    /// Excluding patterns that have matched nothing.
    pub unmatched: Vec<String>,
    /// Manifest of what was sent; none for parts that an earlier run has sent.
    pub manifest: Option<Manifest>,
}

impl Files {
    /// Notes how a file was sent.
    pub(super) fn add(&mut self, file: &SequenceFile, produced: Produced) {
        let mut digest = [0; 32];
        let known = hex::decode_to_slice(&produced.hashes.file, &mut digest).is_ok();
        match &mut self.manifest {
            Some(manifest) if known => {
                let place = format!("{}/{}", file.path.trim_start_matches('/'), file.name);
                let place = place.trim_start_matches('/').as_bytes();
                manifest.add_file(place, produced.summary.bytes, digest);
            }
            _ => self.manifest = None,
        }
        self.complete &= produced.summary.is_complete();
        self.listener.count += produced.warning_count;
        self.listener.warnings.extend(produced.warnings);
    }

    /// Notes that a file cannot be sent.
    pub(super) fn lost(&mut self, path: &Path, problem: &Problem) {
        self.complete &= matches!(problem, Problem::Vanished);
        self.listener.problem(path, problem);
    }
}

/// Goes through paths and finds what can be sent as a file.
///
/// A single directory becomes the root of the backup, as the Python client has it; of several
/// paths, each keeps its name.
pub(super) fn collect(
    paths: &[PathBuf],
    selection: &Selection,
    allow_empty: bool,
    progress: Arc<dyn Progress>,
) -> Result<Files, AgentError> {
    let sources = Sources::new(paths, selection, allow_empty)?;
    let alone = matches!(&sources.roots[..], [source] if source.path().is_dir());
    let options = Survey {
        rules: sources.rules,
        probe: true,
        special: false,
    };
    let mut collector = Collector {
        found: Vec::new(),
        listener: Listener::new(progress),
        complete: true,
        root: PathBuf::new(),
        name: PathBuf::new(),
    };
    for source in &sources.roots {
        source.path().clone_into(&mut collector.root);
        collector.name = match source {
            Source::Entry { .. } if alone => PathBuf::new(),
            source => source.name().to_owned(),
        };
        let one = std::slice::from_ref(source);
        let summary = survey(one, &options, &mut collector).map_err(AgentError::Pack)?;
        collector.complete &= summary.is_complete();
    }
    let Collector {
        mut found,
        listener,
        complete,
        ..
    } = collector;
    if found.is_empty() && !allow_empty {
        return Err(listener.nothing());
    }
    // A list may name a file below a folder that it names, too.
    let key = |file: &SourceFile| (file.entry.path.clone(), file.entry.name.clone());
    found.sort_by_cached_key(key);
    found.dedup_by_key(|file| key(file));
    Ok(Files {
        found,
        listener,
        complete,
        unmatched: options.rules.unmatched(),
        manifest: Some(Manifest::default()),
    })
}

struct Collector {
    found: Vec<SourceFile>,
    listener: Listener,
    complete: bool,
    root: PathBuf,
    name: PathBuf,
}

impl Collector {
    fn lacks(&mut self, path: &Path, problem: &Problem) {
        self.complete = false;
        self.listener.problem(path, problem);
    }
}

impl Observer for Collector {
    fn found(&mut self, path: &Path, kind: EntryKind, size: u64) {
        match kind {
            // The folders of files are made with these.
            EntryKind::Directory => return,
            EntryKind::File => {}
            other => {
                let kind = other.name();
                return self.lacks(path, &Problem::Skipped { kind });
            }
        }
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        match entry(&self.name.join(below)) {
            Some(entry) => self.found.push(SourceFile {
                source: path.to_owned(),
                entry,
                size,
            }),
            None => self.lacks(
                path,
                &Problem::Skipped {
                    kind: "file whose name is not UTF-8",
                },
            ),
        }
    }

    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.listener.problem(path, problem);
    }
}

/// A file's place in the backup, in the words of the API.
fn entry(place: &Path) -> Option<SequenceFile> {
    let mut parts = Vec::new();
    for component in place.components() {
        if let Component::Normal(part) = component {
            parts.push(part.to_str()?);
        }
    }
    let name = parts.pop()?.to_owned();
    Some(SequenceFile {
        path: format!("/{}", parts.join("/")),
        name,
        uploaded: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_python_client() {
        let place = |path: &str| entry(Path::new(path)).map(|file| (file.path, file.name));
        assert_eq!(place("a"), Some(("/".into(), "a".into())));
        assert_eq!(place("d/e/a b"), Some(("/d/e".into(), "a b".into())));
        assert_eq!(place(""), None);
    }
}
