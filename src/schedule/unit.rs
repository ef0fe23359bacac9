//! Units of systemd.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::quote::{line, specifiers, unit_argument, unit_word};
use super::{Confinement, Job, Place, ScheduleError, When};

/// First line of each unit, by which it is known as ours. Released forms must be found again.
pub(super) const MARKER: &str = "# Written by `bchan preset schedule`.";

const NOTE: &str = "# It is replaced when that runs again. Changes by `systemctl edit` stay.";

/// No name of a unit is longer, in bytes.
const LONGEST: usize = 255;

/// A file with the API key, which systemd hands to the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    /// The file.
    pub(crate) path: PathBuf,
    /// True if `systemd-creds` has encrypted it.
    pub(crate) encrypted: bool,
}

/// The name of a preset's units, without what they end with.
///
/// Returns the name of a preset's units. Characters that a unit name cannot have are escaped as by
/// `systemd-escape`, except the hyphen, which is allowed, and the slash, which does not become a
/// hyphen: each preset has a name of its own.
pub(crate) fn unit_name(preset: &str) -> Result<String, ScheduleError> {
    let name = format!("bchan-{}", escape(preset));
    if name.len() + ".service".len() > LONGEST {
        return Err(ScheduleError::TooLong {
            what: "the name of the unit",
            most: LONGEST,
        });
    }
    Ok(name)
}

/// A name with nothing but letters, digits, `:`, `-`, `_`, `.` and escapes.
pub(super) fn escape(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b":-_.".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(escaped, "\\x{byte:02x}");
        }
    }
    escaped
}

/// The service that runs a preset once.
pub(crate) fn service(
    job: &Job,
    place: Place,
    credential: Option<&Credential>,
    confinement: &Confinement,
) -> Result<String, ScheduleError> {
    let mut lines = vec![MARKER.to_owned(), NOTE.to_owned(), "[Unit]".to_owned()];
    lines.push(description("Backup", &job.preset)?);
    // A user's systemd has no such target.
    if place == Place::System {
        lines.push("Wants=network-online.target".to_owned());
        lines.push("After=network-online.target".to_owned());
    }
    lines.push("\n[Service]\nType=oneshot".to_owned());
    if let Confinement::Hardened(hardening) = confinement {
        lines.extend(hardening.preparation(place)?);
    }
    lines.push(command(job)?);
    for (name, value) in &job.variables {
        let variable = unit_word(&format!("{name}={value}"))?;
        lines.push(format!("Environment={variable}"));
    }
    if let Some(Credential { path, encrypted }) = credential {
        let option = if *encrypted {
            "LoadCredentialEncrypted"
        } else {
            "LoadCredential"
        };
        let path = path.to_str().ok_or_else(|| ScheduleError::NotText {
            what: path.display().to_string(),
        })?;
        lines.push(format!("{option}=bchan-api-key:{}", specifiers(path)?));
    }
    lines.push("Nice=10\nIOSchedulingClass=idle\nCPUWeight=20\nUMask=0077".to_owned());
    if let Confinement::Hardened(hardening) = confinement {
        lines.append(&mut hardening.lines(place)?);
    }
    Ok(lines.join("\n") + "\n")
}

/// The timer that starts the service.
pub(crate) fn timer(
    job: &Job,
    when: &When,
    spread: Option<Duration>,
) -> Result<String, ScheduleError> {
    let mut lines = vec![MARKER.to_owned(), NOTE.to_owned(), "[Unit]".to_owned()];
    lines.push(description("Scheduled backup", &job.preset)?);
    lines.push("\n[Timer]".to_owned());
    for expression in when.calendar() {
        lines.push(format!("OnCalendar={}", specifiers(&expression)?));
    }
    // A run that the machine slept through is made up for.
    lines.push("Persistent=true".to_owned());
    if let Some(spread) = spread {
        lines.push(format!("RandomizedDelaySec={}s", spread.as_secs()));
        lines.push("FixedRandomDelay=true".to_owned());
    }
    lines.push("\n[Install]\nWantedBy=timers.target".to_owned());
    Ok(lines.join("\n") + "\n")
}

fn description(what: &str, preset: &str) -> Result<String, ScheduleError> {
    let preset = line(preset)?.replace('%', "%%");
    Ok(format!("Description={what} of preset {preset} (bchan)"))
}

fn command(job: &Job) -> Result<String, ScheduleError> {
    // The path of the program has no variables in it, which `$` could begin.
    let mut line = format!("ExecStart={}", unit_word(job.program()?)?);
    for word in job.arguments() {
        line.push(' ');
        line.push_str(&unit_argument(&word)?);
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Hardening;
    use crate::schedule::tests::job;

    #[test]
    fn a_unit_is_named_after_its_preset() {
        let name = |preset| unit_name(preset).unwrap();
        assert_eq!(name("my-docs_2.old"), "bchan-my-docs_2.old");
        assert_eq!(name("a b"), "bchan-a\\x20b");
        assert_eq!(name("ü%@/\\"), "bchan-\\xc3\\xbc\\x25\\x40\\x2f\\x5c");
        assert_ne!(name("a/b"), name("a-b"));
        assert!(unit_name(&"a".repeat(241)).is_ok());
        assert!(unit_name(&"a".repeat(242)).is_err());
        assert!(unit_name(&"ü".repeat(31)).is_err());
    }

    #[test]
    fn a_user_s_service() {
        let job = Job {
            options: vec!["--config".into(), "/home/me/my 100%.toml".into()],
            variables: vec![("XDG_STATE_HOME".into(), "/home/me/$s".into())],
            ..job("my \"docs\"")
        };
        let text = service(&job, Place::User, None, &Confinement::Nothing).unwrap();
        assert_eq!(
            text,
            "\
# Written by `bchan preset schedule`.
# It is replaced when that runs again. Changes by `systemctl edit` stay.
[Unit]
Description=Backup of preset my \"docs\" (bchan)

[Service]
Type=oneshot
ExecStart=/usr/bin/bchan --quiet --config \"/home/me/my 100%%.toml\" preset upload \
--automatic \"my \\\"docs\\\"\"
Environment=\"XDG_STATE_HOME=/home/me/$s\"
Nice=10
IOSchedulingClass=idle
CPUWeight=20
UMask=0077
"
        );
    }

    #[test]
    fn a_service_of_the_machine() {
        let credential = Credential {
            path: "/root/a key".into(),
            encrypted: false,
        };
        let hardening = Hardening {
            sources: Some(vec!["/home".into()]),
            own: vec!["/root/.local/state/bchan".into()],
            ..Hardening::default()
        };
        let hardened = Confinement::Hardened(hardening);
        let text = service(&job("docs"), Place::System, Some(&credential), &hardened).unwrap();
        assert_eq!(
            text,
            "\
# Written by `bchan preset schedule`.
# It is replaced when that runs again. Changes by `systemctl edit` stay.
[Unit]
Description=Backup of preset docs (bchan)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStartPre=+mkdir -p -m 0700 -- /root/.local/state/bchan
ExecStart=/usr/bin/bchan --quiet preset upload --automatic docs
LoadCredential=bchan-api-key:/root/a key
Nice=10
IOSchedulingClass=idle
CPUWeight=20
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
RestrictSUIDSGID=yes
CapabilityBoundingSet=CAP_DAC_READ_SEARCH
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectSystem=strict
PrivateDevices=yes
PrivateTmp=yes
ReadWritePaths=-/root/.local/state/bchan
"
        );
        let encrypted = Credential {
            encrypted: true,
            ..credential
        };
        let text = service(&job("docs"), Place::System, Some(&encrypted), &hardened).unwrap();
        assert!(text.contains("\nLoadCredentialEncrypted=bchan-api-key:/root/a key\n"));
    }

    #[test]
    fn a_timer_makes_up_for_what_was_missed() {
        let when = When::Daily(vec!["03:00".parse().unwrap(), "15:30".parse().unwrap()]);
        let text = timer(&job("50%"), &when, Some(Duration::from_secs(1800))).unwrap();
        assert_eq!(
            text,
            "\
# Written by `bchan preset schedule`.
# It is replaced when that runs again. Changes by `systemctl edit` stay.
[Unit]
Description=Scheduled backup of preset 50%% (bchan)

[Timer]
OnCalendar=*-*-* 03:00:00
OnCalendar=*-*-* 15:30:00
Persistent=true
RandomizedDelaySec=1800s
FixedRandomDelay=true

[Install]
WantedBy=timers.target
"
        );
        let plain = timer(&job("a"), &When::Hourly, None).unwrap();
        assert!(!plain.contains("Random"), "{plain}");
    }

    #[test]
    fn no_text_adds_a_line_of_its_own() {
        let two = When::Calendar(vec!["daily\nOnBootSec=1".into()]);
        assert!(timer(&job("a"), &two, None).is_err());
        let two = Job {
            options: vec!["a\nExecStartPost=/bin/sh".into()],
            ..job("a")
        };
        assert!(service(&two, Place::User, None, &Confinement::Nothing).is_err());
    }
}
