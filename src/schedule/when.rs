//! When a preset runs, for systemd and for cron.

use std::str::FromStr;
use std::time::Duration;

use super::ScheduleError;
use crate::config::Length;

/// When a preset runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// At the beginning of each hour.
    Hourly,
    /// Each day at each of these times.
    Daily(Vec<Time>),
    /// Each week at each of these times.
    Weekly(Vec<(Weekday, Time)>),
    /// As expressions of systemd say.
    Calendar(Vec<String>),
    /// As an expression of cron says.
    Cron(CronExpr),
}

/// A time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    hour: u32,
    minute: u32,
}

/// A day of the week; the number is cron's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weekday(u32);

/// The five fields of a line of a crontab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CronExpr(String);

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Minutes of a day.
const DAY: u32 = 24 * 60;

impl When {
    /// Returns the values of `OnCalendar=`. `None` for schedules that only cron understands.
    pub(super) fn calendar(&self) -> Vec<String> {
        match self {
            Self::Hourly => vec!["*-*-* *:00:00".to_owned()],
            Self::Daily(times) => times.iter().map(|time| time.calendar()).collect(),
            Self::Weekly(times) => {
                let line = |(day, time): &(Weekday, Time)| {
                    format!("{} {}", &DAYS[day.0 as usize][..3], time.calendar())
                };
                times.iter().map(line).collect()
            }
            Self::Calendar(expressions) => expressions.clone(),
            Self::Cron(_) => Vec::new(),
        }
    }

    /// The first five fields of lines of a crontab, each `offset` minutes later. None for what only
    /// systemd understands.
    pub(super) fn cron(&self, offset: u32) -> Vec<String> {
        match self {
            Self::Hourly => vec![format!("{} * * * *", offset % 60)],
            Self::Daily(times) => {
                let line = |time: &Time| {
                    let (_, Time { hour, minute }) = time.later(offset);
                    format!("{minute} {hour} * * *")
                };
                times.iter().map(line).collect()
            }
            Self::Weekly(times) => {
                let line = |(day, time): &(Weekday, Time)| {
                    let (days, Time { hour, minute }) = time.later(offset);
                    format!("{minute} {hour} * * {}", (day.0 + days) % 7)
                };
                times.iter().map(line).collect()
            }
            Self::Cron(expression) => vec![expression.0.clone()],
            Self::Calendar(_) => Vec::new(),
        }
    }
}

impl Time {
    fn calendar(self) -> String {
        format!("*-*-* {:02}:{:02}:00", self.hour, self.minute)
    }

    /// The time so many minutes later, and how many days later that is.
    fn later(self, minutes: u32) -> (u32, Self) {
        let minutes = self.hour * 60 + self.minute + minutes;
        let time = Self {
            hour: minutes % DAY / 60,
            minute: minutes % 60,
        };
        (minutes / DAY, time)
    }
}

impl FromStr for Time {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let parse = || {
            let (hour, minute) = text.split_once(':')?;
            let time = Self {
                hour: number(hour)?,
                minute: number(minute).filter(|_| minute.len() == 2)?,
            };
            (time.hour < 24 && time.minute < 60).then_some(time)
        };
        parse().ok_or_else(|| ScheduleError::Nonsense {
            what: "the time",
            text: text.to_owned(),
            why: "it is not HH:MM, from 00:00 to 23:59".to_owned(),
        })
    }
}

impl FromStr for Weekday {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let is = |day: &&str| {
            day.eq_ignore_ascii_case(text)
                || day
                    .get(..3)
                    .is_some_and(|day| day.eq_ignore_ascii_case(text))
        };
        let found = (0..).zip(DAYS).find(|(_, day)| is(day));
        let found = found.map(|(number, _)| Self(number));
        found.ok_or_else(|| ScheduleError::Nonsense {
            what: "the day",
            text: text.to_owned(),
            why: "it is not one of mon, tue, wed, thu, fri, sat and sun".to_owned(),
        })
    }
}

impl FromStr for CronExpr {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let wrong = |why: String| ScheduleError::Nonsense {
            what: "the cron expression",
            text: text.to_owned(),
            why,
        };
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(wrong(format!(
                "it has {} fields, not minute, hour, day, month and day of the week",
                fields.len()
            )));
        };
        let days: Vec<String> = DAYS.iter().map(|day| day[..3].to_lowercase()).collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        let known: [(&str, &str, u32, u32, &[&str]); 5] = [
            ("minute", minute, 0, 59, &[]),
            ("hour", hour, 0, 23, &[]),
            ("day", day, 1, 31, &[]),
            ("month", month, 1, 12, &MONTHS),
            // Sunday is 0 and 7.
            ("day of the week", weekday, 0, 7, &days),
        ];
        for (name, field, least, most, names) in known {
            if !field
                .split(',')
                .all(|item| is_item(item, least, most, names))
            {
                return Err(wrong(format!(
                    "its {name} `{field}` is not `*`, or of {least} to {most}"
                )));
            }
        }
        Ok(Self(fields.join(" ")))
    }
}

/// Returns true if it is one of the items of a field: `*`, a value, or a range, each with a step or without.
fn is_item(item: &str, least: u32, most: u32, names: &[&str]) -> bool {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (item, None),
    };
    if step.is_some_and(|step| !number(step).is_some_and(|step| (1..=most).contains(&step))) {
        return false;
    }
    let value = |text: &str| {
        let by_name = (least..).zip(names);
        let by_name = by_name
            .clone()
            .find(|(_, name)| name.eq_ignore_ascii_case(text));
        let value = by_name.map(|(value, _)| value).or_else(|| number(text));
        value.filter(|value| (least..=most).contains(value))
    };
    match range.split_once('-') {
        None if range == "*" => true,
        // Not every cron takes a step without a range.
        None => step.is_none() && value(range).is_some(),
        Some((from, to)) => {
            matches!((value(from), value(to)), (Some(from), Some(to)) if from <= to)
        }
    }
}

/// A number of one or two digits and nothing else.
fn number(text: &str) -> Option<u32> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Reads how far runs are spread: a duration such as `30m` or `1h 30m`, of less than a day.
pub(crate) fn parse_spread(text: &str) -> Result<Duration, ScheduleError> {
    let wrong = |why: String| ScheduleError::Nonsense {
        what: "the duration",
        text: text.to_owned(),
        why,
    };
    let Length(duration) = text.parse().map_err(wrong)?;
    if (1..u64::from(DAY) * 60).contains(&duration.as_secs()) {
        Ok(duration)
    } else {
        Err(wrong("it is not between a second and a day".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn systemd_and_cron_are_told_the_same() {
        assert_eq!(When::Hourly.calendar(), ["*-*-* *:00:00"]);
        assert_eq!(When::Hourly.cron(0), ["0 * * * *"]);
        let daily = When::Daily(vec![time("03:00"), time("9:05")]);
        assert_eq!(daily.calendar(), ["*-*-* 03:00:00", "*-*-* 09:05:00"]);
        assert_eq!(daily.cron(0), ["0 3 * * *", "5 9 * * *"]);
        let weekly = When::Weekly(vec![
            ("sun".parse().unwrap(), time("23:59")),
            ("Wednesday".parse().unwrap(), time("00:00")),
        ]);
        assert_eq!(
            weekly.calendar(),
            ["Sun *-*-* 23:59:00", "Wed *-*-* 00:00:00"]
        );
        assert_eq!(weekly.cron(0), ["59 23 * * 0", "0 0 * * 3"]);
    }

    #[test]
    fn an_offset_goes_over_midnight() {
        assert_eq!(When::Daily(vec![time("23:50")]).cron(15), ["5 0 * * *"]);
        let saturday = When::Weekly(vec![("SAT".parse().unwrap(), time("23:50"))]);
        assert_eq!(saturday.cron(15), ["5 0 * * 0"]);
        assert_eq!(saturday.cron(9), ["59 23 * * 6"]);
        assert_eq!(When::Hourly.cron(75), ["15 * * * *"]);
    }

    #[test]
    fn times_that_there_are_not_are_refused() {
        for text in [
            "24:00", "3:60", "3", "3:5", ":00", "03:00:00", "-3:00", "+3:00", "", "٣:00",
        ] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
        for text in ["", "s", "sund", "1", "söö"] {
            assert!(text.parse::<Weekday>().is_err(), "{text}");
        }
    }

    #[test]
    fn cron_expressions_are_those_that_every_cron_takes() {
        for text in [
            "0 3 * * *",
            "*/15 0-6,22,23 1-31/2 jan-MAR,12 mon-fri",
            "59 23 31 12 7",
            "0\t0 * *  sun",
        ] {
            assert!(text.parse::<CronExpr>().is_ok(), "{text}");
        }
        let spaced: CronExpr = " 0\t3 *  * * ".parse().unwrap();
        assert_eq!(When::Cron(spaced).cron(7), ["0 3 * * *"]);
        for text in [
            "",
            "@daily",
            "0 3 * *",
            "0 3 * * * reboot",
            "60 3 * * *",
            "0 24 * * *",
            "0 0 0 * *",
            "0 0 * 13 *",
            "0 0 * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "5/10 * * * *",
            ", * * * *",
            "1,,2 * * * *",
            "a * * * *",
            "0 0 mon * *",
        ] {
            assert!(text.parse::<CronExpr>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_spread_is_a_duration_of_less_than_a_day() {
        let seconds = |text| parse_spread(text).map(|duration| duration.as_secs()).ok();
        assert_eq!(seconds("30m"), Some(1800));
        assert_eq!(seconds("1h 30m"), Some(5400));
        assert_eq!(seconds("45 min"), Some(2700));
        for text in ["", "0s", "30", "24h", "-1h", "1h ago", "soon"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
