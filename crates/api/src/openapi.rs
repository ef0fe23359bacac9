//! The description of the API for other programs.

/// OpenAPI 3.1, as JSON. Written by hand; tests compare it with the routes, the wire types and the
/// answers of a real server.
pub const OPENAPI: &str = include_str!("../openapi.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bchan_testkit::openapi::Description;
    use serde::Serialize;
    use serde_json::json;

    use super::OPENAPI;
    use crate::{
        Accepted, Backup, BackupEdit, BackupList, Created, DeleteFiles, Endpoint, Failure,
        Features, Health, HealthCheck, HealthSubject, HttpTime, JobStatus, Jobs, LogText,
        NewTarget, RecycleAction, RecycleCriteria, Route, ScheduledJob, SequenceBegin,
        SequenceFile, SequenceView, Stats, Success, Target, TargetEdit, TargetFilter, TargetList,
        TargetType, TargetView, Time, UploadJob, form, header, reason,
    };

    const ID: &str = "3f0c7a52-6b7e-4c1d-9a54-0d8f5b1e2c77";

    fn target() -> Target {
        Target {
            id: ID.into(),
            name: "n".into(),
            target_type: TargetType::Multi,
            recycle_criteria: RecycleCriteria::Count,
            recycle_value: Some(3),
            recycle_action: RecycleAction::Delete,
            location: "l".into(),
            name_template: "$I".into(),
            deduplicate: true,
            alias: Some("a".into()),
            min_backups: Some(2),
            max_daily_uploads: Some(20),
            tags: vec!["t".into()],
        }
    }

    /// One with nothing that may be missing.
    fn bare_target() -> Target {
        Target {
            recycle_criteria: RecycleCriteria::None,
            recycle_value: None,
            alias: None,
            min_backups: None,
            max_daily_uploads: None,
            tags: vec![],
            ..target()
        }
    }

    fn backup(hash: Option<&str>) -> Backup {
        Backup {
            id: ID.into(),
            target_id: ID.into(),
            created_at: Time::from_unix_seconds(0),
            manual: true,
            is_recycled: false,
            filesize: u64::MAX,
            hash: hash.map(str::to_owned),
            hash_mismatch: false,
            receipt: hash.map(str::to_owned),
            reproducible: hash.is_some(),
        }
    }

    fn job(message: Option<&str>) -> UploadJob {
        UploadJob {
            id: 1,
            name: "upload_job".into(),
            status: JobStatus::Error,
            start_time: HttpTime(None),
            end_time: HttpTime(Some(Time::from_unix_seconds(1))),
            message: message.map(str::to_owned),
            target_id: message.map(|_| ID.into()),
        }
    }

    fn scheduled() -> ScheduledJob {
        ScheduledJob {
            name: "recycle_job".into(),
            display_name: Some("d".into()),
            interval: 1,
            next_run: 1.5,
        }
    }

    fn file() -> SequenceFile {
        SequenceFile {
            path: "/".into(),
            name: "n".into(),
            uploaded: false,
        }
    }

    #[test]
    fn describes_each_endpoint_and_nothing_else() {
        let description = Description::parse(OPENAPI);
        let mut described = BTreeSet::new();
        for (path, item) in description.root()["paths"].as_object().unwrap() {
            let (before, rest) = path.split_once('{').unwrap_or((path, ""));
            let (object, after) = rest.split_once('}').unwrap_or_default();
            let concrete = if object.is_empty() {
                path
            } else {
                &format!("{before}x{after}")
            };
            let operations = item.as_object().unwrap().iter();
            for (method, operation) in operations.filter(|(name, _)| *name != "parameters") {
                let route = Route::find(&method.to_uppercase(), concrete).unwrap();
                assert_eq!(route.object.is_empty(), object.is_empty(), "{path}");
                let name = format!("{:?}", route.endpoint);
                let id = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
                assert_eq!(operation["operationId"], id, "{method} {path}");
                assert!(described.insert(name), "{method} {path} is there twice");
            }
        }
        let all: BTreeSet<_> = Endpoint::all().map(|e| format!("{e:?}")).collect();
        assert_eq!(described, all);
    }

    /// The fields of a schema are those that samples of the type have between them, and all of
    /// them are as it says.
    #[track_caller]
    fn assert_described(schema: &str, samples: &[&impl Serialize]) {
        let description = Description::parse(OPENAPI);
        let described = description.schema(schema)["properties"]
            .as_object()
            .unwrap();
        let described: BTreeSet<_> = described.keys().cloned().collect();
        let mut written = BTreeSet::new();
        for sample in samples {
            let mut value = serde_json::to_value(sample).unwrap();
            // The envelope around every answer.
            if described.contains("success") && schema != "Failure" {
                value["success"] = true.into();
            }
            let faults = description.faults(description.schema(schema), &value);
            assert_eq!(faults, [""; 0], "{value} as {schema}");
            written.extend(value.as_object().unwrap().keys().cloned());
        }
        assert_eq!(described, written, "the fields of {schema}");
    }

    #[test]
    fn describes_what_the_types_write() {
        assert_described("Success", &[&Success { success: true }]);
        let with_reason = Failure {
            reason: Some(reason::BASE.into()),
            ..Failure::new("m")
        };
        assert_described("Failure", &[&Failure::new("m"), &with_reason]);
        assert_described("Target", &[&target(), &bare_target()]);
        let hash = "0".repeat(64);
        assert_described("Backup", &[&backup(Some(&hash)), &backup(None)]);
        assert_described("UploadJob", &[&job(Some("m")), &job(None)]);
        assert_described("ScheduledJob", &[&scheduled()]);
        assert_described("SequenceFile", &[&file()]);
        let backups = vec![backup(None)];
        assert_described(
            "BackupList",
            &[&BackupList {
                backups: backups.clone(),
            }],
        );
        for schema in ["TargetList", "FoundTargets"] {
            let targets = vec![target()];
            assert_described(schema, &[&TargetList { targets }]);
        }
        assert_described(
            "TargetView",
            &[&TargetView {
                target: target(),
                backups,
            }],
        );
        assert_described(
            "SequenceView",
            &[&SequenceView {
                file_list: vec![file()],
            }],
        );
        assert_described("LogText", &[&LogText { log: "l".into() }]);
        assert_described("Stats", &[&Stats::default()]);
        let check = |message: Option<&str>| HealthCheck {
            name: HealthSubject::Storage,
            path: message.map(|_| "/p".into()),
            ok: message.is_none(),
            message: message.map(str::to_owned),
        };
        assert_described("HealthCheck", &[&check(Some("m")), &check(None)]);
        let checks = vec![check(None)];
        assert_described("Health", &[&Health { checks }]);
        assert_described("Created", &[&Created { id: ID.into() }]);
        let (delayed, scheduled) = (vec![job(None)], vec![scheduled()]);
        assert_described("Jobs", &[&Jobs { delayed, scheduled }]);
        let accepted = |backup_id: Option<String>, warnings| Accepted {
            job_id: 1,
            receipt: backup_id.as_ref().map(|_| "0".repeat(64)),
            backup_id,
            warnings,
        };
        let full = accepted(Some(ID.into()), vec!["a".into()]);
        assert_described("Accepted", &[&full, &accepted(None, Vec::new())]);
    }

    #[test]
    fn describes_what_the_types_ask() {
        let (full, bare) = (
            TargetEdit::from(&target()),
            TargetEdit::from(&bare_target()),
        );
        assert_described("TargetEdit", &[&full, &bare]);
        let new = |settings| NewTarget {
            backup_type: TargetType::Single,
            settings,
        };
        assert_described("NewTarget", &[&new(full), &new(bare)]);
        assert_described("BackupEdit", &[&BackupEdit { is_recycled: true }]);
        assert_described(
            "DeleteFiles",
            &[&DeleteFiles {
                delete_files: false,
            }],
        );
        assert_described("ListedFile", &[&file()]);
        let file_list = vec![file()];
        assert_described(
            "SequenceBegin",
            &[&SequenceBegin {
                manual: true,
                file_list,
            }],
        );
        let fields = json!({
            form::BACKUP_FILE: [""], form::MANUAL: "1", form::SHA256: ID, form::SPECIAL: "1",
            form::RECEIPT: "",
        });
        assert_described("Upload", &[&fields]);
        let fields = json!({form::FILE: "", form::PATH: "/", form::NAME: "n"});
        assert_described("SequenceUpload", &[&fields]);
    }

    /// Whatever a filter writes is a parameter, with a value that is described.
    #[test]
    fn describes_what_a_search_asks() {
        let description = Description::parse(OPENAPI);
        let operation = description.operation("GET", "/api/target/search").unwrap();
        let parameters = operation["parameters"].as_array().unwrap();
        let text = || Some("x".to_owned());
        let filter = TargetFilter {
            name: text(),
            target_type: Some(TargetType::Multi),
            recycle_criteria: Some(RecycleCriteria::Age),
            recycle_action: Some(RecycleAction::Delete),
            location: text(),
            name_template: text(),
            deduplicate: Some(true),
            alias: text(),
            tags: vec!["t".into()],
        };
        let query = filter.query();
        assert_eq!(query.len(), parameters.len());
        for ((name, value), parameter) in query.iter().zip(parameters) {
            assert_eq!(parameter["name"], *name);
            let faults = description.faults(&parameter["schema"], &json!(value));
            assert_eq!(faults, [""; 0], "{name}");
        }
    }

    #[test]
    fn describes_each_word_and_the_version() {
        let description = Description::parse(OPENAPI);
        let words = |schema: &str| description.schema(schema)["enum"].clone();
        assert_eq!(words("TargetType"), json!(TargetType::ALL));
        assert_eq!(words("RecycleCriteria"), json!(RecycleCriteria::ALL));
        assert_eq!(words("RecycleAction"), json!(RecycleAction::ALL));
        let (idle, running) = (JobStatus::Idle, JobStatus::Running);
        let all = json!([idle, running, JobStatus::Finished, JobStatus::Error]);
        assert_eq!(words("JobStatus"), all);
        assert_eq!(words("HealthSubject"), json!(HealthSubject::ALL));
        let version = &description.root()["info"]["version"];
        assert_eq!(version, env!("CARGO_PKG_VERSION"));
        let components = &description.root()["components"];
        let features = &components["headers"]["Features"]["schema"]["examples"];
        assert_eq!(*features, json!([Features::all().to_string()]));
        let name = components["parameters"]["IdempotencyKey"]["name"].as_str();
        assert!(name.unwrap().eq_ignore_ascii_case(header::IDEMPOTENCY_KEY));
        let name = components["parameters"]["Sha256"]["name"].as_str();
        assert!(name.unwrap().eq_ignore_ascii_case(header::SHA256));
        let name = components["parameters"]["Base"]["name"].as_str();
        assert!(name.unwrap().eq_ignore_ascii_case(header::BASE));
        let name = components["parameters"]["UploadToken"]["name"].as_str();
        assert!(name.unwrap().eq_ignore_ascii_case(header::UPLOAD));
        assert!(OPENAPI.to_lowercase().contains(header::FEATURES));
    }
}
