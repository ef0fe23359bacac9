//! Keys and certificates of a server, without secrets.

use bchan_api::Time;
use bchan_server::NamedKey;
use serde::Serialize;

use super::{Page, View, clean};

/// All keys of a server.
#[derive(Debug, Serialize)]
pub(crate) struct KeyList {
    keys: Vec<Key>,
}

#[derive(Debug, Serialize)]
struct Key {
    /// None for the server's own key.
    name: Option<String>,
    rights: String,
    /// Ids of the targets that it is for; none for all.
    targets: Option<Vec<String>>,
    created_at: Option<Time>,
    /// Aliases or names of the targets.
    #[serde(skip)]
    target_names: Option<Vec<String>>,
}

impl KeyList {
    pub(crate) fn new(
        has_main: bool,
        named: Vec<NamedKey>,
        name_of: impl Fn(&String) -> String,
    ) -> Self {
        let main = has_main.then(|| Key {
            name: None,
            rights: "full".into(),
            targets: None,
            created_at: None,
            target_names: None,
        });
        let named = named.into_iter().map(|key| Key {
            name: Some(key.name),
            rights: key.rights.to_string(),
            target_names: key
                .targets
                .as_ref()
                .map(|ids| ids.iter().map(&name_of).collect()),
            targets: key.targets,
            created_at: Some(key.created_at),
        });
        Self {
            keys: main.into_iter().chain(named).collect(),
        }
    }
}

impl View for KeyList {
    fn text(&self, page: &Page) -> String {
        if self.keys.is_empty() {
            return "There are no keys.\n".to_owned();
        }
        let mut table = page.table(&["name", "rights", "targets", "created"]);
        for key in &self.keys {
            let targets = key.target_names.as_ref();
            table.row([
                key.name.as_deref().map_or_else(|| "-".into(), clean),
                key.rights.clone(),
                targets.map_or_else(|| "all".into(), |targets| clean(&targets.join(", "))),
                key.created_at
                    .map_or_else(|| "-".into(), |time| page.time(time)),
            ]);
        }
        table.to_string()
    }
}

/// A certificate that was made.
#[derive(Debug, Serialize)]
pub(crate) struct NewCertificate {
    cert: String,
    key: String,
    names: Vec<String>,
    not_after: Time,
    /// SHA-256, in hexadecimal digits.
    fingerprint: String,
}

impl From<bchan_server::NewCertificate> for NewCertificate {
    fn from(made: bchan_server::NewCertificate) -> Self {
        Self {
            cert: made.cert.to_string_lossy().into_owned(),
            key: made.key.to_string_lossy().into_owned(),
            names: made.names,
            not_after: made.not_after,
            fingerprint: made.fingerprint,
        }
    }
}

impl View for NewCertificate {
    fn text(&self, _: &Page) -> String {
        let pairs: Vec<&str> = self
            .fingerprint
            .as_bytes()
            .chunks(2)
            .filter_map(|pair| std::str::from_utf8(pair).ok())
            .collect();
        format!(
            "certificate:  {}\nkey:          {}\nnames:        {}\nvalid until:  {}\n\
             SHA-256:      {}\n",
            clean(&self.cert),
            clean(&self.key),
            clean(&self.names.join(", ")),
            self.not_after,
            pairs.join(":").to_uppercase()
        )
    }
}
