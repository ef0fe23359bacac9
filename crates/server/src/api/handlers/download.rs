//! Sending a backup back.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::thread;

use bchan_archive::{Compression, Encoder, KeepAttributes, Observer, PackOptions, Problem, Source};

use super::query;
use crate::api::error::ApiError;
use crate::app::App;
use bchan_engine::open_backup;
use bchan_http::{Body, Request, Response};
use bchan_storage::content::Content;

/// A form in which a tree can be asked for.
struct Format {
    name: &'static str,
    media_type: &'static str,
    compression: Compression,
}

/// `GET /backup/<ID>/download`: a file as it is; a tree as a tar archive that is made while it is
/// sent. `?format=` takes `tar.gz` (the default), `tar.zst` and `tar`; with `&adapt=true`, the
/// level of `tar.zst` depends on the speed of the network.
pub(crate) fn download(app: &App, request: &Request, id: &str) -> Result<Response, ApiError> {
    let format = format(
        query(&request.query, "format")
            .as_deref()
            .unwrap_or("tar.gz"),
        adapts(query(&request.query, "adapt").as_deref())?,
    )?;
    let (stored, target, content) = open_backup::open(&app.engine, id)?;
    let name = stored.file_name.clone();
    let (file_name, media_type, body) = match content {
        Content::File(file) => {
            let meta = file.metadata();
            let meta = meta.map_err(|error| ApiError::from_io("reading a backup", error))?;
            let body = Body::Sized {
                reader: Box::new(file),
                length: meta.len(),
            };
            (name, "application/octet-stream", body)
        }
        Content::Tree(directory) => {
            let Format {
                name: suffix,
                media_type,
                compression,
            } = format;
            let attributes = KeepAttributes::Stored {
                own_owners: app.engine.limits().preserve_owner,
            };
            let source = Source::Opened {
                directory,
                path: app.engine.path(&target, &stored)?,
            };
            let options = PackOptions {
                force_readable: true,
                // Pipes that are none of the backup's own are not taken for some of it.
                attributes,
                own_modes: stored.backup.reproducible,
                ..PackOptions::default()
            };
            let send =
                move |out: &mut (dyn Write + Send)| send_tree(source, compression, &options, out);
            let body = Body::Stream(Box::new(send));
            (format!("{name}.{suffix}"), media_type, body)
        }
    };
    let headers = vec![
        ("content-type", media_type.to_owned()),
        ("content-disposition", disposition(&file_name)),
    ];
    Ok(Response {
        status: 200,
        headers,
        body,
        ..Response::default()
    })
}

/// `GET /backup/<ID>/manifest`: the list of all entries, as a compressed file of its own.
pub(crate) fn manifest(app: &App, id: &str) -> Result<Response, ApiError> {
    let (stored, file) = bchan_engine::manifest::open(&app.engine, id)?;
    let Some(file) = file else {
        let message = format!(
            "backup {id} has no manifest: it is a single file, or older than manifests and not \
             checked for integrity since"
        );
        return Err(ApiError::new(404, message));
    };
    manifest_response(file, &format!("{}.mtree.zst", stored.file_name))
}

/// Sends a manifest file under this name.
pub(crate) fn manifest_response(file: File, name: &str) -> Result<Response, ApiError> {
    let meta = file.metadata();
    let meta = meta.map_err(|error| ApiError::from_io("reading a manifest", error))?;
    Ok(Response {
        status: 200,
        headers: vec![
            ("content-type", "application/zstd".to_owned()),
            ("content-disposition", disposition(name)),
        ],
        body: Body::Sized {
            reader: Box::new(file),
            length: meta.len(),
        },
        ..Response::default()
    })
}

fn adapts(value: Option<&str>) -> Result<bool, ApiError> {
    match value {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ApiError::bad_request("adapt must be true or false")),
    }
}

fn format(name: &str, adapt: bool) -> Result<Format, ApiError> {
    let threads =
        thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1));
    match name {
        "tar.gz" => Ok(Format {
            name: "tar.gz",
            media_type: "application/gzip",
            compression: Compression::Gzip { level: 3 },
        }),
        "tar.zst" => Ok(Format {
            name: "tar.zst",
            media_type: "application/zstd",
            compression: Compression::Zstd {
                level: 3,
                threads,
                adapt,
            },
        }),
        "tar" => Ok(Format {
            name: "tar",
            media_type: "application/x-tar",
            compression: Compression::None,
        }),
        _ => Err(ApiError::bad_request(
            "format must be tar.gz, tar.zst or tar",
        )),
    }
}

/// Names may hold what a header must not, and the Python client takes everything after
/// `filename=` but the quotes.
fn disposition(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_graphic() && !"\"\\;/".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).collect();
    format!("attachment; filename=\"{name}\"")
}

/// Anything less than everything is an error, so that a part never looks like the whole.
fn send_tree(
    source: Source,
    compression: Compression,
    options: &PackOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let path = source.path().to_owned();
    let encoder = Encoder::new(out, compression)?;
    let mut faults = Faults::default();
    let (summary, encoder) = bchan_archive::pack(&[source], encoder, options, &mut faults)
        .map_err(|error| {
            tracing::error!(path = %path.display(), %error, "a download failed");
            io::Error::other(error)
        })?;
    if let Some(first) = faults.first {
        tracing::error!(path = %path.display(), %first, "a download ended: not all of it can be read");
        return Err(io::Error::other(first));
    }
    debug_assert!(summary.is_complete(), "every fault is reported");
    encoder.finish()?;
    Ok(())
}

/// Remembers the first thing that went wrong.
#[derive(Default)]
struct Faults {
    first: Option<String>,
}

impl Observer for Faults {
    fn problem(&mut self, path: &Path, problem: &Problem) {
        self.first
            .get_or_insert_with(|| format!("{}: {problem}", path.display()));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn file_names_are_safe_in_a_header() {
        let name = "a-2025-07-11T12:57:17+00:00.tar.gz";
        assert_eq!(
            super::disposition(name),
            format!("attachment; filename=\"{name}\"")
        );
        assert_eq!(
            super::disposition("\"\r\n;ä/x"),
            "attachment; filename=\"______x\""
        );
    }
}
