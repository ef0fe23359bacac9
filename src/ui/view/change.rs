//! Reports of small changes.

use serde::Serialize;

use super::{Page, View, clean};

/// A change that the server has made.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    /// Always true; what the API answers.
    success: bool,
    /// The sentence, without its full stop.
    #[serde(skip)]
    message: String,
}

impl Done {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            success: true,
            message: message.into(),
        }
    }
}

impl View for Done {
    const REPORT: bool = true;

    fn text(&self, _: &Page) -> String {
        format!("{}\n", clean(&self.message))
    }
}

/// A job that was told to run.
#[derive(Debug, Serialize)]
pub(crate) struct Started {
    /// Its number in the list of jobs, where the server says it.
    pub(crate) job_id: Option<i64>,
    /// Its name.
    #[serde(skip)]
    pub(crate) name: String,
}

impl View for Started {
    const REPORT: bool = true;

    fn text(&self, _: &Page) -> String {
        let name = clean(&self.name);
        match self.job_id {
            Some(id) => format!("started {name} as job {id}\n"),
            None => format!("started {name}\n"),
        }
    }

    fn ids(&self) -> Option<Vec<String>> {
        Some(self.job_id.iter().map(i64::to_string).collect())
    }
}

/// A key that was made. The one place that shows a key: it is what the command is for.
#[cfg(feature = "server")]
#[derive(Debug, Serialize)]
pub(crate) struct NewKey {
    /// The key.
    pub(crate) key: bchan_api::ApiKey,
}

#[cfg(feature = "server")]
impl View for NewKey {
    fn text(&self, _: &Page) -> String {
        format!("{}\n", self.key.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::page::tests::script;

    #[test]
    fn a_sentence_for_people_and_facts_for_scripts() {
        let done = Done::new("deleted target a\x1bb");
        assert_eq!(done.text(&script()), "deleted target a\\u{1b}b\n");
        assert_eq!(
            serde_json::to_value(done).unwrap(),
            serde_json::json!({"success": true})
        );
        let started = Started {
            job_id: Some(4),
            name: "recycle_job".into(),
        };
        assert_eq!(started.text(&script()), "started recycle_job as job 4\n");
        assert_eq!(
            serde_json::to_value(started).unwrap(),
            serde_json::json!({"job_id": 4})
        );
    }
}
