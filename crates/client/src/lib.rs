//! Typed client for the Backup-chan JSON API.
//!
//! It takes what real servers send, not only what they should: integers for booleans, times
//! without zones, pages of HTML in the place of JSON. Idempotent requests are tried again when the
//! failure is temporary; uploads are not, because only their maker can make their body again.

mod answer;
mod client;
mod distrust;
mod download;
mod endpoints;
mod error;
mod find_backup;
mod limit;
mod pace;
mod ping;
mod sequence;
mod silence;
mod trickle;
mod trust;
mod upload;

pub use self::endpoints::choose_target;
pub use client::{Client, Config};
pub use distrust::Distrust;
pub use download::{Download, DownloadFormat};
pub use error::Error;
pub use limit::RateLimit;
pub use ping::{Monitor, Ping, PingError};
pub use sequence::Finished;
pub use upload::{Upload, UploadBody, UploadWriter, upload_pipe};
