//! Default paths of files.

use std::path::{Path, PathBuf};

use super::{Environment, SettingsError};

/// The variable that names the data folder of a server.
pub(crate) const DATA_VARIABLE: &str = "BCHAN_DATA";

/// The data folder of `bchan serve` and `--local`: `$BCHAN_DATA`, `$XDG_DATA_HOME/bchan`, or
/// `~/.local/share/bchan`.
pub(crate) fn data_dir(environment: &dyn Environment) -> Result<PathBuf, SettingsError> {
    if let Some(named) = environment.var(DATA_VARIABLE) {
        return Ok(named.into());
    }
    xdg(environment, "XDG_DATA_HOME", ".local/share")
        .map(|base| base.join("bchan"))
        .ok_or(SettingsError::NoHome)
}

/// The folder for what programs remember between runs: `$XDG_STATE_HOME/bchan`, or
/// `~/.local/state/bchan`.
pub(crate) fn state_dir(environment: &dyn Environment) -> Option<PathBuf> {
    xdg(environment, "XDG_STATE_HOME", ".local/state").map(|base| base.join("bchan"))
}

/// The configuration: `$XDG_CONFIG_HOME/bchan/config.toml`, or `~/.config/bchan/config.toml`.
pub(crate) fn config_file(environment: &dyn Environment) -> Option<PathBuf> {
    Some(config_base(environment)?.join("bchan").join("config.toml"))
}

/// The folder of the Python client's files: `$XDG_CONFIG_HOME/backupchan`, or
/// `~/.config/backupchan`.
pub(crate) fn python_dir(environment: &dyn Environment) -> Option<PathBuf> {
    Some(config_base(environment)?.join("backupchan"))
}

/// The folder of files that can be made again: `$XDG_CACHE_HOME/bchan`, or `~/.cache/bchan`.
pub(crate) fn cache_dir(environment: &dyn Environment) -> Option<PathBuf> {
    Some(xdg(environment, "XDG_CACHE_HOME", ".cache")?.join("bchan"))
}

/// The folder of a user's own systemd units: `$XDG_CONFIG_HOME/systemd/user`, or
/// `~/.config/systemd/user`.
pub(crate) fn user_units(environment: &dyn Environment) -> Option<PathBuf> {
    Some(config_base(environment)?.join("systemd/user"))
}

/// The home folder.
pub(crate) fn home_dir(environment: &dyn Environment) -> Option<PathBuf> {
    environment.var("HOME").map(PathBuf::from)
}

/// The path with a leading `~` replaced by the home folder, where there is one.
pub(crate) fn expand(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.to_owned(),
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

fn config_base(environment: &dyn Environment) -> Option<PathBuf> {
    xdg(environment, "XDG_CONFIG_HOME", ".config")
}

/// The folder that a variable names, or the usual one below the home folder.
fn xdg(environment: &dyn Environment, variable: &str, usual: impl AsRef<Path>) -> Option<PathBuf> {
    // The XDG specification has relative paths ignored.
    let named = environment.var(variable).map(PathBuf::from);
    let named = named.filter(|path| path.is_absolute());
    named.or_else(|| home_dir(environment).map(|home| home.join(usual)))
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
        let named = xdg.with(DATA_VARIABLE, "/d");
        assert_eq!(data_dir(&named).unwrap(), PathBuf::from("/d"));
        assert!(matches!(
            data_dir(&Fake::default()),
            Err(SettingsError::NoHome)
        ));
    }

    #[test]
    fn each_kind_of_file_has_its_place() {
        let home = Fake::default().with("HOME", "/h");
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(config_file(&home), path("/h/.config/bchan/config.toml"));
        assert_eq!(python_dir(&home), path("/h/.config/backupchan"));
        assert_eq!(state_dir(&home), path("/h/.local/state/bchan"));
        assert_eq!(user_units(&home), path("/h/.config/systemd/user"));
        let xdg = home.with("XDG_CONFIG_HOME", "/c");
        assert_eq!(config_file(&xdg), path("/c/bchan/config.toml"));
        assert_eq!(config_file(&Fake::default()), None);
    }

    #[test]
    fn the_home_folder_stands_for_its_sign() {
        let home = Some(Path::new("/h"));
        assert_eq!(expand(Path::new("~"), home), Path::new("/h"));
        assert_eq!(expand(Path::new("~/a"), home), Path::new("/h/a"));
        assert_eq!(expand(Path::new("~a"), home), Path::new("~a"));
        assert_eq!(expand(Path::new("/a/~"), home), Path::new("/a/~"));
        assert_eq!(expand(Path::new("~/a"), None), Path::new("~/a"));
    }
}
