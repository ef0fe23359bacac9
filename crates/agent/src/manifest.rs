//! Fetching the manifest of a backup.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use bchan_client::Client;

use crate::download::find;
use crate::error::AgentError;

/// Fetches the manifest of a backup, or of the newest one of a target, as text.
pub async fn manifest(client: &Client, what: &str) -> Result<File, AgentError> {
    let (_, backup) = find(client, what).await?;
    let mut manifest = client.manifest(&backup.id).await?;
    let keeping = || AgentError::io("keeping a manifest in", std::env::temp_dir());
    let mut compressed = tempfile::tempfile().map_err(keeping())?;
    while let Some(bytes) = manifest.chunk().await? {
        compressed.write_all(&bytes).map_err(keeping())?;
    }
    let text = move || {
        compressed.rewind()?;
        let mut text = tempfile::tempfile()?;
        bchan_archive::unpack_mtree(&compressed, &mut text)?;
        text.rewind()?;
        Ok(text)
    };
    let text = crate::work::spawn(text).await;
    text.map_err(|_| AgentError::Thread)?.map_err(keeping())
}
