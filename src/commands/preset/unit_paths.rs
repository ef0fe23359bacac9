//! Paths of the unit files of presets.

use std::path::PathBuf;

use crate::config::{ProcessEnvironment, user_units};
use crate::error::{CommandError, Kind};
use crate::schedule::{Place, unit_name};

/// Where the machine's own units are.
const SYSTEM_UNITS: &str = "/etc/systemd/system";

/// Where a preset's units are: the service and the timer.
pub(super) fn unit_paths(place: Place, preset: &str) -> Result<[PathBuf; 2], CommandError> {
    let folder = match place {
        Place::System => PathBuf::from(SYSTEM_UNITS),
        Place::User | Place::Cron => user_units(&ProcessEnvironment).ok_or_else(|| {
            let message = "neither XDG_CONFIG_HOME nor HOME says where the user's units are";
            CommandError::new(Kind::Configuration, message)
        })?,
    };
    let name = unit_name(preset)?;
    Ok(["service", "timer"].map(|kind| folder.join(format!("{name}.{kind}"))))
}
