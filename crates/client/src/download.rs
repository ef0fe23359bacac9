//! Downloads, a chunk at a time.

use bchan_api::{Endpoint, header};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_DISPOSITION, TRANSFER_ENCODING};
use reqwest::{Response, StatusCode};

use crate::pace::Pace;
use crate::{Client, Error, answer};

/// In what form a tree is sent; servers that do not know the choice have their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadFormat {
    /// `.tar.gz`
    Gzip,
    /// `.tar.zst`
    Zstd,
    /// `.tar.zst`, made no smaller than the way is slow: for what is unpacked at once.
    Quick,
    /// `.tar`
    Plain,
}

impl DownloadFormat {
    fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "tar.gz",
            Self::Zstd | Self::Quick => "tar.zst",
            Self::Plain => "tar",
        }
    }
}

/// A backup on its way here.
#[derive(Debug)]
pub struct Download {
    /// File name that the server sent. Never a trusted path.
    pub file_name: Option<String>,
    /// Bytes, where the server says so.
    pub length: Option<u64>,
    /// True if the answer itself says where it ends, so that a part cannot look like the whole.
    pub is_framed: bool,
    received: u64,
    pace: Pace,
    response: Response,
    client: Client,
}

impl Client {
    /// Starts to fetch the manifest of a backup.
    pub async fn manifest(&self, id: &str) -> Result<Download, Error> {
        let request = self.request(Endpoint::Manifest, id);
        self.start(Endpoint::Manifest, request).await
    }

    /// Starts to fetch the manifest of what has arrived of an interrupted upload.
    pub async fn partial(&self, target: &str, token: &str) -> Result<Download, Error> {
        let request = self.request(Endpoint::Partial, target);
        let request = request.header(header::UPLOAD, token);
        self.start(Endpoint::Partial, request).await
    }

    /// Starts to fetch the content of a backup.
    pub async fn download(
        &self,
        id: &str,
        format: Option<DownloadFormat>,
    ) -> Result<Download, Error> {
        let mut request = self.request(Endpoint::Download, id);
        if let Some(format) = format {
            request = request.query(&[("format", format.as_str())]);
            if format == DownloadFormat::Quick {
                // Servers that do not know it leave it alone.
                request = request.query(&[("adapt", "true")]);
            }
        }
        self.start(Endpoint::Download, request).await
    }

    async fn start(&self, endpoint: Endpoint, request: RequestBuilder) -> Result<Download, Error> {
        let response = answer::checked(self, self.send(endpoint, request).await?).await?;
        if response.status() != StatusCode::OK {
            return Err(Error::NotBackupChan {
                server: self.server().to_owned(),
                what: format!("it has status {}", response.status().as_u16()),
            });
        }
        let header = response.headers().get(CONTENT_DISPOSITION);
        let file_name =
            header.and_then(|value| file_name(&String::from_utf8_lossy(value.as_bytes())));
        let length = response.content_length();
        let is_framed = length.is_some() || response.headers().contains_key(TRANSFER_ENCODING);
        Ok(Download {
            file_name,
            length,
            is_framed,
            received: 0,
            pace: Pace::default(),
            response,
            client: self.clone(),
        })
    }
}

impl Download {
    /// The next piece; `None` only at the true end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let client = &self.client;
        let chunk = self.pace.chunk(&mut self.response, client.patience()).await;
        let chunk = chunk.map_err(|_| Error::TimedOut {
            server: client.server().to_owned(),
        })?;
        let chunk = chunk.map_err(|error| client.failed(error))?;
        self.received += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        match self.length {
            Some(length) if chunk.is_none() && self.received != length => {
                Err(Error::NotBackupChan {
                    server: client.server().to_owned(),
                    what: format!("{} bytes of {length} came", self.received),
                })
            }
            _ => Ok(chunk),
        }
    }
}

/// The name in a `Content-Disposition` (RFC 6266). The one that may have all characters comes first.
fn file_name(header: &str) -> Option<String> {
    if let Some((_, extended)) = header.split_once("filename*=") {
        let value = extended.split(';').next().unwrap_or_default().trim();
        let mut parts = value.splitn(3, '\'');
        let charset = parts.next().unwrap_or_default();
        if let (true, Some(text)) = (charset.eq_ignore_ascii_case("utf-8"), parts.nth(1))
            && let Ok(name) = percent_decode_str(text).decode_utf8()
            && !name.is_empty()
        {
            return Some(name.into_owned());
        }
    }
    let (_, name) = header.split_once("filename=")?;
    let name = match name.trim().strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => name.split(';').next()?.trim(),
    };
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_come_with_and_without_quotes() {
        let name = |header: &str| file_name(header);
        assert_eq!(
            name("attachment; filename=\"a b;c\"; x=y").as_deref(),
            Some("a b;c")
        );
        assert_eq!(
            name("attachment; filename=a.txt; x").as_deref(),
            Some("a.txt")
        );
        let both = "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%BCber%20alles.txt; x";
        assert_eq!(name(both).as_deref(), Some("über alles.txt"));
        for broken in [
            "filename*=UTF-8''%ff",
            "filename*=latin1''x",
            "filename*=",
            "filename*=UTF-8''",
        ] {
            let header = format!("attachment; {broken}; filename=a");
            assert_eq!(name(&header).as_deref(), Some("a"), "{broken}");
        }
        assert_eq!(name("attachment"), None);
        assert_eq!(name("attachment; filename=\"\""), None);
    }
}
