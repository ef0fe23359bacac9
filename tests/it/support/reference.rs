//! The reference server with its faults, as far as a client sees of it.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::fake::{Asked, Fake, Reply};

/// Which of its faults a reference server shows.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) jobs: JobList,
    /// What it says of the hash of new backups.
    pub(crate) hash: Value,
    /// Whether new backups are there in the end.
    pub(crate) keeps: bool,
    /// How many looks at the target do not yet show a new backup.
    pub(crate) late: usize,
    /// Targets beside `docs` (multi) and `one` (single).
    pub(crate) more: Vec<Value>,
    /// Text that an upload is answered with in place of JSON.
    pub(crate) says: Option<&'static str>,
}

/// What it tells of jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobList {
    /// Nothing: version 2.10 has no such path.
    Missing,
    /// Jobs run for a while and end like this.
    Ending(&'static str),
    /// It was restarted and has lost its jobs.
    Forgotten,
}

#[derive(Default)]
struct State {
    targets: Vec<Value>,
    backups: Vec<Value>,
    looks: usize,
    /// Of each target together.
    shown: usize,
}

impl Default for Reference {
    fn default() -> Self {
        Self {
            jobs: JobList::Ending("FINISHED"),
            hash: Value::Null,
            keeps: true,
            late: 0,
            more: Vec::new(),
            says: None,
        }
    }
}

/// A target as it shows it.
pub(crate) fn target(id: &str, name: &str, kind: &str) -> Value {
    json!({
        "id": id, "name": name, "target_type": kind, "recycle_criteria": "none",
        "recycle_value": 0, "recycle_action": "recycle", "location": format!("/srv/{name}"),
        "name_template": format!("{name}-$I"), "deduplicate": 0, "alias": name,
        "min_backups": null, "tags": [], "owner": {"of": "a newer version"}
    })
}

/// A backup as it shows it.
fn backup(id: &str, target: &str, hash: &Value) -> Value {
    json!({
        "id": id, "target_id": target, "created_at": "2026-11-23T15:36:25", "manual": 1,
        "is_recycled": 0, "filesize": null, "hash": hash, "hash_mismatch": 0
    })
}

impl Reference {
    pub(crate) fn start(self) -> Fake {
        let mut targets = vec![target("t1", "docs", "multi"), target("t2", "one", "single")];
        targets.extend(self.more.clone());
        let state = Mutex::new(State {
            targets,
            backups: vec![backup("old", "t1", &json!(""))],
            ..State::default()
        });
        Fake::start(move |asked| self.answer(asked, &mut state.lock().unwrap()))
    }

    fn answer(&self, asked: &Asked, state: &mut State) -> Reply {
        let path = asked.path.split('?').next().unwrap();
        let parts: Vec<_> = path.strip_prefix("/api/").unwrap().split('/').collect();
        match (&*asked.method, &parts[..]) {
            ("GET", ["target"]) => list(asked, state),
            ("POST", ["target"]) => create(&asked.json(), state),
            ("GET", ["target", "search"] | ["backup", _, "download"]) => failed(),
            ("GET", ["jobs", ..]) => self.jobs(state),
            ("GET", ["target", id]) => self.show(id, state),
            ("POST", ["target", id, "upload"]) => self.upload(id, asked, state),
            ("PATCH", ["target", _]) if asked.json()["min_backups"].is_null() => failed(),
            ("DELETE", _) if asked.body.is_empty() => Reply::html(400, "Bad Request"),
            ("DELETE", ["target", id, ..]) if find(id, state).is_none() => failed(),
            ("PATCH" | "DELETE", _) => done(),
            ("GET", ["recycle_bin"]) => {
                Reply::json(200, &json!({"success": true, "backups": state.backups}))
            }
            ("GET", ["stats"]) => Reply::json(
                200,
                &json!({"success": true, "program_version": "2.10.0", "total_target_size": null,
                    "total_recycle_bin_size": null, "total_targets": 2, "total_backups": 1,
                    "total_recycled_backups": 0}),
            ),
            _ => Reply::html(404, "Not Found"),
        }
    }

    fn show(&self, id: &str, state: &mut State) -> Reply {
        state.shown += 1;
        // The first look comes before the upload.
        let late = state.shown <= 1 + self.late;
        let Some(target) = find(id, state) else {
            return Reply::json(404, &json!({"success": false}));
        };
        let backups: Vec<_> = state
            .backups
            .iter()
            .filter(|backup| backup["target_id"] == target["id"])
            .filter(|backup| !late || backup["id"] != "new")
            .collect();
        Reply::json(
            200,
            &json!({"success": true, "target": target, "backups": backups}),
        )
    }

    fn upload(&self, id: &str, asked: &Asked, state: &mut State) -> Reply {
        let form = asked.form();
        let field = |name: &str| form.iter().find(|part| part.0 == name);
        if let Some(says) = self.says {
            return Reply::text(200, says);
        }
        assert!(field("backup_file").is_some());
        let manual = &field("manual").unwrap().1;
        assert!(manual == b"1" || manual == b"0", "the job would fail");
        if self.keeps {
            state.backups.push(backup("new", id, &self.hash));
        }
        Reply::json(200, &json!({"success": true, "job_id": 7}))
    }

    fn jobs(&self, state: &mut State) -> Reply {
        state.looks += 1;
        let status = match self.jobs {
            JobList::Missing => return Reply::html(404, "Not Found"),
            JobList::Forgotten => None,
            JobList::Ending(_) if state.looks == 1 => Some("IDLE"),
            JobList::Ending(_) if state.looks == 2 => Some("RUNNING"),
            JobList::Ending(status) => Some(status),
        };
        let job = |status| {
            let begun = "Mon, 23 Nov 2026 15:36:25 GMT";
            let time = |from| {
                if state.looks < from {
                    json!(0)
                } else {
                    json!(begun)
                }
            };
            json!({"id": 7, "name": "upload_job", "status": status,
                "start_time": time(2), "end_time": time(3)})
        };
        let delayed: Vec<_> = status.into_iter().map(job).collect();
        let scheduled = json!([{"name": "recycle_job", "interval": 3600,
            "next_run": 1_795_448_185.25}]);
        Reply::json(
            200,
            &json!({"success": true, "delayed": delayed, "scheduled": scheduled}),
        )
    }
}

fn done() -> Reply {
    Reply::json(200, &json!({"success": true}))
}

fn failed() -> Reply {
    Reply::html(500, "Internal Server Error")
}

/// What it says to values that it has checked.
fn refused(message: &str) -> Reply {
    Reply::json(500, &json!({"success": false, "message": message}))
}

fn find<'a>(id: &str, state: &'a State) -> Option<&'a Value> {
    let mut targets = state.targets.iter();
    targets.find(|target| target["id"] == id || target["alias"] == id)
}

fn list(asked: &Asked, state: &State) -> Reply {
    let page = asked.path.split_once("page=").map(|(_, page)| page);
    let Ok(page) = page.unwrap_or("1").parse::<usize>() else {
        return failed();
    };
    let Some(skipped) = page.checked_sub(1) else {
        return failed();
    };
    let targets: Vec<_> = state.targets.iter().skip(10 * skipped).take(10).collect();
    Reply::json(200, &json!({"success": true, "targets": targets}))
}

fn create(new: &Value, state: &mut State) -> Reply {
    if new["min_backups"].is_null() {
        return failed();
    }
    if !new["name_template"].as_str().unwrap().contains('$') {
        return refused("Name template must contain the creation date or id of the backup");
    }
    if new["alias"].is_string() && find(new["alias"].as_str().unwrap(), state).is_some() {
        return refused("Target alias already exists");
    }
    let mut made = target("t9", new["name"].as_str().unwrap(), "multi");
    made["alias"] = new["alias"].clone();
    state.targets.push(made);
    let mut tags = new["tags"].as_array().unwrap().iter();
    if tags.any(|tag| tag.as_str().unwrap().contains("long")) {
        return failed();
    }
    Reply::json(201, &json!({"success": true, "id": "t9"}))
}
