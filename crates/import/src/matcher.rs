//! Comparing one backup of the other server with the disk.

use std::io;
use std::path::{Path, PathBuf};

use bchan_api::{Backup, Target, TargetType};
use bchan_archive::Observer;
use jiff::civil::DateTime;
use uuid::Uuid;

use crate::dir_cache::{DirCache, Found};
use crate::mariadb::OldBackup;
use crate::report::{Effect, ImportFinding, ImportObserver};
use crate::tree;
use crate::zone::{Doubt, Zone, isoformat};
use bchan_catalog::{Order, StoredBackup};
use bchan_storage::content;
use bchan_storage::layout;
use bchan_storage::name_template;

/// Where the backups of one target lie.
pub(crate) struct Homes<'a> {
    /// As the other server knows it, links followed.
    pub(crate) location: &'a Path,
    /// Its recycle bin, links followed.
    pub(crate) bin: &'a Path,
    /// True if this server has the same.
    pub(crate) same_location: bool,
    pub(crate) same_bin: bool,
}

/// Decision about a backup.
pub(crate) enum Verdict {
    /// Take it over, and say this.
    Take(StoredBackup, Vec<ImportFinding>),
    LeaveOut(ImportFinding),
    /// Nothing lies in this place.
    Missing(PathBuf),
}

/// Looks at backups.
pub(crate) struct Matcher<'a> {
    pub(crate) zone: Zone,
    /// True if everything is read.
    pub(crate) verify: bool,
    pub(crate) dir_cache: DirCache,
    pub(crate) bytes_read: u64,
    pub(crate) done: u64,
    pub(crate) of: u64,
    pub(crate) observer: &'a mut dyn ImportObserver,
}

/// Something in its place.
struct Place {
    path: PathBuf,
    file_name: String,
    extension: String,
    recycled: bool,
}

/// Facts about the content of a backup.
struct Content {
    filesize: u64,
    hash: Option<String>,
    broken: bool,
}

impl Matcher<'_> {
    /// Looks at one backup of a target; `name_template` is the other server's.
    pub(crate) fn look(
        &mut self,
        target: &Target,
        name_template: &str,
        homes: &Homes<'_>,
        old: &OldBackup,
    ) -> Verdict {
        self.done += 1;
        self.observer.progress(self.done, self.of, self.bytes_read);
        match self.judge(target, name_template, homes, old) {
            Ok(verdict) => verdict,
            Err(finding) => Verdict::LeaveOut(*finding),
        }
    }

    fn judge(
        &mut self,
        target: &Target,
        name_template: &str,
        homes: &Homes<'_>,
        old: &OldBackup,
    ) -> Result<Verdict, Box<ImportFinding>> {
        let refuse = |what: &str| ImportFinding::left_out(what);
        // It becomes the name of a file.
        if old.id.len() != 36 || Uuid::try_parse(&old.id).is_err() {
            return Err(refuse("its id is no UUID").into());
        }
        let created = old.created_at.as_deref();
        let created = created.and_then(|text| text.parse::<DateTime>().ok());
        let created = created.ok_or_else(|| refuse("it has no time of creation"))?;
        let moment = self.zone.at(created);
        let moment = moment.ok_or_else(|| refuse("its time of creation is out of range"))?;
        let base =
            name_template::expand_with(name_template, &old.id, &isoformat(created), old.manual);
        if !layout::is_name(&base) {
            return Err(refuse("its name cannot be that of a file").into());
        }
        let mut findings = Vec::new();
        let Some(place) = self.place(target.target_type, homes, old, &base, &mut findings)? else {
            let home = if old.is_recycled {
                homes.bin
            } else {
                homes.location
            };
            return Ok(Verdict::Missing(home.join(base)));
        };
        if place.recycled && !homes.same_bin {
            let what = "it lies in a recycle bin that is not this server's";
            return Err(refuse(what).at(&place.path).into());
        }
        if !place.recycled && !homes.same_location {
            return Err(refuse("its target lies elsewhere here")
                .at(&place.path)
                .into());
        }
        if let Some(doubt) = moment.doubt {
            findings.push(doubtful(doubt, self.zone.name(), &isoformat(created)));
        }
        let content = self.content(target.target_type, &place.path, old, &mut findings)?;
        let stored = StoredBackup {
            backup: Backup {
                id: old.id.clone(),
                target_id: target.id.clone(),
                created_at: moment.time,
                manual: old.manual,
                is_recycled: place.recycled,
                filesize: content.filesize,
                hash: content.hash,
                hash_mismatch: content.broken,
                receipt: None,
                reproducible: false,
            },
            extension: place.extension,
            file_name: place.file_name,
            order: Order::default(),
        };
        Ok(Verdict::Take(stored, findings))
    }

    /// Finds it in its directory, or in the one it would be in after recycling or restoring: a
    /// server that stops in the middle has not updated its database.
    fn place(
        &mut self,
        kind: TargetType,
        homes: &Homes<'_>,
        old: &OldBackup,
        base: &str,
        findings: &mut Vec<ImportFinding>,
    ) -> Result<Option<Place>, Box<ImportFinding>> {
        for recycled in [old.is_recycled, !old.is_recycled] {
            let home = if recycled { homes.bin } else { homes.location };
            let found = self.dir_cache.find(home, base, kind);
            match found.map_err(|error| unreadable(&error).at(&home.join(base)))? {
                Found::Here {
                    file_name,
                    extension,
                } => {
                    let path = home.join(&file_name);
                    if recycled != old.is_recycled {
                        let message = if recycled {
                            "it lies in the recycle bin, and is recycled from now on"
                        } else {
                            "it does not lie in the recycle bin, and is restored from now on"
                        };
                        findings.push(ImportFinding::note(message).at(&path));
                    }
                    return Ok(Some(Place {
                        path,
                        file_name,
                        extension,
                        recycled,
                    }));
                }
                Found::Missing => {}
                Found::Other { what, path } => {
                    let message = format!("what lies there is {what}");
                    return Err(ImportFinding::left_out(message).at(&path).into());
                }
                Found::Several { names } => {
                    let message = format!("it could be any of {}", names.join(", "));
                    return Err(ImportFinding::left_out(message).at(home).into());
                }
            }
        }
        Ok(None)
    }

    fn content(
        &mut self,
        kind: TargetType,
        path: &Path,
        old: &OldBackup,
        findings: &mut Vec<ImportFinding>,
    ) -> Result<Content, Box<ImportFinding>> {
        let fail = |error: io::Error| unreadable(&error).at(path);
        let (filesize, with_links, leads_out) = match kind {
            TargetType::Single => {
                let bytes = path.symlink_metadata().map_err(fail)?.len();
                (bytes, bytes, false)
            }
            TargetType::Multi => {
                let survey = tree::survey(path).map_err(fail)?;
                (survey.bytes, survey.with_links, survey.leads_out)
            }
        };
        let mut expected = old.hash.clone().filter(|hash| !hash.is_empty());
        if expected.as_deref().is_some_and(|hash| !is_sha256(hash)) {
            findings.push(ImportFinding::note("its hash is not valid and is left out").at(path));
            expected = None;
        }
        if expected.is_some() && leads_out {
            let message = "it has links that lead out of it, which are counted in its old hash; \
                it gets a new one";
            findings.push(ImportFinding::note(message).at(path));
            expected = None;
        }
        let size_known = old.filesize != 0;
        let resized = size_known && ![filesize, with_links].contains(&old.filesize);
        let differs = || format!("it has {filesize} bytes, not {}", old.filesize);
        if resized && expected.is_none() {
            return Err(ImportFinding::left_out(differs()).at(path).into());
        }
        let mut content = Content {
            filesize,
            hash: expected,
            broken: old.hash_mismatch,
        };
        if !self.verify && !resized {
            if content.broken {
                let message = "the other server has found its content to be changed";
                findings.push(ImportFinding::new(Effect::Broken, message).at(path));
            }
            return Ok(content);
        }
        // Locations of that server may be reached through links.
        let resolved = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => parent.canonicalize().map_err(fail)?.join(name),
            _ => path.to_owned(),
        };
        let read = content::hash(&resolved, kind, &mut Read(self));
        let (found, _) = read.map_err(fail)?;
        let expected = content.hash.get_or_insert_with(|| found.clone());
        content.broken = !expected.eq_ignore_ascii_case(&found);
        if content.broken {
            let message = "its content is not what was stored";
            findings.push(ImportFinding::new(Effect::Broken, message).at(path));
        } else if resized {
            let message = format!("{}; its content is what was stored", differs());
            findings.push(ImportFinding::note(message).at(path));
        }
        Ok(content)
    }
}

/// Counts what is read.
struct Read<'a, 'b>(&'a mut Matcher<'b>);

impl Observer for Read<'_, '_> {
    fn proceed(&mut self, count: u64) -> io::Result<()> {
        let Matcher {
            bytes_read,
            done,
            of,
            observer,
            ..
        } = &mut *self.0;
        *bytes_read += count;
        observer.progress(*done, *of, *bytes_read);
        Ok(())
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn unreadable(error: &io::Error) -> ImportFinding {
    ImportFinding::left_out(format!("it cannot be read: {error}"))
}

fn doubtful(doubt: Doubt, zone: &str, local: &str) -> ImportFinding {
    ImportFinding::note(match doubt {
        Doubt::Twice => format!("the clocks of {zone} showed {local} twice; the first is taken"),
        Doubt::Never => {
            format!("the clocks of {zone} never showed {local}; is it the right time zone?")
        }
    })
}
