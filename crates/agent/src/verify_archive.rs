//! Reading a download to its end, to see whether it is what the server has stored.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bchan_api::TargetType;
use bchan_archive::{Kind, Limits, Manifest, StoreAttributes, UnpackOptions, Unpacked};

use crate::amount::Amount;
use crate::error::AgentError;
use crate::extract::{FREE_HOLES, MAX_ENTRIES, MAX_RATIO};
use crate::hashing::Hashing;
use crate::pack_stream::Listener;
use crate::progress::Progress;
use crate::received::{Found, Written};
use crate::receiving::{check, copy, name_of};

/// Reads a download to its end and checks it.
pub(crate) fn examine(
    reader: impl io::Read + Send,
    found: &Found,
    progress: &Arc<dyn Progress>,
) -> Result<Written, AgentError> {
    let name = name_of(found);
    let name = Path::new(&name);
    let mut reader = Hashing::new(reader, found);
    let mut listener = Listener::new(Arc::clone(progress));
    let mut manifest = Manifest::default();
    let (done, is_tree) = match found.target.target_type {
        TargetType::Single => (skim(&mut reader, name, &**progress)?, false),
        TargetType::Multi => {
            let (kind, mut replay) =
                bchan_archive::detect(&mut reader).map_err(AgentError::io("receiving", name))?;
            match kind {
                Kind::Tar(codec) => {
                    let done = bchan_archive::examine_tar(
                        codec,
                        &mut replay,
                        &options(),
                        &mut manifest,
                        &mut listener,
                    );
                    (done.map_err(AgentError::Unpack)?, true)
                }
                Kind::Zip => (skim(&mut replay, name, &**progress)?, false),
                Kind::Other | Kind::Unread(_) => return Err(AgentError::NoArchive),
            }
        }
    };
    let compared = match reader.digest() {
        Some(digest) => check(found, &digest)?,
        None if !is_tree => false,
        None if found.same_hash => check(found, &manifest.tree_hash())?,
        // Other servers follow links out of the tree, where we cannot: only the same says something.
        None => check(found, &manifest.tree_hash()).unwrap_or(false),
    };
    let attributes = is_tree && check_receipt(found, &manifest)?;
    Ok(Written {
        path: name.to_owned(),
        compared: compared || attributes,
        attributes,
        amount: Amount::from(&done),
        not_restored: 0,
        warnings: listener.warnings,
    })
}

/// Compares everything about a tree with what was uploaded; says whether that can be done. What the
/// server could not keep, it cannot give back.
fn check_receipt(found: &Found, manifest: &Manifest) -> Result<bool, AgentError> {
    let expected = found.backup.receipt.as_ref();
    let Some(expected) = expected.filter(|_| found.backup.reproducible) else {
        return Ok(false);
    };
    let receipt = manifest.receipt();
    if receipt.is_some_and(|receipt| receipt.hex().eq_ignore_ascii_case(expected)) {
        Ok(true)
    } else {
        Err(AgentError::ReceiptMismatch)
    }
}

/// Reads what is no archive.
fn skim(
    reader: &mut (dyn io::Read + Send),
    name: &Path,
    progress: &dyn Progress,
) -> Result<Unpacked, AgentError> {
    let bytes = copy(reader, &mut io::sink(), name, progress)?;
    Ok(Unpacked {
        files: 1,
        bytes,
        ..Unpacked::default()
    })
}

/// Nothing is made, so the only bounds are those of time.
fn options() -> UnpackOptions {
    UnpackOptions {
        attributes: StoreAttributes::Restore {
            privileged: false,
            special: true,
        },
        limits: Limits {
            max_bytes: u64::MAX,
            max_entries: MAX_ENTRIES,
            max_ratio: MAX_RATIO,
            free_holes: FREE_HOLES,
            ..Limits::default()
        },
        ..UnpackOptions::default()
    }
}
