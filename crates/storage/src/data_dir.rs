//! The file in a data folder that holds its name.

pub mod lock;
pub mod private;

use std::fs;
use std::io;
use std::path::Path;

use crate::durable;

/// Name of the file. It tells a data folder that has lost its database from a new one.
const INSTANCE: &str = "instance";

/// The name of a data folder, as its file has it.
pub fn read_instance(data: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(data.join(INSTANCE)) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the file with the name of a data folder.
pub fn write_instance(data: &Path, instance: &str) -> io::Result<()> {
    let text = format!("{instance}\n");
    durable::write_file(&data.join(INSTANCE), text.as_bytes())
}
