//! Manual pages, made from the definition of the command line.

mod command;
mod config_file;
mod document;
mod parts;
mod synopsis;
#[cfg(test)]
mod tests;

pub(crate) use self::command::render;
#[cfg(test)]
pub(crate) use self::config_file::NAME as CONFIG_FILE;
pub(crate) use self::config_file::render as render_config_file;
#[cfg(test)]
pub(crate) use self::parts::page_name;
