//! How often scheduled jobs run.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::Period;
use bchan_engine::jobs::JOBS;

/// Intervals of scheduled jobs that are not as usual. As text `NAME=TIME`, several with commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct JobIntervals(BTreeMap<Job, Interval>);

/// The name of a scheduled job that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Job(&'static str);

/// One second at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Period")]
struct Interval(Duration);

impl JobIntervals {
    /// The interval of a job, if it has one of its own.
    pub(crate) fn get(&self, name: &str) -> Option<Duration> {
        let mut found = self.0.iter().filter(|(job, _)| job.0 == name);
        found.next().map(|(_, interval)| interval.0)
    }

    /// These, and the others' where these have none.
    #[must_use]
    pub fn or(mut self, others: Self) -> Self {
        for (job, interval) in others.0 {
            self.0.entry(job).or_insert(interval);
        }
        self
    }
}

impl FromStr for JobIntervals {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut intervals = BTreeMap::new();
        for pair in text.split(',') {
            let (name, period) = pair
                .split_once('=')
                .ok_or_else(|| format!("`{}` is not of the form NAME=TIME", pair.escape_debug()))?;
            let period: Period = period.parse()?;
            let name = Job::try_from(name.trim().to_owned())?;
            intervals.insert(name, Interval::try_from(period)?);
        }
        Ok(Self(intervals))
    }
}

impl TryFrom<String> for Job {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let found = JOBS.iter().map(|job| job.name).find(|job| *job == name);
        found.map(Self).ok_or_else(|| {
            let names: Vec<_> = JOBS.iter().map(|job| job.name).collect();
            let (name, names) = (name.escape_debug(), names.join(", "));
            format!("there is no scheduled job `{name}`; there are {names}")
        })
    }
}

impl<'de> Deserialize<'de> for Job {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::try_from(name).map_err(serde::de::Error::custom)
    }
}

impl TryFrom<Period> for Interval {
    type Error = String;

    fn try_from(period: Period) -> Result<Self, String> {
        let interval = Duration::from(period);
        if interval < Duration::from_secs(1) {
            return Err("the interval of a job must be one second at least".to_owned());
        }
        Ok(Self(interval))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pairs_and_knows_the_jobs() {
        let some: JobIntervals = "recycle_job=30m, tmp_purge_job = 1d".parse().unwrap();
        let seconds = |all: &JobIntervals, name| all.get(name).map(|time| time.as_secs());
        assert_eq!(seconds(&some, "recycle_job"), Some(1800));
        assert_eq!(seconds(&some, "tmp_purge_job"), Some(86_400));
        assert_eq!(seconds(&some, "deduplicate_job"), None);
        let more: JobIntervals = "recycle_job=5,deduplicate_job=6".parse().unwrap();
        let both = some.or(more);
        assert_eq!(seconds(&both, "recycle_job"), Some(1800));
        assert_eq!(seconds(&both, "deduplicate_job"), Some(6));
        for text in [
            "",
            "recycle_job",
            "nap_job=5",
            "recycle_job=0",
            "recycle_job=soon",
        ] {
            text.parse::<JobIntervals>().unwrap_err();
        }
    }
}
