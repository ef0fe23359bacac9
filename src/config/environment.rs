//! The variables of the environment, so that tests can have their own.

use std::ffi::OsString;

use super::SettingsError;

/// Where variables come from.
pub(crate) trait Environment {
    /// The value as it is.
    fn raw(&self, name: &str) -> Option<OsString>;

    /// The value; an empty one counts as none, as scripts cannot always unset a variable.
    fn var(&self, name: &str) -> Option<OsString> {
        self.raw(name).filter(|value| !value.is_empty())
    }

    /// The value as text.
    fn text(&self, name: &'static str) -> Result<Option<String>, SettingsError> {
        let value = self.var(name).map(OsString::into_string).transpose();
        value.map_err(|_| SettingsError::NotText { name })
    }
}

/// The variables of this process.
pub(crate) struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn raw(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;
    use std::ffi::OsStr;

    use super::*;

    /// An environment with nothing but what a test puts in.
    #[derive(Default)]
    pub(crate) struct Fake(HashMap<&'static str, OsString>);

    impl Fake {
        pub(crate) fn with(mut self, name: &'static str, value: impl AsRef<OsStr>) -> Self {
            self.0.insert(name, value.as_ref().to_owned());
            self
        }
    }

    impl Environment for Fake {
        fn raw(&self, name: &str) -> Option<OsString> {
            self.0.get(name).cloned()
        }
    }

    #[test]
    fn an_empty_variable_is_none() {
        let environment = Fake::default().with("EMPTY", "").with("FULL", "x");
        assert_eq!(environment.var("EMPTY"), None);
        assert_eq!(environment.text("FULL").unwrap().as_deref(), Some("x"));
    }

    #[cfg(unix)]
    #[test]
    fn text_must_be_text() {
        use std::os::unix::ffi::OsStrExt as _;
        let environment = Fake::default().with("ODD", OsStr::from_bytes(&[0xff]));
        assert!(matches!(
            environment.text("ODD"),
            Err(SettingsError::NotText { name: "ODD" })
        ));
    }
}
