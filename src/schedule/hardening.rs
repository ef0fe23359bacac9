//! The confinement of a service, in systemd's terms.

use std::path::{Path, PathBuf};

use super::quote::unit_word;
use super::{Place, ScheduleError};

/// Folders that `PrivateTmp=` puts others in the place of.
const TEMPORARY: [&str; 2] = ["/tmp", "/var/tmp"];

/// How far a run is shut in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Confinement {
    /// Not at all: hooks may do what they like.
    Nothing,
    /// As far as the run allows.
    Hardened(Hardening),
}

/// Facts that decide how far a run can be confined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hardening {
    /// Paths that are backed up. `None` if they come from lists, which can change.
    pub(crate) sources: Option<Vec<PathBuf>>,
    /// Folders that are made where they are missing, and written to.
    pub(crate) own: Vec<PathBuf>,
    /// Other files and folders that are written to.
    pub(crate) writable: Vec<PathBuf>,
    /// True if the run stores the backup itself, with owners and modes.
    pub(crate) stores: bool,
    /// True if its own folders belong to another user than root.
    pub(crate) foreign: bool,
}

impl Hardening {
    /// The lines of a unit.
    pub(super) fn lines(&self, place: Place) -> Result<Vec<String>, ScheduleError> {
        let mut lines: Vec<String> = [
            "NoNewPrivileges=yes",
            "LockPersonality=yes",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
            "RestrictNamespaces=yes",
            "RestrictRealtime=yes",
            "SystemCallArchitectures=native",
            "SystemCallFilter=@system-service",
            "SystemCallErrorNumber=EPERM",
        ]
        .map(str::to_owned)
        .to_vec();
        if !self.stores {
            lines.push("RestrictSUIDSGID=yes".to_owned());
        }
        // A user's systemd can apply the rest only with user namespaces, and then files of other
        // users would be backed up as files of `nobody`.
        if place == Place::System {
            lines.append(&mut self.root_lines()?);
        }
        Ok(lines)
    }

    /// Returns the restrictions that only the system's systemd can apply. None may change the
    /// content of a backup: parts of the tree are read-only, but nothing that is backed up is
    /// hidden.
    fn root_lines(&self) -> Result<Vec<String>, ScheduleError> {
        let mut capabilities = vec!["CAP_DAC_READ_SEARCH"];
        if self.stores || self.foreign {
            capabilities.push("CAP_DAC_OVERRIDE");
        }
        if self.stores {
            capabilities.extend(["CAP_CHOWN", "CAP_FOWNER", "CAP_FSETID"]);
        }
        let mut lines = vec![format!("CapabilityBoundingSet={}", capabilities.join(" "))];
        let simple = [
            "ProtectClock=yes",
            "ProtectControlGroups=yes",
            "ProtectHostname=yes",
            "ProtectKernelTunables=yes",
            "ProtectSystem=strict",
        ];
        lines.extend(simple.map(str::to_owned));
        if !self.touches("/dev") {
            lines.push("PrivateDevices=yes".to_owned());
        }
        let mut writable: Vec<PathBuf> = Vec::new();
        if TEMPORARY.iter().any(|folder| self.touches(folder)) {
            writable.extend(TEMPORARY.map(PathBuf::from));
        } else {
            lines.push("PrivateTmp=yes".to_owned());
        }
        writable.extend(self.own.iter().chain(&self.writable).cloned());
        for path in writable {
            // A folder that is not there must not keep the run from telling so.
            let path = unit_word(&format!("-{}", text(&path)?))?;
            lines.push(format!("ReadWritePaths={path}"));
        }
        Ok(lines)
    }

    /// The line that makes the folders which have to be there before they can be written to: the run
    /// itself could not.
    pub(super) fn preparation(&self, place: Place) -> Result<Option<String>, ScheduleError> {
        if place != Place::System || self.own.is_empty() {
            return Ok(None);
        }
        let mut line = "ExecStartPre=+mkdir -p -m 0700 --".to_owned();
        for path in &self.own {
            line.push(' ');
            line.push_str(&super::quote::unit_argument(text(path)?)?);
        }
        Ok(Some(line))
    }

    /// Returns true if what is backed up or written may lie in a folder, or hold it.
    fn touches(&self, folder: &str) -> bool {
        let Some(sources) = &self.sources else {
            return true;
        };
        let mut paths = sources.iter().chain(&self.writable);
        paths.any(|path| path.starts_with(folder) || Path::new(folder).starts_with(path))
    }
}

fn text(path: &Path) -> Result<&str, ScheduleError> {
    path.to_str().ok_or_else(|| ScheduleError::NotText {
        what: path.display().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sources: &[&str]) -> Hardening {
        Hardening {
            sources: Some(sources.iter().map(PathBuf::from).collect()),
            ..Hardening::default()
        }
    }

    fn has(hardening: &Hardening, line: &str) -> bool {
        let lines = hardening.lines(Place::System).unwrap();
        lines.iter().any(|found| found == line)
    }

    #[test]
    fn nothing_is_hidden_that_is_backed_up() {
        for (sources, tmp, dev) in [
            (&["/home", "/etc"][..], true, true),
            (&["/tmp/x"], false, true),
            (&["/var"], false, true),
            (&["/var/tmp/x/y"], false, true),
            (&["/"], false, false),
            (&["/dev/shm/x"], true, false),
            (&["/tmpfiles", "/devel"], true, true),
        ] {
            let hardening = of(sources);
            assert_eq!(has(&hardening, "PrivateTmp=yes"), tmp, "{sources:?}");
            assert_eq!(has(&hardening, "PrivateDevices=yes"), dev, "{sources:?}");
            assert_eq!(has(&hardening, "ReadWritePaths=-/tmp"), !tmp, "{sources:?}");
        }
        let lists = Hardening::default();
        assert!(!has(&lists, "PrivateTmp=yes") && !has(&lists, "PrivateDevices=yes"));
        // These would hide parts of the tree.
        let whole = of(&["/home"]).lines(Place::System).unwrap().join("\n");
        for option in [
            "ProtectHome",
            "ProtectKernelModules",
            "ProtectProc",
            "PrivateUsers",
        ] {
            assert!(!whole.contains(option), "{whole}");
        }
    }

    #[test]
    fn rights_are_those_that_the_run_needs() {
        let reads = of(&["/home"]);
        assert!(has(&reads, "CapabilityBoundingSet=CAP_DAC_READ_SEARCH"));
        assert!(has(&reads, "RestrictSUIDSGID=yes"));
        let stores = Hardening {
            stores: true,
            writable: vec!["/mnt/my disk".into()],
            ..of(&["/home"])
        };
        assert!(has(&stores, "ReadWritePaths=\"-/mnt/my disk\""));
        assert!(!has(&stores, "RestrictSUIDSGID=yes"));
        let all = "CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE CAP_CHOWN \
                   CAP_FOWNER CAP_FSETID";
        assert!(has(&stores, all));
        let foreign = Hardening {
            foreign: true,
            ..of(&["/home"])
        };
        let both = "CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE";
        assert!(has(&foreign, both));
    }

    #[test]
    fn a_user_s_systemd_is_asked_for_what_it_can_do() {
        let lines = of(&["/home"]).lines(Place::User).unwrap().join("\n");
        assert!(lines.contains("NoNewPrivileges=yes"), "{lines}");
        for option in ["Private", "Protect", "Capability", "ReadWritePaths"] {
            assert!(!lines.contains(option), "{lines}");
        }
    }
}
