//! Questions of the programs that look after a data folder to the server that runs over it, which
//! alone can open the database.
//!
//! They come through a socket in the data folder that only the owner of the folder and root can
//! reach: one line of JSON each way, and the bytes of a copy after the answer that announces them.
//! A connection is for one question, and one is answered at a time.

mod client;
mod message;
mod server;

pub use self::client::ControlError;
pub(crate) use self::client::{copy_database, find_target, name_target, note_keys};
pub(crate) use self::server::{COPY_FOLDER, Control};
