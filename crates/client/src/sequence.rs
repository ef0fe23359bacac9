//! Uploads whose files go one by one.

use bchan_api::{Endpoint, SequenceFile, SequenceView, Success, form};
use reqwest::multipart::{Form, Part};
use serde::{Deserialize, Serialize};

use crate::upload::UploadBody;
use crate::{Client, Error, RateLimit, answer};

/// No body.
const NOTHING: Option<&()> = None;

/// Outcome of a sequential upload. Sent by servers of this project only.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Finished {
    /// Number of the job that has stored it.
    #[serde(default)]
    pub job_id: Option<i64>,
    /// The new backup.
    #[serde(default)]
    pub backup_id: Option<String>,
}

impl Client {
    /// Begins an upload of these files. A target to which one is under way is busy.
    pub async fn begin_sequence(
        &self,
        target: &str,
        files: &[SequenceFile],
        manual: bool,
    ) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Begin<'a> {
            /// The reference server wants a number.
            manual: u8,
            file_list: &'a [SequenceFile],
        }
        let begin = Begin {
            manual: manual.into(),
            file_list: files,
        };
        let endpoint = Endpoint::BeginSequence;
        self.ask::<Success>(endpoint, target, &[], Some(&begin))
            .await
            .map(drop)
    }

    /// The files of the upload that is under way, and which of them have arrived.
    pub async fn sequence(&self, target: &str) -> Result<Vec<SequenceFile>, Error> {
        let endpoint = Endpoint::ShowSequence;
        let view: SequenceView = self.ask(endpoint, target, &[], NOTHING).await?;
        Ok(view.file_list)
    }

    /// Sends one file, once.
    pub async fn upload_sequence_file(
        &self,
        target: &str,
        file: &SequenceFile,
        body: UploadBody,
        limit: Option<RateLimit>,
    ) -> Result<(), Error> {
        let (body, fault) = body.into_body(limit).await;
        let part = Part::stream(body)
            .file_name(file.name.clone())
            .mime_str("application/octet-stream")
            .map_err(|source| Error::Setup { source })?;
        let form = Form::new()
            .text(form::PATH, file.path.clone())
            .text(form::NAME, file.name.clone())
            .part(form::FILE, part);
        let request = self.request(Endpoint::UploadFile, target).multipart(form);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                return Err(match fault.take() {
                    Some(source) => Error::Source { source },
                    None => self.failed(error),
                });
            }
        };
        self.note(&response);
        answer::json::<Success>(self, Endpoint::UploadFile, response)
            .await
            .map(drop)
    }

    /// Makes a backup of an upload whose files have all arrived, once.
    pub async fn finish_sequence(&self, target: &str) -> Result<Finished, Error> {
        let body = serde_json::json!({});
        let request = self.request(Endpoint::FinishSequence, target).json(&body);
        // No time limit: the server may have to hash and sync for long.
        let response = request.send().await.map_err(|error| self.failed(error))?;
        self.note(&response);
        answer::json(self, Endpoint::FinishSequence, response).await
    }

    /// Gives an upload up.
    pub async fn terminate_sequence(&self, target: &str) -> Result<(), Error> {
        let body = serde_json::json!({});
        self.ask::<Success>(Endpoint::TerminateSequence, target, &[], Some(&body))
            .await
            .map(drop)
    }
}
