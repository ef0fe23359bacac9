//! Reading the multipart forms of uploads.

use std::io::Read;

use bchan_api::{TargetType, form};
use bchan_archive::{Bases, StoreAttributes, UnpackOptions};

use crate::api::error::ApiError;
use bchan_engine::Error;
use bchan_engine::ingest::{self, PlacedFile, ReceivedBackup, Receiver};
use bchan_http::multipart::{Multipart, MultipartError};
use bchan_storage::durable::is_out_of_space;
use bchan_storage::space::SpaceGuard;
use bchan_storage::staging::Staging;

/// Longest value of a form field that is not a file, in bytes.
const LONGEST_FIELD: usize = 4096;

/// Reads the form of an upload to its end and puts its files into `staging`, durably; archives are
/// unpacked. On an error the caller drops the staging folder, unless `arrived` says that files of this
/// many bytes have come, with their manifest.
pub(crate) fn receive(
    body: &mut (dyn Read + Send),
    content_type: &str,
    kind: TargetType,
    (options, bases): (&UnpackOptions, &mut Bases<'_>),
    staging: &Staging,
    room: &mut SpaceGuard,
    arrived: &mut Option<u64>,
) -> Result<ReceivedBackup, ApiError> {
    let mut form = Multipart::new(body, content_type).map_err(from_multipart)?;
    let mut receiver = Receiver::new(kind, *options, bases, staging, room)?;
    match read(&mut form, &mut receiver) {
        Ok((manual, expected_receipt)) => Ok(receiver.finish(manual, expected_receipt)?),
        Err(error) => {
            *arrived = receiver.interrupted();
            Err(error)
        }
    }
}

/// Reads all parts. Returns whether a person has started the upload, and the receipt that the client
/// expects.
fn read(
    form: &mut Multipart<&mut (dyn Read + Send)>,
    receiver: &mut Receiver<'_, '_>,
) -> Result<(bool, Option<String>), ApiError> {
    let mut manual = false;
    let mut expected_receipt = None;
    while let Some(mut part) = form.next_part().map_err(from_multipart)? {
        match &*part.name {
            form::BACKUP_FILE => {
                let name = part.file_name.clone().unwrap_or_default();
                receiver.file(part, &name)?;
            }
            form::RECEIPT => {
                let text = part.text(LONGEST_FIELD).map_err(from_multipart)?;
                // Empty where the client has none.
                let text = text.trim().to_ascii_lowercase();
                expected_receipt = Some(text).filter(|text| !text.is_empty());
            }
            form::SHA256 => {
                let expected = part.text(LONGEST_FIELD).map_err(from_multipart)?;
                let Some(found) = receiver.last_digest() else {
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
                manual = parse_flag(&value, form::MANUAL)?;
            }
            form::SPECIAL => {
                let value = part.text(LONGEST_FIELD).map_err(from_multipart)?;
                let special = parse_flag(&value, form::SPECIAL)?;
                receiver.options.attributes = StoreAttributes::Keep { special };
            }
            // Fields of newer clients are ignored.
            _ => {}
        }
    }
    if !receiver.has_files() {
        return Err(ApiError::bad_request(
            "the form has no file part `backup_file`",
        ));
    }
    Ok((manual, expected_receipt))
}

/// A file with the values of the form's fields.
pub(crate) struct FileWithFields<const N: usize> {
    /// Values of the fields that the caller asked for, in its order.
    pub(crate) fields: [String; N],
    pub(crate) file: PlacedFile,
}

/// Reads a form with one file and the given fields, in any order, to its end. Stores the file in
/// `staging` unchanged, durably.
pub(crate) fn receive_one<const N: usize>(
    body: &mut (dyn Read + Send),
    content_type: &str,
    fields: [&str; N],
    staging: &Staging,
    room: &mut SpaceGuard,
) -> Result<FileWithFields<N>, ApiError> {
    let mut form = Multipart::new(body, content_type).map_err(from_multipart)?;
    let mut values = [const { None }; N];
    let mut file = None;
    while let Some(mut part) = form.next_part().map_err(from_multipart)? {
        if &*part.name == form::FILE {
            if file.is_some() {
                return Err(ApiError::bad_request("the form has two files"));
            }
            file = Some(ingest::place_one(part, staging, room)?);
        } else if let Some(at) = fields.iter().position(|field| *field == &*part.name) {
            values[at] = Some(part.text(LONGEST_FIELD).map_err(from_multipart)?);
        }
    }
    let Some(file) = file else {
        return Err(ApiError::bad_request("the form has no file part `file`"));
    };
    let mut missing = fields.iter().zip(&values);
    if let Some((field, _)) = missing.find(|(_, value)| value.is_none()) {
        return Err(ApiError::bad_request(format!(
            "the form has no field `{field}`"
        )));
    }
    staging.sync(TargetType::Single).map_err(Error::from)?;
    Ok(FileWithFields {
        fields: values.map(Option::unwrap_or_default),
        file,
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

fn from_multipart(error: MultipartError) -> ApiError {
    match error {
        MultipartError::NotMultipart => ApiError::new(
            415,
            "an upload must have the content type multipart/form-data",
        ),
        MultipartError::Read { source } if is_out_of_space(&source) => Error::out_of_space().into(),
        MultipartError::Read { source } => ingest::from_body(&source).into(),
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
