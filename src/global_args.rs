//! Options that every command takes.

#![allow(clippy::doc_markdown, reason = "the help is plain text")]

use std::path::PathBuf;

use clap::{Args, ColorChoice, ValueEnum};

use crate::config::Length;

/// Heading of these options in every command's help.
pub(crate) const HEADING: &str = "Global options";

/// How results are written to standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Tables and sentences for people
    #[default]
    Table,
    /// One JSON document with the names and shapes of the API
    Json,
    /// JSON with a line for each item of a list, or one line for everything else
    Jsonl,
    /// Only the ids that other commands take, a line each
    Id,
}

/// Options of every command. They may stand before, between and after its words.
///
/// Which of several ways to name a server wins, and what the environment adds, is decided in
/// [`crate::config`]: clap checks conflicts only among options at the same place of the line.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = HEADING)]
pub(crate) struct GlobalArgs {
    /// Server to use [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]
    ///
    /// `http://HOST:PORT`, or `local:[DIR]` for an embedded server on data folder DIR that runs as
    /// long as the command.
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) server: Option<String>,

    /// Use an embedded server on data folder DIR
    ///
    /// Default: the same folder as `bchan serve`, $XDG_DATA_HOME/bchan or ~/.local/share/bchan.
    #[arg(long, value_name = "DIR", global = true, num_args = 0..=1, require_equals = true)]
    #[expect(
        clippy::option_option,
        reason = "not given, given without a value, with one"
    )]
    pub(crate) local: Option<Option<PathBuf>>,

    /// Host of the server, with or without http://
    #[arg(long, value_name = "HOST", global = true)]
    pub(crate) host: Option<String>,

    /// Port of the server
    #[arg(long, value_name = "PORT", global = true, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,

    /// Profile of the configuration file to use [env: BCHAN_PROFILE]
    ///
    /// A profile is a server and how to connect to it. Options and environment variables override
    /// it. Default: the file's `default_profile`, or the profile called `default`.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,

    /// Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Trust only the certificates in FILE for https:// [env: BCHAN_CA_CERT]
    ///
    /// In PEM. By default the system's certificates are trusted.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca_cert: Option<PathBuf>,

    /// File with the API key [env: BCHAN_API_KEY_FILE]
    ///
    /// It contains the bare key, or the server's `{"key": "..."}`. By default the key is taken from
    /// the first of: BCHAN_API_KEY, the file named by BCHAN_API_KEY_FILE, the systemd credential
    /// `bchan-api-key`, the profile's `api_key_file` or `api_key_command`, the keyring, the file
    /// `api-key` next to the configuration file.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) api_key_file: Option<PathBuf>,

    /// API key; every user of this machine can read it in the process list
    #[arg(long, value_name = "KEY", global = true, hide = true)]
    pub(crate) api_key: Option<String>,

    /// Output format of results
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        global = true,
        value_enum,
        default_value_t
    )]
    pub(crate) output: OutputFormat,

    /// Print only warnings and errors
    ///
    /// No progress, notes or reports. The result that a command exists to print, such as a list,
    /// and requested JSON are still printed.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Print more details
    #[arg(long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// When to colour messages; `auto` honours NO_COLOR
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t)]
    pub(crate) color: ColorChoice,

    /// Show no progress bar, not even on a terminal
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,

    /// Number of retries after a temporary failure [default: 3]
    #[arg(long, value_name = "NUMBER", global = true)]
    pub(crate) retries: Option<u32>,

    /// Give up when the server has been silent for this long, e.g. 90s [default: 30s]
    ///
    /// A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", global = true, value_parser = timeout)]
    pub(crate) timeout: Option<u64>,

    /// Do not ask before deleting
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,
}

/// Reads a timeout in whole seconds, of at most a day.
fn timeout(text: &str) -> Result<u64, String> {
    let Length(length) = Length::or_seconds(text)?;
    match length.as_secs() {
        seconds @ 1..=86_400 if length.subsec_nanos() == 0 => Ok(seconds),
        _ => Err(format!(
            "`{text}` is not a number of whole seconds from 1 s to 24 h"
        )),
    }
}
