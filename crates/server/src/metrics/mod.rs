//! Metrics in Prometheus's text format.

mod counters;
mod text;

use std::sync::Arc;
use std::time::Instant;

use bchan_api::{Endpoint, Time};

pub(crate) use self::counters::Metrics;
use self::counters::{BOUNDS, Counted, Requests};
pub(crate) use self::text::MEDIA_TYPE;
use self::text::{Kind, Text};
use crate::app::App;
use crate::health::{self, PATIENCE, Place};
use bchan_catalog::StoreError;
use bchan_catalog::{TargetSum, TargetSums};
use bchan_engine::Engine;
use bchan_engine::jobs::{JOBS, JobRuns, UPLOAD};
use bchan_http::ConnectionStats;

/// Most targets that have series of their own.
pub(crate) const MOST_TARGETS: usize = 1000;

/// Stands for the targets beyond.
const OTHERS: &str = "others";

/// Everything, in Prometheus's text format; with `only`, nothing but what is about these targets.
///
/// The database is asked with one statement, through a connection that waits for no writer, and
/// disks only for as long as they answer in time.
pub(crate) fn render(app: &Arc<App>, only: Option<&[String]>) -> Result<String, StoreError> {
    let places = only.is_none().then(|| health::ask_places(app));
    let sums = app.engine.store.target_sums(only, MOST_TARGETS)?;
    let mut text = Text::default();
    text.family(Kind::Gauge, "bchan_build_info", "Version of the server.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1_u64);
    targets(&mut text, &sums);
    if let Some(places) = places {
        let started = "When the server was started, in seconds since 1970.";
        let mut family = text.family(Kind::Gauge, "bchan_start_time_seconds", started);
        family.sample(&[], app.metrics.started_at());
        clock(&mut text, &app.engine);
        requests(&mut text, &app.metrics.lock());
        jobs(&mut text, &app.engine.job_runs);
        if let Some(counts) = app.counts() {
            guard(&mut text, counts);
        }
        let deadline = Instant::now() + PATIENCE;
        let places: Vec<_> = places.iter().map(|asked| asked.answer(deadline)).collect();
        disks(&mut text, &places);
    }
    Ok(text.finish())
}

/// A value of a target, a time in seconds since 1970; none if there is no such time.
type TargetValue = fn(&TargetSum, i64) -> Option<i64>;

/// The metrics of each target.
const OF_TARGETS: [(&str, &str, TargetValue); 7] = [
    (
        "bchan_target_backups",
        "Backups of a target, without recycled ones.",
        |sum, _| i64::try_from(sum.present).ok(),
    ),
    (
        "bchan_target_recycled_backups",
        "Recycled backups of a target.",
        |sum, _| i64::try_from(sum.recycled).ok(),
    ),
    (
        "bchan_target_size_bytes",
        "Content of the backups of a target, without recycled ones.",
        |sum, _| i64::try_from(sum.size).ok(),
    ),
    (
        "bchan_target_recycled_size_bytes",
        "Content of the recycled backups of a target.",
        |sum, _| i64::try_from(sum.recycled_size).ok(),
    ),
    (
        "bchan_target_unhealthy_backups",
        "Backups of a target that are not what they were, recycled ones included.",
        |sum, _| i64::try_from(sum.unhealthy).ok(),
    ),
    (
        "bchan_target_last_backup_timestamp_seconds",
        "When the newest backup of a target was made, in seconds since 1970.",
        |sum, _| sum.newest.map(Time::unix_seconds),
    ),
    (
        "bchan_target_last_backup_age_seconds",
        "Age of the newest backup of a target.",
        |sum, now| {
            sum.newest
                .map(|newest| (now - newest.unix_seconds()).max(0))
        },
    ),
];

fn targets(text: &mut Text, sums: &TargetSums) {
    let now = Time::now().unix_seconds();
    for (family, help, value) in OF_TARGETS {
        let mut family = text.family(Kind::Gauge, family, help);
        let named = sums
            .targets
            .iter()
            .map(|row| (&*row.id, &*row.name, &row.sum));
        for (id, name, sum) in named.chain(sums.others.as_ref().map(|sum| (OTHERS, "", sum))) {
            if let Some(value) = value(sum, now) {
                family.sample(&[("target", id), ("name", name)], value);
            }
        }
    }
    let help = "Number of targets.";
    text.family(Kind::Gauge, "bchan_targets", help)
        .sample(&[], sums.count);
}

fn clock(text: &mut Text, engine: &Engine) {
    let help = "How far the clock is ahead of the time that the server has measured; negative if it \
        is behind.";
    text.family(Kind::Gauge, "bchan_clock_difference_seconds", help)
        .sample(&[], engine.clock.difference());
    let help = "Backups that the last run of recycling has kept although their dates are old enough, \
        because the clock is not trusted.";
    text.family(Kind::Gauge, "bchan_recycling_held_backups", help)
        .sample(&[], engine.job_runs.held());
}

fn guard(text: &mut Text, counts: &ConnectionStats) {
    let (taken, limit) = counts.limiter.taken();
    let help = "Connections at present.";
    text.family(Kind::Gauge, "bchan_connections", help)
        .sample(&[], taken as u64);
    let help = "Most connections at a time.";
    text.family(Kind::Gauge, "bchan_connections_limit", help)
        .sample(&[], limit as u64);
    let help = "Requests and connections that were refused before they were read.";
    let mut family = text.family(Kind::Counter, "bchan_http_refused_total", help);
    // Series of connections that were refused at the limit exist from the start.
    let mut refused = counts.refused();
    refused.entry(503).or_default();
    for (status, count) in refused {
        family.sample(&[("code", &status.to_string())], count);
    }
}

fn requests(text: &mut Text, counted: &Counted) {
    let mut rows: Vec<_> = counted
        .requests
        .iter()
        .map(|(endpoint, requests)| (name_of(*endpoint), requests))
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let help = "Requests that were answered, by endpoint and status.";
    let mut family = text.family(Kind::Counter, "bchan_http_requests_total", help);
    for (endpoint, requests) in &rows {
        for (status, count) in &requests.by_status {
            let labels = [("endpoint", &**endpoint), ("code", &status.to_string())];
            family.sample(&labels, *count);
        }
    }
    let mut counter = |name, help, value: fn(&Requests) -> u64| {
        let mut family = text.family(Kind::Counter, name, help);
        for (endpoint, requests) in &rows {
            family.sample(&[("endpoint", endpoint)], value(requests));
        }
    };
    counter(
        "bchan_http_cut_responses_total",
        "Answers that did not get to their end.",
        |requests| requests.cut,
    );
    counter(
        "bchan_http_received_bytes_total",
        "Bytes of the bodies of requests.",
        |requests| requests.received,
    );
    counter(
        "bchan_http_sent_bytes_total",
        "Bytes of the bodies of answers.",
        |requests| requests.sent,
    );
    let help = "How long requests took, to the end of the answer.";
    let mut family = text.family(Kind::Histogram, "bchan_http_request_duration_seconds", help);
    for (endpoint, requests) in &rows {
        let mut so_far = 0;
        for (bound, count) in BOUNDS.iter().zip(requests.within) {
            so_far += count;
            let labels = [("endpoint", &**endpoint), ("le", &bound.to_string())];
            family.suffixed("_bucket", &labels, so_far);
        }
        let labels = [("endpoint", &**endpoint), ("le", "+Inf")];
        family.suffixed("_bucket", &labels, requests.count);
        family.suffixed("_sum", &labels[..1], requests.seconds);
        family.suffixed("_count", &labels[..1], requests.count);
    }
}

/// The name of an endpoint in the description of the API.
fn name_of(endpoint: Option<Endpoint>) -> String {
    let Some(endpoint) = endpoint else {
        return "none".to_owned();
    };
    let mut name = format!("{endpoint:?}");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

fn jobs(text: &mut Text, runs: &JobRuns) {
    let by_name = runs.by_name();
    // Those that have not run yet, too: from a counter that is not there nothing can be told.
    let names = || JOBS.iter().map(|job| job.name).chain([UPLOAD]);
    let runs = |name| by_name.get(name).copied().unwrap_or_default();
    let help = "Jobs that have ended, by outcome; each upload is one.";
    let mut family = text.family(Kind::Counter, "bchan_jobs_total", help);
    for name in names() {
        let runs = runs(name);
        for (outcome, ended) in [("success", runs.good), ("failure", runs.bad)] {
            family.sample(&[("job", name), ("outcome", outcome)], ended.count);
        }
    }
    let help = "When a job last ended since the server was started, in seconds since 1970.";
    let mut family = text.family(Kind::Gauge, "bchan_job_last_end_timestamp_seconds", help);
    for name in names() {
        let runs = runs(name);
        for (outcome, ended) in [("success", runs.good), ("failure", runs.bad)] {
            if let Some(last) = ended.last {
                let labels = [("job", name), ("outcome", outcome)];
                family.sample(&labels, last.unix_seconds());
            }
        }
    }
}

fn disks(text: &mut Text, places: &[Place]) {
    let labels = |place: &Place| (place.subject.as_str(), place.path.display().to_string());
    let help = "Whether a place of backups answers, as /healthz tells it.";
    let mut family = text.family(Kind::Gauge, "bchan_storage_up", help);
    for place in places {
        let (kind, path) = labels(place);
        let up = place.trouble.is_none();
        family.sample(&[("kind", kind), ("path", &path)], up);
    }
    let mut gauge = |name, help, value: fn(&health::Disk) -> u64| {
        let mut family = text.family(Kind::Gauge, name, help);
        for place in places {
            if let Some(disk) = &place.disk {
                let (kind, path) = labels(place);
                family.sample(&[("kind", kind), ("path", &path)], value(disk));
            }
        }
    };
    gauge(
        "bchan_storage_size_bytes",
        "Size of the file system below a place of backups.",
        |disk| disk.size,
    );
    gauge("bchan_storage_free_bytes", "Free space there.", |disk| {
        disk.free
    });
    gauge(
        "bchan_storage_available_bytes",
        "Free space there that uploads may use: without the reserve.",
        |disk| disk.available,
    );
}
