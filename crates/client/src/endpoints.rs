//! The endpoints, one method each.

use std::cmp::Reverse;
use std::fmt;

use bchan_api::{
    Backup, BackupEdit, BackupList, Created, DeleteFiles, Endpoint, Features, Jobs, LogText,
    NewTarget, Stats, Success, Target, TargetEdit, TargetFilter, TargetView,
};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::{Client, Error, answer};

/// No body.
const NOTHING: Option<&()> = None;

/// Most pages that are asked for; a server that ignores the page would give them for ever.
const MOST_PAGES: u32 = 1_000_000;

/// Most targets that are taken from a server.
const MOST_TARGETS: usize = 250_000;

/// Most targets that are named as left out.
const MOST_ODDITIES: usize = 100;

/// A list of targets of which any may make no sense.
#[derive(Deserialize)]
struct RawTargets {
    targets: Sensible,
}

/// The targets of a list that make sense. Some servers take types of targets that there are not;
/// one of these must not hide all others. Only one element at a time is held as text.
#[derive(Default)]
struct Sensible {
    targets: Vec<Target>,
    /// Elements, with those that were left out.
    count: usize,
    /// Messages about elements that were left out.
    oddities: Vec<String>,
}

impl<'de> Deserialize<'de> for Sensible {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(SensibleVisitor)
    }
}

struct SensibleVisitor;

impl<'de> Visitor<'de> for SensibleVisitor {
    type Value = Sensible;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of targets")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sensible, A::Error> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let mut found = Sensible::default();
        while let Some(element) = list.next_element::<Box<RawValue>>()? {
            found.count += 1;
            if found.count > MOST_TARGETS {
                return Err(A::Error::custom("there are too many targets"));
            }
            match serde_json::from_str(element.get()) {
                Ok(target) => found.targets.push(target),
                Err(error) if found.oddities.len() < MOST_ODDITIES => {
                    let named = serde_json::from_str::<Named>(element.get());
                    let name = named.map(|named| answer::clean(&named.name));
                    let name = name.unwrap_or_else(|_| "without a name".to_owned());
                    let what = answer::clean(&error.to_string());
                    found
                        .oddities
                        .push(format!("target {name} is left out: {what}"));
                }
                Err(_) => {}
            }
        }
        Ok(found)
    }
}

impl Client {
    /// One page of targets, from 1 on; empty after the last. Invalid ones are left out, and are
    /// among the [oddities](Self::take_oddities).
    pub async fn targets(&self, page: u32) -> Result<Vec<Target>, Error> {
        let page = self.page(page).await?;
        Ok(self.sensible(page))
    }

    /// All targets, by name; with the same exception.
    pub async fn all_targets(&self) -> Result<Vec<Target>, Error> {
        let (mut all, mut oddities) = (Sensible::default(), Vec::new());
        for number in 1..=MOST_PAGES {
            let page = self.page(number).await?;
            // Past the end; or a server that has no pages and repeats itself.
            let repeated = |target: &Target| {
                let mut latest = all.targets.iter().rev().take(100);
                latest.any(|other| other.id == target.id)
            };
            let same_oddities = page.oddities == oddities;
            if page.count == 0 || (same_oddities && page.targets.iter().all(repeated)) {
                break;
            }
            oddities.clone_from(&page.oddities);
            let last = page.count < 10;
            all.count += page.count;
            if all.count > MOST_TARGETS {
                return Err(Error::NotBackupChan {
                    server: self.server().to_owned(),
                    what: "there are too many targets".into(),
                });
            }
            all.targets.extend(page.targets);
            all.oddities.extend(page.oddities);
            all.oddities.truncate(MOST_ODDITIES);
            if last {
                break;
            }
        }
        Ok(self.sensible(all))
    }

    async fn page(&self, number: u32) -> Result<Sensible, Error> {
        let query = [("page", number.to_string())];
        let list: RawTargets = self.ask(Endpoint::ListTargets, "", &query, NOTHING).await?;
        Ok(list.targets)
    }

    /// The targets of a list; what was left out is remembered.
    fn sensible(&self, list: Sensible) -> Vec<Target> {
        for oddity in list.oddities {
            self.note_oddity(oddity);
        }
        list.targets
    }

    /// All targets with what a filter asks for, by name. A filter that asks for nothing is refused.
    pub async fn search_targets(&self, filter: &TargetFilter) -> Result<Vec<Target>, Error> {
        let query = filter.query();
        let list: RawTargets = self
            .ask(Endpoint::SearchTargets, "", &query, NOTHING)
            .await?;
        Ok(self.sensible(list.targets))
    }

    /// A target and its backups, newest first, by id or alias.
    pub async fn target(&self, id: &str) -> Result<TargetView, Error> {
        let mut view: TargetView = self.ask(Endpoint::ShowTarget, id, &[], NOTHING).await?;
        self.newest_first(&mut view.backups);
        Ok(view)
    }

    /// A target and its backups by id, alias, or name if no other target has that. Servers of other
    /// programs do not look for names themselves.
    pub async fn find_target(&self, name: &str) -> Result<TargetView, Error> {
        let missing = match self.target(name).await {
            Err(error @ Error::NotFound { .. }) => error,
            outcome => return outcome,
        };
        // A key that may not list targets cannot be told more.
        let targets = match self.all_targets().await {
            Err(Error::Forbidden { .. } | Error::NotFound { .. }) => return Err(missing),
            targets => targets?,
        };
        match choose_target(&targets, name)? {
            Some(target) => self.target(&target.id).await,
            None => Err(missing),
        }
    }

    /// The server of this project lists backups in the order in which they arrived, which it knows
    /// better than their times tell. Not every other one keeps to the documented order.
    fn newest_first(&self, backups: &mut [Backup]) {
        if self.features() == Features::default() {
            backups.sort_by_key(|backup| Reverse(backup.created_at));
        }
    }

    /// Creates a target and returns its id.
    pub async fn create_target(&self, target: &NewTarget) -> Result<String, Error> {
        if !self.has_heard() {
            // The target says what kind of archive it takes. An error here shows again below.
            match self.targets(1).await {
                Err(error) if error.is_temporary() => return Err(error),
                _ => {}
            }
        }
        let mut target = target.clone();
        self.suit(&mut target.settings);
        let created: Created = self
            .ask(Endpoint::CreateTarget, "", &[], Some(&target))
            .await?;
        Ok(created.id)
    }

    /// Gives a target new settings, all of them.
    pub async fn edit_target(&self, id: &str, edit: &TargetEdit) -> Result<(), Error> {
        let mut edit = edit.clone();
        self.suit(&mut edit);
        self.command(Endpoint::EditTarget, id, &edit).await
    }

    /// The reference server fails without a number of backups to keep; none is the same as 0. What
    /// it does not know is not sent to it.
    fn suit(&self, edit: &mut TargetEdit) {
        if self.features() == Features::default() {
            edit.min_backups.get_or_insert(0);
            edit.max_daily_uploads = None;
        }
    }

    /// Deletes a target with its backups.
    pub async fn delete_target(&self, id: &str, delete_files: bool) -> Result<(), Error> {
        self.command(Endpoint::DeleteTarget, id, &DeleteFiles { delete_files })
            .await
    }

    /// Deletes all backups of a target.
    pub async fn delete_backups(&self, id: &str, delete_files: bool) -> Result<(), Error> {
        self.command(Endpoint::DeleteBackups, id, &DeleteFiles { delete_files })
            .await
    }

    /// Deletes the recycled backups of a target.
    pub async fn delete_recycled(&self, id: &str, delete_files: bool) -> Result<(), Error> {
        self.command(Endpoint::DeleteRecycled, id, &DeleteFiles { delete_files })
            .await
    }

    /// Moves a backup to the recycle bin, or back.
    pub async fn set_recycled(&self, id: &str, is_recycled: bool) -> Result<(), Error> {
        self.command(Endpoint::EditBackup, id, &BackupEdit { is_recycled })
            .await
    }

    /// Deletes a backup.
    pub async fn delete_backup(&self, id: &str, delete_files: bool) -> Result<(), Error> {
        self.command(Endpoint::DeleteBackup, id, &DeleteFiles { delete_files })
            .await
    }

    /// Lists the recycle bin, newest first.
    pub async fn recycle_bin(&self) -> Result<Vec<Backup>, Error> {
        let mut list: BackupList = self.ask(Endpoint::ListRecycleBin, "", &[], NOTHING).await?;
        self.newest_first(&mut list.backups);
        Ok(list.backups)
    }

    /// Deletes everything in the recycle bin.
    pub async fn clear_recycle_bin(&self, delete_files: bool) -> Result<(), Error> {
        self.command(Endpoint::ClearRecycleBin, "", &DeleteFiles { delete_files })
            .await
    }

    /// How much the server holds.
    pub async fn stats(&self) -> Result<Stats, Error> {
        self.ask(Endpoint::ShowStats, "", &[], NOTHING).await
    }

    /// The end of the server's log: so many lines, or all that the server gives.
    pub async fn log(&self, tail: Option<u32>) -> Result<String, Error> {
        let query = [("tail", tail.unwrap_or(0).to_string())];
        let text: LogText = self.ask(Endpoint::ShowLog, "", &query, NOTHING).await?;
        Ok(text.log)
    }

    /// All jobs.
    pub async fn jobs(&self) -> Result<Jobs, Error> {
        self.ask(Endpoint::ListJobs, "", &[], NOTHING).await
    }

    /// Makes a scheduled job run now. Servers of this project give the run a number.
    pub async fn run_job(&self, name: &str) -> Result<Option<i64>, Error> {
        #[derive(Deserialize)]
        struct Run {
            #[serde(default)]
            job_id: Option<i64>,
        }
        let run: Run = self.ask(Endpoint::RunJob, name, &[], NOTHING).await?;
        Ok(run.job_id)
    }

    async fn command(
        &self,
        endpoint: Endpoint,
        id: &str,
        body: &(impl serde::Serialize + Sync),
    ) -> Result<(), Error> {
        self.ask::<Success>(endpoint, id, &[], Some(body))
            .await
            .map(drop)
    }
}

/// Chooses a target by id, alias, or name; fails if several have the name.
pub fn choose_target<'a>(targets: &'a [Target], name: &str) -> Result<Option<&'a Target>, Error> {
    let is_handle = |target: &&Target| target.id == name || target.alias.as_deref() == Some(name);
    if let Some(target) = targets.iter().find(is_handle) {
        return Ok(Some(target));
    }
    let named = targets.iter().filter(|target| target.name == name);
    match named.collect::<Vec<_>>()[..] {
        [] => Ok(None),
        [target] => Ok(Some(target)),
        ref several => Err(Error::Ambiguous {
            name: name.to_owned(),
            ids: several
                .iter()
                .map(|target| target.handle().to_owned())
                .collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bchan_api::RecycleAction;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A server for one request, which it answers like this; gives the line of the request.
    async fn serve(answer: &str) -> (Client, impl Future<Output = String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::new(crate::Config {
            server: listener.local_addr().unwrap().to_string(),
            key: None,
            ca: None,
            retries: 0,
            timeout: Duration::from_secs(30),
            user_agent: "test".into(),
        });
        let length = answer.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let answer = head + answer;
        let asked = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            let request = String::from_utf8(request).unwrap();
            request.lines().next().unwrap().to_owned()
        };
        (client.unwrap(), asked)
    }

    #[tokio::test]
    async fn searches_for_what_is_given() {
        let (client, asked) = serve(r#"{"success": true, "targets": []}"#).await;
        let filter = TargetFilter {
            name: Some("a&b \u{e4}".into()),
            recycle_action: Some(RecycleAction::Delete),
            deduplicate: Some(false),
            tags: vec!["x".into(), "y".into()],
            ..TargetFilter::default()
        };
        let (found, asked) = tokio::join!(client.search_targets(&filter), asked);
        assert_eq!(found.unwrap(), []);
        assert_eq!(
            asked,
            "GET /api/target/search?name=a%26b+%C3%A4&recycle_action=delete&deduplicate=off\
             &tags=x+y HTTP/1.1"
        );
    }

    #[tokio::test]
    async fn reads_what_there_is_of_numbers() {
        let answer = r#"{"success": true, "program_version": "2.10", "total_target_size": 7,
            "total_recycle_bin_size": null, "total_targets": 1, "total_backups": 3,
            "total_recycled_backups": 2, "surprise": []}"#;
        let (client, asked) = serve(answer).await;
        let (stats, asked) = tokio::join!(client.stats(), asked);
        assert_eq!(
            stats.unwrap(),
            Stats {
                program_version: "2.10".into(),
                total_target_size: 7,
                total_recycle_bin_size: 0,
                total_targets: 1,
                total_backups: 3,
                total_recycled_backups: 2,
            }
        );
        assert_eq!(asked, "GET /api/stats HTTP/1.1");
    }

    #[tokio::test]
    async fn all_of_the_log_is_a_tail_of_zero() {
        for (tail, number) in [(None, 0), (Some(20), 20)] {
            let (client, asked) = serve(r#"{"success": true, "log": "a\nb\n"}"#).await;
            let (log, asked) = tokio::join!(client.log(tail), asked);
            assert_eq!(log.unwrap(), "a\nb\n");
            assert_eq!(asked, format!("GET /api/log?tail={number} HTTP/1.1"));
        }
    }
}
