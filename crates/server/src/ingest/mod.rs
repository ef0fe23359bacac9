//! Taking in an upload: from the request's body to a complete, durable backup in staging.

mod digest;
mod place;
mod staging;

use std::io::{self, Read};

use bchan_api::{TargetType, form};
use bchan_archive::{StoreAttributes, UnpackOptions};
use sha2::{Digest as _, Sha256};

pub(crate) use self::digest::hash_file;
use self::digest::{Digest, Hashing, hex_digest};
use self::place::{Placed, place_plain, place_single, place_tree};
pub(crate) use self::staging::Staging;
use crate::error::{ApiError, is_out_of_space};
use crate::multipart::{Multipart, MultipartError, Part};
use crate::room::Room;
use crate::store::Sent;

/// Longest value of a form field that is not a file, in bytes.
const LONGEST_FIELD: usize = 4096;

/// What has arrived.
pub(crate) struct Arrival {
    /// Whether a person started the upload.
    pub(crate) manual: bool,
    /// Extension of the uploaded file, with its dot; empty for trees.
    pub(crate) extension: String,
    /// Bytes of content.
    pub(crate) filesize: u64,
    /// Hex SHA-256 of the file or the tree.
    pub(crate) hash: String,
    /// Receipt of the tree, where the client has sent the same.
    pub(crate) receipt: Option<String>,
    /// True if what is stored must come to that receipt.
    pub(crate) reproducible: bool,
    /// Digests of the upload, where it came in one request.
    pub(crate) sent: Option<Sent>,
    /// What could not be kept.
    pub(crate) warnings: Vec<String>,
}

/// Reads the form of an upload to its very end and puts its files into `staging`, unpacked where
/// that is called for, and durable. Whatever goes wrong is an error; the caller drops the staging.
pub(crate) fn receive(
    body: &mut (dyn Read + Send),
    content_type: &str,
    kind: TargetType,
    options: &UnpackOptions,
    staging: &Staging,
    room: &mut Room,
) -> Result<Arrival, ApiError> {
    let mut form = Multipart::new(body, content_type).map_err(from_multipart)?;
    let mut placed = Placed::default();
    let mut manual = None;
    let mut digests = Vec::new();
    let mut expected_receipt = None;
    let mut options = *options;
    while let Some(mut part) = form.next_part().map_err(from_multipart)? {
        match &*part.name {
            form::BACKUP_FILE => {
                digests.push(receive_file(
                    part,
                    kind,
                    &options,
                    staging,
                    room,
                    &mut placed,
                )?);
            }
            form::RECEIPT => {
                let text = part.text(LONGEST_FIELD).map_err(from_multipart)?;
                // Empty where the client has none.
                let text = text.trim().to_ascii_lowercase();
                expected_receipt = Some(text).filter(|text| !text.is_empty());
            }
            form::SHA256 => {
                let expected = part.text(LONGEST_FIELD).map_err(from_multipart)?;
                let Some(found) = digests.last() else {
                    return Err(ApiError::bad_request(
                        "sha256 must come after the file it is of",
                    ));
                };
                if !expected.trim().eq_ignore_ascii_case(found) {
                    return Err(ApiError::bad_request(
                        "what arrived is not what was sent: its sha256 differs; nothing was stored",
                    ));
                }
            }
            form::MANUAL => {
                let value = part.text(LONGEST_FIELD).map_err(from_multipart)?;
                manual = Some(parse_flag(&value, form::MANUAL)?);
            }
            form::SPECIAL => {
                let value = part.text(LONGEST_FIELD).map_err(from_multipart)?;
                let special = parse_flag(&value, form::SPECIAL)?;
                options.attributes = StoreAttributes::Keep { special };
            }
            // A newer client's fields are not this server's business.
            _ => {}
        }
    }
    if placed.parts == 0 {
        return Err(ApiError::bad_request(
            "the form has no file part `backup_file`",
        ));
    }
    let content = placed.finish(kind, staging)?;
    if expected_receipt.is_some() && expected_receipt != content.receipt {
        return Err(ApiError::bad_request(
            "what arrived is not what was sent: its receipt differs; nothing was stored",
        ));
    }
    staging.sync(kind)?;
    Ok(Arrival {
        manual: manual.unwrap_or(false),
        extension: content.extension,
        filesize: content.filesize,
        hash: content.hash,
        reproducible: content.reproducible && expected_receipt.is_some(),
        receipt: expected_receipt,
        sent: Some(Sent {
            sha256: digest_of_all(digests),
            receipt: content.receipt,
        }),
        warnings: room.warnings(),
    })
}

/// The digest of the only file, or one of the digests of several.
fn digest_of_all(digests: Vec<String>) -> String {
    match <[String; 1]>::try_from(digests) {
        Ok([only]) => only,
        Err(several) => hex_digest(Sha256::digest(several.join("\n")).into()),
    }
}

/// Puts one file where it belongs and returns the hex SHA-256 of what came over the wire.
fn receive_file(
    part: Part<'_, &mut (dyn Read + Send)>,
    kind: TargetType,
    options: &UnpackOptions,
    staging: &Staging,
    room: &mut Room,
    placed: &mut Placed,
) -> Result<String, ApiError> {
    let name = part.file_name.clone().unwrap_or_default();
    let mut part = Hashing::new(part);
    match kind {
        TargetType::Single if placed.parts > 0 => {
            return Err(ApiError::bad_request(
                "a single-file target takes exactly one file",
            ));
        }
        TargetType::Single => place_single(&mut part, &name, staging, room, placed)?,
        TargetType::Multi => {
            place_tree(&mut part, &name, options, staging, room, placed)?;
        }
    }
    placed.parts += 1;
    // Whoever read the part may have stopped at the end of what it understood.
    io::copy(&mut part, &mut io::sink()).map_err(|error| from_body(&error))?;
    Ok(hex_digest(part.finish()))
}

/// One file with the fields that say what it is.
pub(crate) struct StagedFile<const N: usize> {
    /// Values of the fields that were asked for.
    pub(crate) fields: [String; N],
    /// Bytes of content.
    pub(crate) size: u64,
    /// Its SHA-256.
    pub(crate) digest: Digest,
}

/// Reads a form with one file and some fields, in any order, to its very end. The file comes to lie
/// in `staging` as it is, and durable.
pub(crate) fn receive_one<const N: usize>(
    body: &mut (dyn Read + Send),
    content_type: &str,
    fields: [&str; N],
    staging: &Staging,
    room: &mut Room,
) -> Result<StagedFile<N>, ApiError> {
    let mut form = Multipart::new(body, content_type).map_err(from_multipart)?;
    let mut values = [const { None }; N];
    let mut file = None;
    while let Some(mut part) = form.next_part().map_err(from_multipart)? {
        if &*part.name == form::FILE {
            if file.is_some() {
                return Err(ApiError::bad_request("the form has two files"));
            }
            file = Some(place_plain(&mut Hashing::new(part), staging, room)?);
        } else if let Some(at) = fields.iter().position(|field| *field == &*part.name) {
            values[at] = Some(part.text(LONGEST_FIELD).map_err(from_multipart)?);
        }
    }
    let Some((digest, size)) = file else {
        return Err(ApiError::bad_request("the form has no file part `file`"));
    };
    let mut missing = fields.iter().zip(&values);
    if let Some((field, _)) = missing.find(|(_, value)| value.is_none()) {
        return Err(ApiError::bad_request(format!(
            "the form has no field `{field}`"
        )));
    }
    staging.sync(TargetType::Single)?;
    Ok(StagedFile {
        fields: values.map(Option::unwrap_or_default),
        size,
        digest,
    })
}

fn parse_flag(value: &str, name: &str) -> Result<bool, ApiError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "on" | "yes" => Ok(true),
        "0" | "false" | "off" | "no" => Ok(false),
        _ => Err(ApiError::bad_request(format!(
            "{name} must be true or false"
        ))),
    }
}

/// The client, or the network, has failed in the middle of a body.
fn from_body(error: &io::Error) -> ApiError {
    ApiError::bad_request(format!(
        "the upload ended early; nothing was stored: {error}"
    ))
}

fn from_multipart(error: MultipartError) -> ApiError {
    match error {
        MultipartError::NotMultipart => ApiError::new(
            415,
            "an upload must have the content type multipart/form-data",
        ),
        MultipartError::Read { source } if is_out_of_space(&source) => ApiError::out_of_space(),
        MultipartError::Read { source } => from_body(&source),
        MultipartError::Truncated => {
            ApiError::bad_request("the upload ended early; nothing was stored")
        }
        MultipartError::TooLarge { .. } => ApiError::new(413, error.to_string()),
        _ => ApiError::bad_request(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_takes_what_real_clients_send() {
        for value in ["1", "true", "True", "ON", "yes"] {
            assert!(parse_flag(value, "manual").unwrap(), "{value}");
        }
        for value in ["0", "false", "FALSE", "off", " no "] {
            assert!(!parse_flag(value, "manual").unwrap(), "{value}");
        }
        for value in ["", "2", "maybe"] {
            assert_eq!(
                parse_flag(value, "manual").unwrap_err().status,
                400,
                "{value}"
            );
        }
    }
}
