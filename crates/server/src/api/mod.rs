//! The JSON API over HTTP: from a request to the engine, and from its outcome to a status.

pub(crate) mod browser;
pub(crate) mod error;
pub(crate) mod handlers;
pub(crate) mod json_body;
pub(crate) mod page_cache;
pub(crate) mod reply;
pub(crate) mod router;
mod upload_form;
pub(crate) mod validate;
