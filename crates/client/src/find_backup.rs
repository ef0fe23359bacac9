//! Backups by their ids, or by the beginnings of their ids.

use bchan_api::{Backup, Target};

use crate::client::Client;
use crate::error::Error;

/// Characters of an id.
const WHOLE: usize = 36;
/// Fewest characters that stand for an id.
const SHORTEST: usize = 4;

/// Returns true if a text may stand for the id that begins with it.
fn is_beginning(text: &str) -> bool {
    let of_ids = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    (SHORTEST..WHOLE).contains(&text.len()) && text.bytes().all(of_ids)
}

impl Client {
    /// A backup and its target, by the backup's id or the beginning of it, of at least four
    /// characters. Fails if several begin like that. The API cannot show a single backup, so this
    /// looks through all targets.
    pub async fn find_backup(&self, id: &str) -> Result<Option<(Target, Backup)>, Error> {
        let is_beginning = is_beginning(id);
        let beginning = id.to_ascii_lowercase();
        let mut found = Vec::new();
        for target in self.all_targets().await? {
            let view = match self.target(&target.id).await {
                Ok(view) => view,
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            for backup in view.backups {
                if backup.id == id {
                    return Ok(Some((view.target, backup)));
                }
                if is_beginning && backup.id.starts_with(&beginning) {
                    found.push((view.target.clone(), backup));
                }
            }
        }
        if found.len() > 1 {
            return Err(Error::AmbiguousId {
                beginning: id.to_owned(),
                ids: found.into_iter().map(|(_, backup)| backup.id).collect(),
            });
        }
        Ok(found.pop())
    }

    /// The id of the backup that a text stands for: the text itself, unless it is the beginning of
    /// a single id.
    pub async fn whole_backup_id(&self, id: &str) -> Result<String, Error> {
        if !is_beginning(id) {
            return Ok(id.to_owned());
        }
        let found = self.find_backup(id).await?;
        Ok(found.map_or_else(|| id.to_owned(), |(_, backup)| backup.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_texts_are_beginnings_of_ids() {
        for text in ["5e2f", "5E2F6a0c-8f7f", "----"] {
            assert!(is_beginning(text), "{text}");
        }
        let whole = "5e2f6a0c-8f7f-4d0e-9a53-2f8b6a1c7d90";
        for text in ["", "5e2", "docs", "5e2f6a0c_8f7f", "5e2f*", whole] {
            assert!(!is_beginning(text), "{text}");
        }
    }
}
