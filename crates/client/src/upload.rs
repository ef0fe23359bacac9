//! Uploads: from a thread that writes to a request that is sent meanwhile.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bchan_api::{Accepted, Endpoint, form, header};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt as _};
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::trickle::{Message, RESERVE, Trickle};
use crate::{Client, Error, RateLimit, answer, silence};

/// Bytes of a chunk.
const CHUNK: usize = 256 * 1024;

/// How long a chunk waits to become full when its writer is slow.
const PATIENCE: Duration = Duration::from_secs(5);

/// A file on its way.
pub struct Upload {
    /// Its content.
    pub body: UploadBody,
    /// File name for the server.
    pub file_name: String,
    /// True if a person started it.
    pub manual: bool,
    /// True if pipes and devices in it are meant; only for servers that say they keep them.
    pub special: bool,
    /// True if the digest is to be sent after it; only for servers that check it.
    pub sha256: bool,
    /// Sends the receipt after it; only for servers that say they compare it.
    pub receipt: bool,
    /// Hex SHA-256 of the file, where it is known before; only for servers that say they compare
    /// receipts. Such a server need not read an upload that it has stored before.
    pub known_sha256: Option<String>,
    /// How fast it goes.
    pub limit: Option<RateLimit>,
    /// Value of the header [`BASE`](header::BASE), which names what the file refers to; only for servers that say they take that.
    pub base: Option<String>,
    /// Name of what arrives, should the upload be interrupted.
    pub token: Option<String>,
    /// Makes it harmless to send the same upload twice, on servers that know of it.
    pub idempotency_key: Option<String>,
}

/// Makes both ends of a pipe that holds this many chunks of 256 KiB.
#[must_use]
pub fn upload_pipe(capacity: usize) -> (UploadWriter, UploadBody) {
    let (sender, receiver) = mpsc::channel(capacity.max(1));
    let (digest, digested) = oneshot::channel();
    let (receipt, received) = oneshot::channel();
    let fault = Fault::default();
    let writer = UploadWriter {
        sender,
        digest,
        receipt,
        fault: fault.clone(),
        buffer: BytesMut::with_capacity(CHUNK),
        hasher: Sha256::new(),
        sent: None,
        patience: PATIENCE,
    };
    (
        writer,
        UploadBody {
            receiver,
            digested,
            received,
            fault,
        },
    )
}

/// The error of the writer.
#[derive(Clone, Default)]
pub(crate) struct Fault(Arc<Mutex<Option<io::Error>>>);

impl Fault {
    fn set(&self, error: io::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(crate) fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The end to write to, from a thread that may block. Unless [`finish`](Self::finish) is called,
/// the request is aborted, so that the server cannot take a part for the whole. Writing fails once
/// the request has ended.
pub struct UploadWriter {
    sender: mpsc::Sender<Message>,
    digest: oneshot::Sender<String>,
    receipt: oneshot::Sender<String>,
    fault: Fault,
    buffer: BytesMut,
    hasher: Sha256,
    /// When the last chunk went; none has, at first, and the first bytes do not wait.
    sent: Option<Instant>,
    /// How long a chunk may wait to become full.
    patience: Duration,
}

impl UploadWriter {
    /// Sends the rest and the receipt, if there is one, and returns the SHA-256 of everything.
    pub fn finish(mut self, receipt: Option<&str>) -> io::Result<[u8; 32]> {
        self.send()?;
        let digest: [u8; 32] = self.hasher.finalize().into();
        // The other end was dropped if the result is not wanted.
        let _ = self.digest.send(hex::encode(digest));
        let _ = self.receipt.send(receipt.unwrap_or_default().to_owned());
        self.sender
            .blocking_send(Message::End)
            .map_err(|_| closed())?;
        Ok(digest)
    }

    /// Aborts the request because of this.
    pub fn fail(self, error: io::Error) {
        self.fault.set(error);
    }

    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, BytesMut::with_capacity(CHUNK)).freeze();
        self.hasher.update(&chunk);
        self.sent = Some(Instant::now());
        self.sender
            .blocking_send(Message::Data(chunk))
            .map_err(|_| closed())
    }
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the upload has ended")
}

impl Write for UploadWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(CHUNK - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..count]);
        let waits = self
            .sent
            .is_some_and(|sent| sent.elapsed() <= self.patience);
        if self.buffer.len() == CHUNK || !waits {
            self.send()?;
        }
        Ok(count)
    }

    /// Nothing: a chunk goes when it is full, or has waited for long.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end that a request reads from.
pub struct UploadBody {
    receiver: mpsc::Receiver<Message>,
    digested: oneshot::Receiver<String>,
    received: oneshot::Receiver<String>,
    fault: Fault,
}

impl UploadBody {
    /// The body of a part, and what may say why it ends early.
    pub(crate) async fn into_body(mut self, limit: Option<RateLimit>) -> (Body, Fault) {
        let begun = Self::begin(&mut self.receiver).await;
        let body = Body::wrap_stream(Self::into_stream(self.receiver, begun, limit));
        (body, self.fault)
    }

    /// Waits until there is enough to fill a long silence with, or all of it: servers do not wait
    /// long for a body that has not begun.
    async fn begin(receiver: &mut mpsc::Receiver<Message>) -> (Bytes, bool) {
        let mut begun = Bytes::new();
        while begun.len() < RESERVE {
            match receiver.recv().await {
                Some(Message::Data(chunk)) if begun.is_empty() => begun = chunk,
                Some(Message::Data(chunk)) => begun = [begun, chunk].concat().into(),
                Some(Message::End) => return (begun, true),
                // The stream says that the writer is gone.
                None => break,
            }
        }
        (begun, false)
    }

    fn into_stream(
        receiver: mpsc::Receiver<Message>,
        begun: (Bytes, bool),
        limit: Option<RateLimit>,
    ) -> impl Stream<Item = io::Result<Bytes>> {
        let start = Some(Trickle::new(receiver, begun, limit, CHUNK));
        stream::unfold(start, |body| async {
            let mut body = body?;
            match body.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(body))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
    }
}

/// A field that is known only when the file before it has passed.
fn later(value: oneshot::Receiver<String>) -> Part {
    let value = async { value.await.map(Bytes::from).map_err(|_| closed()) };
    Part::stream(Body::wrap_stream(stream::once(value)))
}

impl Client {
    /// Uploads a file to a target, once. A server's answer counts even when it comes before all
    /// has been sent.
    pub async fn upload(&self, target: &str, upload: Upload) -> Result<Accepted, Error> {
        let UploadBody {
            mut receiver,
            digested,
            received,
            fault,
        } = upload.body;
        let begun = UploadBody::begin(&mut receiver).await;
        let sent = Arc::new(Notify::new());
        let told = Arc::clone(&sent);
        let body = UploadBody::into_stream(receiver, begun, upload.limit);
        let end = stream::once(async move {
            told.notify_one();
            Ok(Bytes::new())
        });
        let file = Part::stream(Body::wrap_stream(body.chain(end)))
            .file_name(upload.file_name)
            .mime_str("application/octet-stream")
            .map_err(|source| Error::Setup { source })?;
        let manual = if upload.manual { "1" } else { "0" };
        let mut form = Form::new().text(form::MANUAL, manual);
        if upload.special {
            form = form.text(form::SPECIAL, "1");
        }
        form = form.part(form::BACKUP_FILE, file);
        if upload.sha256 {
            form = form.part(form::SHA256, later(digested));
        }
        if upload.receipt {
            form = form.part(form::RECEIPT, later(received));
        }
        let endpoint = match upload.base {
            Some(_) => Endpoint::Increment,
            None => Endpoint::Upload,
        };
        let mut request = self.request(endpoint, target).multipart(form);
        if let Some(base) = upload.base {
            request = request.header(header::BASE, base);
        }
        if let Some(token) = upload.token {
            request = request.header(header::UPLOAD, token);
        }
        if let Some(key) = upload.idempotency_key {
            request = request.header(header::IDEMPOTENCY_KEY, key);
        }
        if let Some(sha256) = upload.known_sha256 {
            request = request.header(header::SHA256, sha256);
        }
        let outcome = tokio::select! {
            outcome = request.send() => outcome,
            () = silence::given_up(self, &sent) => {
                let server = self.server().to_owned();
                return Err(Error::Unanswered { server, source: None });
            }
        };
        let response = match outcome {
            Ok(response) => response,
            Err(error) => {
                return Err(match fault.take() {
                    Some(source) => Error::Source { source },
                    None => self.failed(error),
                });
            }
        };
        self.note(&response);
        answer::json(self, endpoint, response).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_slowly_does_not_wait_for_more() {
        let (mut writer, mut body) = upload_pipe(4);
        let mut sent = || match body.receiver.try_recv() {
            Ok(Message::Data(chunk)) => Some(chunk),
            _ => None,
        };
        writer.write_all(b"first").unwrap();
        assert_eq!(sent().unwrap(), "first");
        writer.write_all(b"held").unwrap();
        assert_eq!(sent(), None);
        writer.patience = Duration::ZERO;
        writer.write_all(b" and gone").unwrap();
        assert_eq!(sent().unwrap(), "held and gone");
    }
}
