//! The paths of the API. Client and server use this one table, so they cannot drift apart.

use std::{borrow::Cow, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Request method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An operation of the API, without the object that it applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// List targets, a page at a time (`?page=N`, from 1).
    ListTargets,
    /// Find targets by what they have (the parameters of a [`TargetFilter`](crate::TargetFilter)).
    SearchTargets,
    /// Create a target.
    CreateTarget,
    /// Show a target and its backups.
    ShowTarget,
    /// Change a target.
    EditTarget,
    /// Delete a target.
    DeleteTarget,
    /// Delete all backups of a target.
    DeleteBackups,
    /// Delete the recycled backups of a target.
    DeleteRecycled,
    /// Store a new backup.
    Upload,
    /// Store a new backup that refers to earlier ones.
    Increment,
    /// Fetch the list of what has arrived of an interrupted upload.
    Partial,
    /// Recycle or restore a backup.
    EditBackup,
    /// Delete a backup.
    DeleteBackup,
    /// Fetch the content of a backup.
    Download,
    /// Fetch the list of all entries of a backup.
    Manifest,
    /// List the recycle bin.
    ListRecycleBin,
    /// Empty the recycle bin.
    ClearRecycleBin,
    /// List jobs.
    ListJobs,
    /// Run a scheduled job now.
    RunJob,
    /// Show how much the server holds.
    ShowStats,
    /// Show the end of the server's log (`?tail=N` lines; 0: as much as the server gives).
    ShowLog,
    /// Begin a sequential upload: files come one by one.
    BeginSequence,
    /// Show how far a sequential upload is.
    ShowSequence,
    /// Send one file of a sequential upload.
    UploadFile,
    /// Make a backup of a sequential upload that is complete.
    FinishSequence,
    /// Give a sequential upload up.
    TerminateSequence,
    /// Fetch the description of the API.
    Describe,
    /// Ask whether all that the server needs answers.
    ShowHealth,
    /// Fetch what monitoring wants to know, in Prometheus's text format.
    ShowMetrics,
}

use Endpoint as E;
use Method as M;

/// Method and path of each endpoint: under `/api`, or the whole path where it begins with a slash.
/// `*` stands for the one object in the path.
const TABLE: &[(Endpoint, Method, &str)] = &[
    (E::ListTargets, M::Get, "target"),
    (E::CreateTarget, M::Post, "target"),
    (E::SearchTargets, M::Get, "target/search"),
    (E::ShowTarget, M::Get, "target/*"),
    (E::EditTarget, M::Patch, "target/*"),
    (E::DeleteTarget, M::Delete, "target/*"),
    (E::DeleteBackups, M::Delete, "target/*/all"),
    (E::DeleteRecycled, M::Delete, "target/*/recycled"),
    (E::Upload, M::Post, "target/*/upload"),
    (E::Increment, M::Post, "target/*/increment"),
    (E::Partial, M::Get, "target/*/partial"),
    (E::EditBackup, M::Patch, "backup/*"),
    (E::DeleteBackup, M::Delete, "backup/*"),
    (E::Download, M::Get, "backup/*/download"),
    (E::Manifest, M::Get, "backup/*/manifest"),
    (E::ListRecycleBin, M::Get, "recycle_bin"),
    (E::ClearRecycleBin, M::Delete, "recycle_bin"),
    (E::ListJobs, M::Get, "jobs"),
    (E::RunJob, M::Get, "jobs/force_run/*"),
    (E::ShowStats, M::Get, "stats"),
    (E::ShowLog, M::Get, "log"),
    (E::BeginSequence, M::Post, "seq/*/begin"),
    (E::ShowSequence, M::Get, "seq/*"),
    (E::UploadFile, M::Post, "seq/*/upload"),
    (E::FinishSequence, M::Post, "seq/*/finish"),
    (E::TerminateSequence, M::Post, "seq/*/terminate"),
    (E::Describe, M::Get, "openapi.json"),
    // Where programs that watch servers look for them.
    (E::ShowHealth, M::Get, "/healthz"),
    (E::ShowMetrics, M::Get, "/metrics"),
];

/// All but what RFC 3986 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Endpoint {
    /// Every endpoint that there is.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.0)
    }

    fn entry(self) -> &'static (Endpoint, Method, &'static str) {
        // Every endpoint is in the table; a test walks them all.
        TABLE
            .iter()
            .find(|entry| entry.0 == self)
            .unwrap_or(&TABLE[0])
    }

    /// The method it is asked with.
    #[must_use]
    pub fn method(self) -> Method {
        self.entry().1
    }

    /// Returns the kind of the object in its path.
    #[must_use]
    pub fn subject(self) -> Subject {
        match self.entry().2.split_once("/*") {
            Some(("target" | "seq", _)) => Subject::Target,
            Some(("backup", _)) => Subject::Backup,
            _ => Subject::Other,
        }
    }

    /// Its path, with `object` (an id, an alias, a job's name) in its place.
    ///
    /// An endpoint without an object ignores it.
    #[must_use]
    pub fn path(self, object: &str) -> String {
        let pattern = self.entry().2;
        if pattern.starts_with('/') {
            return pattern.to_owned();
        }
        let object = match object {
            // A lone dot segment would be taken for navigation by whatever normalises URLs.
            "." => "%2E".into(),
            ".." => "%2E%2E".into(),
            other => Cow::from(utf8_percent_encode(other, ESCAPED)),
        };
        format!("/api/{}", pattern.replace('*', &object))
    }
}

/// Kind of the object in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The id or alias of a target.
    Target,
    /// The id of a backup.
    Backup,
    /// Another format, or none.
    Other,
}

/// A request that the API knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub endpoint: Endpoint,
    /// The object in the path, percent-decoded; empty where the endpoint has none.
    pub object: String,
}

/// Errors of finding an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// There is nothing under this path.
    NotFound,
    /// There is, for these methods.
    MethodNotAllowed(Vec<Method>),
}

impl Route {
    /// Finds the route of a request from its method and its path (still percent-encoded, without
    /// the query).
    pub fn find(method: &str, path: &str) -> Result<Self, NoRoute> {
        let segments = segments(path);
        let matches = |pattern: &str| match &segments {
            _ if pattern.starts_with('/') => (pattern == path).then_some(""),
            Some(segments) => matches(pattern, segments),
            None => None,
        };
        let mut found: Vec<_> = TABLE
            .iter()
            .filter_map(|entry| Some((entry, matches(entry.2)?)))
            .collect();
        // A word of the API is no object: no target may be called like the search for them.
        if found.iter().any(|(entry, _)| !entry.2.contains('*')) {
            found.retain(|(entry, _)| !entry.2.contains('*'));
        }
        let mut allowed = Vec::new();
        for (&(endpoint, wanted, _), object) in found {
            if wanted.as_str() == method {
                return Ok(Self {
                    endpoint,
                    object: object.to_owned(),
                });
            }
            allowed.push(wanted);
        }
        Err(if allowed.is_empty() {
            NoRoute::NotFound
        } else {
            NoRoute::MethodNotAllowed(allowed)
        })
    }
}

/// The decoded segments under `/api`. The documentation's heading for uploads lacks the prefix,
/// so that one path works without it, too.
fn segments(path: &str) -> Option<Vec<String>> {
    let mut segments = path.strip_prefix('/')?.split('/').collect::<Vec<_>>();
    match segments.first() {
        Some(&"api") => drop(segments.remove(0)),
        Some(&"target") if segments.len() == 3 && segments[2] == "upload" => {}
        _ => return None,
    }
    let decode = |segment: &str| {
        percent_decode_str(segment)
            .decode_utf8()
            .ok()
            .map(Cow::into_owned)
    };
    segments.into_iter().map(decode).collect()
}

/// The object in the path when the path fits the pattern.
fn matches<'a>(pattern: &str, segments: &'a [String]) -> Option<&'a str> {
    let pattern = pattern.split('/').collect::<Vec<_>>();
    if pattern.len() != segments.len() {
        return None;
    }
    let mut object = "";
    for (wanted, segment) in pattern.into_iter().zip(segments) {
        if wanted == "*" && !segment.is_empty() {
            object = segment;
        } else if wanted != segment {
            return None;
        }
    }
    Some(object)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_endpoint_is_found_by_its_own_path() {
        for &(endpoint, method, pattern) in TABLE {
            let route = Route::find(method.as_str(), &endpoint.path("x")).unwrap();
            assert_eq!(route.endpoint, endpoint);
            assert_eq!(route.object, if pattern.contains('*') { "x" } else { "" });
        }
    }

    #[test]
    fn uploads_have_two_paths_and_nothing_else_has() {
        let route = Route::find("POST", "/target/docs/upload").unwrap();
        assert_eq!(
            (route.endpoint, route.object.as_str()),
            (Endpoint::Upload, "docs")
        );
        for path in [
            "/target",
            "/target/docs",
            "/jobs",
            "/",
            "",
            "/api",
            "/api/",
            "/API/target",
        ] {
            assert_eq!(Route::find("GET", path), Err(NoRoute::NotFound), "{path}");
        }
    }

    #[test]
    fn what_watches_servers_asks_beside_the_api() {
        let find = |path: &str| Route::find("GET", path).map(|route| route.endpoint);
        assert_eq!(find("/healthz"), Ok(Endpoint::ShowHealth));
        assert_eq!(find("/metrics"), Ok(Endpoint::ShowMetrics));
        let allowed = vec![Method::Get];
        assert_eq!(
            Route::find("POST", "/metrics"),
            Err(NoRoute::MethodNotAllowed(allowed))
        );
        for path in [
            "/api/healthz",
            "/api//healthz",
            "/api/%2Fhealthz",
            "/%68ealthz",
            "/healthz/",
            "//healthz",
            "/metrics/x",
            "/targets",
            "/api/metrics",
        ] {
            assert_eq!(find(path), Err(NoRoute::NotFound), "{path}");
        }
    }

    #[test]
    fn a_search_is_no_target() {
        for path in ["/api/target/search", "/api/target/s%65arch"] {
            let find = |method| Route::find(method, path).map(|route| route.endpoint);
            assert_eq!(find("GET"), Ok(Endpoint::SearchTargets));
            for method in ["PATCH", "DELETE", "OPTIONS"] {
                let allowed = vec![Method::Get];
                assert_eq!(find(method), Err(NoRoute::MethodNotAllowed(allowed)));
            }
        }
        let all = Route::find("DELETE", "/api/target/search/all").unwrap();
        assert_eq!(all.object, "search");
    }

    #[test]
    fn says_which_methods_a_path_has() {
        let allowed = vec![Method::Get, Method::Patch, Method::Delete];
        let found = Route::find("PUT", "/api/target/docs");
        assert_eq!(found, Err(NoRoute::MethodNotAllowed(allowed)));
        assert_eq!(
            Route::find("GET", "/api/target//upload"),
            Err(NoRoute::NotFound)
        );
        assert_eq!(
            Route::find("GET", "/api/target/%FF"),
            Err(NoRoute::NotFound)
        );
    }

    proptest! {
        #[test]
        fn any_object_survives_the_path(object in "\\PC{1,40}") {
            let path = Endpoint::ShowTarget.path(&object);
            let route = Route::find("GET", &path).unwrap();
            prop_assert_eq!(route.object, object);
        }

        #[test]
        fn no_path_panics(path in ".{0,60}") {
            let _ = Route::find("GET", &path);
        }
    }
}
