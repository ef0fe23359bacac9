//! One target after the other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use bchan_api::Target;

use crate::error::ImportError;
use crate::installation::Installation;
use crate::mariadb::{Old, OldBackup, OldTarget};
use crate::matcher::{Homes, Matcher, Verdict};
use crate::report::{Effect, ImportFinding, ImportReport};
use crate::storage_plan::real;
use crate::target::convert;
use bchan_catalog::{StoreError, StoredBackup};
use bchan_engine::Engine;
use bchan_engine::directories::markers;
use bchan_engine::directories::sidecar_sync;

pub(crate) struct Importer<'a> {
    state: &'a Engine,
    /// The other server's folder.
    base: &'a Path,
    /// The other server's recycle bin.
    bin: PathBuf,
    dry_run: bool,
    looker: Matcher<'a>,
    /// Names that backups have in each directory.
    taken: HashMap<PathBuf, HashSet<String>>,
    /// Backups whose records were in the recycle bin before.
    in_bin: HashSet<String>,
    report: ImportReport,
}

/// A target, and what is known of it here.
struct Subject {
    target: Target,
    is_new: bool,
    name_template: String,
    /// Where it lies there.
    location: PathBuf,
    /// Where it lies here.
    here: PathBuf,
}

impl<'a> Importer<'a> {
    pub(crate) fn new(
        state: &'a Engine,
        installation: &'a Installation,
        dry_run: bool,
        looker: Matcher<'a>,
    ) -> Result<Self, ImportError> {
        let mut taken: HashMap<PathBuf, HashSet<String>> = HashMap::new();
        for target in state.all_targets()? {
            for stored in state.store.backups(&target.id)? {
                if let Ok(home) = state.directory(&target, stored.backup.is_recycled) {
                    taken.entry(home).or_default().insert(stored.file_name);
                }
            }
        }
        let in_bin = state.layout.sidecar(state.layout.bin()).record_ids();
        Ok(Self {
            state,
            base: &installation.base,
            bin: real(&installation.recycle_bin),
            dry_run,
            looker,
            taken,
            in_bin: in_bin.unwrap_or_default(),
            report: ImportReport::default(),
        })
    }

    /// Says what became of the key.
    pub(crate) fn key(&mut self, notes: Vec<String>) {
        let notes = notes.into_iter().map(ImportFinding::note);
        self.report.findings.extend(notes);
    }

    /// Takes over everything.
    pub(crate) fn all(&mut self, old: &Old) -> Result<(), ImportError> {
        let mut by_target: BTreeMap<&str, Vec<&OldBackup>> = BTreeMap::new();
        for backup in &old.backups {
            by_target.entry(&backup.target_id).or_default().push(backup);
        }
        for target in &old.targets {
            let backups = by_target.remove(target.id.as_str()).unwrap_or_default();
            self.target(target, &backups)?;
        }
        for backup in by_target.into_values().flatten() {
            let message = "it belongs to a target that does not exist";
            let mut finding = ImportFinding::left_out(message);
            finding.target_id = Some(backup.target_id.clone());
            finding.backup_id = Some(backup.id.clone());
            self.report.backups.left_out += 1;
            self.report.findings.push(finding);
        }
        if old.dangling_tags > 0 {
            let message = format!(
                "{} links between targets and tags lead nowhere, and are left out",
                old.dangling_tags
            );
            self.report.findings.push(ImportFinding::note(message));
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> ImportReport {
        let mut report = self.report;
        self.looker.zone.name().clone_into(&mut report.timezone);
        report.bytes_read = self.looker.bytes_read;
        report
    }

    fn target(&mut self, old: &OldTarget, backups: &[&OldBackup]) -> Result<(), ImportError> {
        let subject = match self.subject(old)? {
            Ok(subject) => subject,
            Err((finding, is_new)) => {
                self.report.targets.left_out += u64::from(is_new);
                self.report.targets.present += u64::from(!is_new);
                return self.leave_out(old, finding, backups);
            }
        };
        let (mut found, mut present, mut missing) = (Vec::new(), 0, Vec::new());
        for backup in backups {
            if self.state.store.backup(&backup.id)?.is_some() {
                present += 1;
                continue;
            }
            let homes = Homes {
                location: &subject.location,
                bin: &self.bin,
                same_location: subject.here == subject.location,
                same_bin: self.state.layout.bin() == self.bin,
            };
            let (target, template) = (&subject.target, &subject.name_template);
            match self.looker.look(target, template, &homes, backup) {
                Verdict::Missing(place) => missing.push((*backup, place)),
                verdict => found.push((*backup, verdict)),
            }
        }
        let lacks_all = missing.iter().any(|(backup, _)| !backup.is_recycled)
            && present == 0
            && self.is_empty(&subject.location);
        if subject.is_new && lacks_all {
            // What is written there would vanish below the mount.
            let message = "nothing is in its location, where its backups should be; is its disk \
                mounted? Another run takes it over then";
            let finding = ImportFinding::left_out(message).at(&subject.location);
            self.report.targets.left_out += 1;
            return self.leave_out(old, finding, backups);
        }
        self.report.backups.present += present;
        let taken = self.choose(old, &subject, found);
        self.name_missing(old, &missing);
        self.apply(old, &subject, &taken)
    }

    /// Converts a target, or returns the reason for leaving it out, and whether it is new.
    fn subject(
        &self,
        old: &OldTarget,
    ) -> Result<Result<Subject, (ImportFinding, bool)>, ImportError> {
        let known = self.state.store.target(&old.id)?;
        let known = known.filter(|target| target.id == old.id);
        let is_new = known.is_none();
        let refuse = |message: String| (ImportFinding::left_out(message), is_new);
        let there = match convert(old, self.base) {
            Ok(there) => there,
            Err(what) => return Ok(Err(refuse(what))),
        };
        let target = known.unwrap_or_else(|| there.clone());
        let here = match self.state.layout.resolve(&target.location) {
            Ok(here) => here,
            Err(error) => return Ok(Err(refuse(error.to_string()))),
        };
        if is_new {
            match self.state.store.check_unique(&target) {
                Ok(()) => {}
                Err(error @ StoreError::Taken { .. }) => {
                    let message = format!("{error}; give one of them another");
                    return Ok(Err(refuse(message)));
                }
                Err(error) => return Err(error.into()),
            }
            if let Err(error) = self.state.require_no_backup(&target.location) {
                return Ok(Err(refuse(error.message)));
            }
        }
        Ok(Ok(Subject {
            is_new,
            name_template: there.name_template,
            location: real(Path::new(&there.location)),
            here,
            target,
        }))
    }

    /// Those that are taken, whatever there is to say of them.
    fn choose(
        &mut self,
        old: &OldTarget,
        subject: &Subject,
        found: Vec<(&OldBackup, Verdict)>,
    ) -> Vec<StoredBackup> {
        let mut chosen = Vec::new();
        for (backup, verdict) in found {
            match verdict {
                Verdict::Take(stored, findings) => {
                    let home = if stored.backup.is_recycled {
                        self.state.layout.bin()
                    } else {
                        &subject.here
                    };
                    let names = self.taken.entry(home.to_owned()).or_default();
                    if !names.insert(stored.file_name.clone()) {
                        let message = "its file is that of another backup";
                        let place = home.join(&stored.file_name);
                        let finding = ImportFinding::left_out(message).at(&place);
                        self.found(old, Some(backup), finding);
                        continue;
                    }
                    for finding in findings {
                        self.found(old, Some(backup), finding);
                    }
                    chosen.push(stored);
                }
                Verdict::LeaveOut(finding) => self.found(old, Some(backup), finding),
                Verdict::Missing(place) => {
                    let finding = ImportFinding::left_out("its files are missing").at(&place);
                    self.found(old, Some(backup), finding);
                }
            }
        }
        chosen
    }

    /// Names what is missing, one by one; of a directory with nothing in it, that.
    fn name_missing(&mut self, old: &OldTarget, missing: &[(&OldBackup, PathBuf)]) {
        for recycled in [false, true] {
            let of_kind = missing
                .iter()
                .filter(|(backup, _)| backup.is_recycled == recycled);
            let of_kind: Vec<_> = of_kind.collect();
            let Some((_, place)) = of_kind.first() else {
                continue;
            };
            let home = place.parent().unwrap_or(place).to_owned();
            if of_kind.len() > 1 && self.is_empty(&home) {
                let message = format!(
                    "none of {} backups is there; is its disk mounted?",
                    of_kind.len()
                );
                self.report.backups.left_out += of_kind.len() as u64;
                let finding = ImportFinding::left_out(message).at(&home);
                self.push(old, None, finding);
                continue;
            }
            for (backup, place) in of_kind {
                let finding = ImportFinding::left_out("its files are missing").at(place);
                self.found(old, Some(backup), finding);
            }
        }
    }

    fn apply(
        &mut self,
        old: &OldTarget,
        subject: &Subject,
        taken: &[StoredBackup],
    ) -> Result<(), ImportError> {
        let target = &subject.target;
        if subject.is_new || !taken.is_empty() {
            let new = subject.is_new.then_some(target);
            self.state.store.adopt(new, taken)?;
        }
        let counts = &mut self.report.targets;
        counts.taken += u64::from(subject.is_new);
        counts.present += u64::from(!subject.is_new);
        let counts = &mut self.report.backups;
        counts.taken += taken.len() as u64;
        let broken = taken.iter().filter(|stored| stored.backup.hash_mismatch);
        counts.broken += broken.count() as u64;
        self.report.bytes += taken
            .iter()
            .map(|stored| stored.backup.filesize)
            .sum::<u64>();
        if self.dry_run {
            return Ok(());
        }
        let bin = self.state.layout.sidecar(self.state.layout.bin());
        let written = sidecar_sync::complete_target(self.state, target, &bin, &self.in_bin);
        let written = written.and_then(|()| markers::adopt(self.state, &subject.here));
        if let Err(error) = written {
            let message = format!(
                "its records beside the backups are incomplete: {}; the start of the server makes \
                 up for it",
                error.message
            );
            self.push(old, None, ImportFinding::note(message));
        }
        let (taken, name) = (taken.len(), &target.name);
        tracing::info!(target = target.id, name, taken, "imported a target");
        Ok(())
    }

    /// Leaves a target out with all its backups that are not here yet.
    fn leave_out(
        &mut self,
        old: &OldTarget,
        finding: ImportFinding,
        backups: &[&OldBackup],
    ) -> Result<(), ImportError> {
        let mut left = 0;
        for backup in backups {
            if self.state.store.backup(&backup.id)?.is_some() {
                self.report.backups.present += 1;
            } else {
                left += 1;
            }
        }
        self.report.backups.left_out += left;
        let mut finding = finding;
        if left > 0 {
            let plural = if left == 1 { "" } else { "s" };
            finding.message = format!("{}; with {left} backup{plural}", finding.message);
        }
        self.push(old, None, finding);
        Ok(())
    }

    fn is_empty(&mut self, directory: &Path) -> bool {
        self.looker.dir_cache.is_empty(directory).unwrap_or(false)
    }

    /// Counts a finding about a backup.
    fn found(&mut self, old: &OldTarget, backup: Option<&OldBackup>, finding: ImportFinding) {
        self.report.backups.left_out += u64::from(finding.effect == Effect::LeftOut);
        self.push(old, backup, finding);
    }

    fn push(&mut self, old: &OldTarget, backup: Option<&OldBackup>, mut finding: ImportFinding) {
        finding.target_id = Some(old.id.clone());
        finding.target.clone_from(&old.name);
        finding.backup_id = backup.map(|backup| backup.id.clone());
        self.report.findings.push(finding);
    }
}
