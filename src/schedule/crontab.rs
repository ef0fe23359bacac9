//! Lines of a crontab.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::quote::cron_word;
use super::unit::escape;
use super::{Job, ScheduleError, When};

/// No command in a line is longer for the oldest crons that are in use, in bytes.
const LONGEST: usize = 998;

/// A user's crontab, which may be in any encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crontab(pub(crate) Vec<u8>);

impl Crontab {
    /// The same with these lines in place of those that the preset has.
    pub(crate) fn with(&self, preset: &str, lines: &[String]) -> Self {
        let mut bytes = self.without(preset).0;
        if bytes.last().is_some_and(|last| *last != b'\n') {
            bytes.push(b'\n');
        }
        for line in lines {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
        }
        Self(bytes)
    }

    /// The same without the lines of the preset.
    pub(crate) fn without(&self, preset: &str) -> Self {
        let mark = format!(" {}", mark(preset));
        let lines = self.0.split_inclusive(|byte| *byte == b'\n');
        let kept = lines.filter(|line| !line.trim_ascii_end().ends_with(mark.as_bytes()));
        Self(kept.flatten().copied().collect())
    }
}

/// The lines that run a preset.
pub(crate) fn lines(
    job: &Job,
    when: &When,
    spread: Option<Duration>,
    machine: &str,
) -> Result<Vec<String>, ScheduleError> {
    let mut command = Vec::new();
    for (name, value) in &job.variables {
        command.push(format!("{name}={}", cron_word(value)?));
    }
    command.push(cron_word(job.program()?)?);
    for word in job.arguments() {
        command.push(cron_word(&word)?);
    }
    command.push(mark(&job.preset));
    let command = command.join(" ");
    if command.len() > LONGEST {
        return Err(ScheduleError::TooLong {
            what: "the command in the crontab",
            most: LONGEST,
        });
    }
    let offset = spread.map_or(0, |spread| offset(&job.preset, machine, spread));
    let fields = when.cron(offset).into_iter();
    Ok(fields.map(|fields| format!("{fields} {command}")).collect())
}

/// A comment for the shell at the end of each line of a preset, by which it is found again. The name is
/// escaped, so that none can end with what marks another.
fn mark(preset: &str) -> String {
    format!("# bchan-preset:{}", escape(preset))
}

/// By how many minutes the runs of this preset on this machine come later: always the same.
fn offset(preset: &str, machine: &str, spread: Duration) -> u32 {
    let digest = Sha256::digest(format!("{machine}\0{preset}"));
    let random = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    // A spread is less than a day.
    let minutes = u32::try_from(spread.as_secs() / 60).unwrap_or(u32::MAX - 1);
    random % (minutes + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::tests::job;

    fn line(job: &Job) -> String {
        lines(job, &When::Hourly, None, "m").unwrap().remove(0)
    }

    #[test]
    fn a_line_needs_nothing_of_its_surroundings() {
        assert_eq!(
            line(&job("docs")),
            "0 * * * * /usr/bin/bchan --quiet preset upload --automatic docs # bchan-preset:docs"
        );
        let odd = Job {
            program: "/opt/my tools/bchan".into(),
            options: vec!["--profile".into(), "100%".into()],
            variables: vec![("XDG_CONFIG_HOME".into(), "/c d".into())],
            ..job("it's ü")
        };
        assert_eq!(
            line(&odd),
            "0 * * * * XDG_CONFIG_HOME='/c d' '/opt/my tools/bchan' --quiet --profile '100'\\% \
             preset upload --automatic 'it'\"'\"'s ü' # bchan-preset:it\\x27s\\x20\\xc3\\xbc"
        );
        assert!(lines(&job(&"a".repeat(900)), &When::Hourly, None, "m").is_err());
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        let others = b"# mine\r\nMAILTO=me\n\n0 1 * * * x # bchan-preset:docs2\n\xff\xfe 5\nlast";
        let before = Crontab(others.to_vec());
        let lines = [line(&job("docs")), line(&job("docs"))];
        let added = before.with("docs", &lines);
        assert!(added.0.starts_with(others));
        assert!(added.0.ends_with(
            b"last\n0 * * * * /usr/bin/bchan --quiet preset upload \
            --automatic docs # bchan-preset:docs\n0 * * * * /usr/bin/bchan --quiet preset upload \
            --automatic docs # bchan-preset:docs\n"
        ));
        assert_eq!(added.with("docs", &lines), added);
        let removed = added.without("docs");
        assert_eq!(removed.0, [others.as_slice(), b"\n"].concat());
        assert_eq!(removed.without("docs"), removed);
        assert_eq!(
            Crontab(Vec::new())
                .with("docs", &lines[..1])
                .without("docs")
                .0,
            b""
        );
    }

    #[test]
    fn no_name_ends_like_another_s_mark() {
        let hostile = "x # bchan-preset:docs";
        let crontab = Crontab(Vec::new()).with(hostile, &[line(&job(hostile))]);
        assert_eq!(crontab.without("docs"), crontab);
        assert_eq!(crontab.without(hostile).0, b"");
    }

    #[test]
    fn a_spread_is_stable_and_spreads() {
        let hour = Duration::from_secs(3600);
        let offsets: Vec<u32> = (0..40).map(|n| offset("p", &n.to_string(), hour)).collect();
        assert!(offsets.iter().all(|offset| *offset <= 60));
        let mut different = offsets.clone();
        different.sort_unstable();
        different.dedup();
        assert!(different.len() > 15, "{different:?}");
        assert_eq!(offsets[3], offset("p", "3", hour));
        assert_eq!(offset("p", "3", Duration::from_secs(59)), 0);
    }
}
