//! Where files are when nobody says so.

use std::path::PathBuf;

use super::{Environment, SettingsError};

/// The data folder of `bchan serve` and `--local`: `$XDG_DATA_HOME/bchan`, or
/// `~/.local/share/bchan`.
pub(crate) fn data_dir(environment: &dyn Environment) -> Result<PathBuf, SettingsError> {
    // The XDG specification has relative paths ignored.
    let xdg = environment
        .var("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || {
        environment
            .var("HOME")
            .map(|home| PathBuf::from(home).join(".local/share"))
    };
    xdg.or_else(home)
        .map(|base| base.join("bchan"))
        .ok_or(SettingsError::NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Fake;

    #[test]
    fn follows_xdg_and_falls_back_to_home() {
        let home = Fake::default().with("HOME", "/h");
        assert_eq!(
            data_dir(&home).unwrap(),
            PathBuf::from("/h/.local/share/bchan")
        );
        let relative = Fake::default()
            .with("HOME", "/h")
            .with("XDG_DATA_HOME", "x");
        assert_eq!(
            data_dir(&relative).unwrap(),
            PathBuf::from("/h/.local/share/bchan")
        );
        let xdg = Fake::default()
            .with("HOME", "/h")
            .with("XDG_DATA_HOME", "/x");
        assert_eq!(data_dir(&xdg).unwrap(), PathBuf::from("/x/bchan"));
        assert!(matches!(
            data_dir(&Fake::default()),
            Err(SettingsError::NoHome)
        ));
    }
}
