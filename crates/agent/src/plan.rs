//! From what a user names to what is sent.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use bchan_api::{Feature, Features, TargetType};
use bchan_archive::{
    KeepAttributes, PackOptions, Rules, Selection, Source, combine, own_data_above,
};

use crate::error::AgentError;
use crate::input::Input;
use crate::pack_stream::{Archive, UploadSource};
use crate::packing::{Compress, Packing};

/// The source of a backup.
#[derive(Clone, Debug)]
pub enum BackupInput {
    /// Files and folders, of which the selection may leave something out.
    Paths {
        paths: Vec<PathBuf>,
        selection: Selection,
    },
    /// A stream, as a file of this name.
    Stream { input: Input, name: String },
}

impl BackupInput {
    /// Returns true if it can be read only once.
    pub fn is_read_once(&self) -> bool {
        match self {
            Self::Paths { selection, .. } => selection.reads_stdin(),
            Self::Stream { input, .. } => !input.is_repeatable(),
        }
    }
}

/// A backup source, as far as it is known before the server is asked.
#[derive(Clone)]
pub enum Plan {
    Sources(Sources),
    Stream {
        input: Input,
        name: String,
        allow_empty: bool,
    },
}

/// Sources of an archive.
#[derive(Clone)]
pub struct Sources {
    pub roots: Vec<Source>,
    pub rules: Rules,
    pub allow_empty: bool,
    /// The only path that was named, if that is a file.
    file: Option<PathBuf>,
}

impl Plan {
    /// Reads the lists, understands the rules, and looks whether what is named is there.
    pub fn new(what: &BackupInput, allow_empty: bool) -> Result<Self, AgentError> {
        match what {
            BackupInput::Stream { input, name } => Ok(Self::Stream {
                input: input.clone(),
                name: name.clone(),
                allow_empty,
            }),
            BackupInput::Paths { paths, selection } => {
                Sources::new(paths, selection, allow_empty).map(Self::Sources)
            }
        }
    }

    /// Returns true if it can be read only once.
    pub fn is_read_once(&self) -> bool {
        matches!(self, Self::Stream { input, .. } if !input.is_repeatable())
    }

    /// Returns the content and the file name for a target of this kind.
    pub fn content(
        self,
        kind: TargetType,
        features: Features,
        packing: &Packing,
    ) -> Result<(UploadSource, String), AgentError> {
        Ok(match self {
            Self::Stream {
                input,
                name,
                allow_empty,
            } => {
                let file_name = name.clone();
                let content = UploadSource::Stream {
                    input,
                    name,
                    allow_empty,
                };
                (content, file_name)
            }
            Self::Sources(Sources {
                file: Some(path), ..
            }) if kind == TargetType::Single => {
                let name = show(path.file_name().unwrap_or(OsStr::new("backup")));
                (UploadSource::File(path), name)
            }
            Self::Sources(sources) => sources.archive(kind, features, packing)?,
        })
    }
}

/// Returns true if what belongs to entries beside their content survives: a file stays as it is.
pub(crate) fn is_kept(kind: TargetType, features: Features) -> bool {
    kind == TargetType::Single || features.has(Feature::Metadata)
}

impl Sources {
    pub fn new(
        paths: &[PathBuf],
        selection: &Selection,
        allow_empty: bool,
    ) -> Result<Self, AgentError> {
        let rules = selection.rules()?;
        let listed = selection.listed()?;
        check(paths, listed.is_empty() && !allow_empty)?;
        let named = paths.iter().map(|path| {
            Source::from_path(path).map_err(|source| AgentError::SourceMissing {
                path: path.clone(),
                source,
            })
        });
        let named = named.collect::<Result<Vec<_>, _>>()?;
        refuse_own_data(&named, &listed)?;
        let file = match paths {
            [path] if listed.is_empty() && path.is_file() => Some(path.clone()),
            _ => None,
        };
        Ok(Self {
            roots: combine(named, listed)?,
            rules,
            allow_empty,
            file,
        })
    }

    fn archive(
        self,
        kind: TargetType,
        features: Features,
        packing: &Packing,
    ) -> Result<(UploadSource, String), AgentError> {
        let stem = match &self.roots[..] {
            [Source::Entry { name, .. }] => show(name.as_os_str()),
            _ => "backup".to_owned(),
        };
        // Servers that have not said that they know zstd would store it as one opaque file.
        let knows_zstd = features.has(Feature::Zstd);
        let chosen = packing.compression;
        if chosen.is_some_and(Compress::is_zstd) && !knows_zstd {
            return Err(AgentError::NoZstd);
        }
        if packing.special && !is_kept(kind, features) {
            return Err(AgentError::NoSpecial);
        }
        let compress = chosen.unwrap_or_else(|| Compress::best(knows_zstd));
        // A tree is unpacked where it arrives, a file stays as it is.
        let adapt = kind == TargetType::Multi;
        let (compression, suffix) = compress.compression(packing.threads, adapt);
        let archive = Archive {
            sources: self.roots,
            options: PackOptions {
                rules: self.rules,
                refuse_empty: !self.allow_empty,
                attributes: if packing.attributes {
                    KeepAttributes::All
                } else {
                    KeepAttributes::None
                },
                owner_names: true,
                special: packing.special,
                manifest: true,
                ..PackOptions::default()
            },
            compression,
        };
        let content = UploadSource::Archive(Arc::new(archive));
        Ok((content, format!("{stem}.{suffix}")))
    }
}

/// Fails if paths would share a name in the backup. Returns those that are not there, of which that
/// is not known.
pub fn check_names(paths: &[PathBuf]) -> Result<Vec<PathBuf>, AgentError> {
    let (present, missing): (Vec<_>, Vec<_>) = paths
        .iter()
        .cloned()
        .partition(|path| fs::symlink_metadata(path).is_ok());
    let named = present.iter().map(|path| Source::from_path(path));
    // What cannot be read is reported by the run.
    combine(named.filter_map(Result::ok).collect(), Vec::new())?;
    Ok(missing)
}

/// Fails if a source is the data of a server or a spool, or lies in it: the backup would take in
/// the backups before it.
fn refuse_own_data(named: &[Source], listed: &[Source]) -> Result<(), AgentError> {
    let mut cleared = HashSet::new();
    // Of a list, only folders are looked at, each once.
    let folders: BTreeSet<_> = listed
        .iter()
        .filter_map(|source| source.path().parent())
        .collect();
    let folders = folders
        .into_iter()
        .filter(|path| !path.as_os_str().is_empty());
    for path in named.iter().map(Source::path).chain(folders) {
        // What cannot be read is reported where it is read.
        if let Ok(Some(own)) = own_data_above(path, &mut cleared) {
            return Err(AgentError::OwnData {
                path: path.to_owned(),
                own,
            });
        }
    }
    Ok(())
}

fn show(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// Every path can be read, and there is something in one of them.
fn check(paths: &[PathBuf], refuse_empty: bool) -> Result<(), AgentError> {
    let mut empty = true;
    for path in paths {
        let fail = |source| AgentError::SourceMissing {
            path: path.clone(),
            source,
        };
        if fs::metadata(path).map_err(fail)?.is_dir() {
            empty &= fs::read_dir(path).map_err(fail)?.next().is_none();
        } else {
            File::open(path).map_err(fail)?;
            empty = false;
        }
    }
    match paths.first() {
        Some(path) if empty && refuse_empty => {
            Err(AgentError::NothingSelected { path: path.clone() })
        }
        None if refuse_empty => Err(AgentError::NothingListed),
        _ => Ok(()),
    }
}
