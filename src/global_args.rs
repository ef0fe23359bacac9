//! Options that every command takes.

#![allow(clippy::doc_markdown, reason = "the help is plain text")]

use std::path::PathBuf;

use clap::{Args, ColorChoice, ValueEnum};

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
    /// Server to talk to [env: BCHAN_SERVER] [default: http://127.0.0.1:5050]
    ///
    /// `http://HOST:PORT`, or `local:[DIR]` for a server inside this program that lives as long
    /// as the command, over the data folder DIR.
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) server: Option<String>,

    /// Use a server inside this program, over the data folder DIR
    ///
    /// DIR is by default the folder that `bchan serve` uses, too: $XDG_DATA_HOME/bchan or
    /// ~/.local/share/bchan.
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
    /// A profile is a server and how to talk to it. Options and variables of the environment beat
    /// what it says. Without this option it is the file's `default_profile`, or the one that is
    /// called `default`.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,

    /// Configuration file [env: BCHAN_CONFIG] [default: ~/.config/bchan/config.toml]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// Trust the certificates in FILE, and no others, for https:// [env: BCHAN_CA_CERT]
    ///
    /// In PEM. Without this option, what the system trusts is trusted.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca_cert: Option<PathBuf>,

    /// File with the API key [env: BCHAN_API_KEY_FILE]
    ///
    /// It holds the bare key, or the server's `{"key": "..."}`. Without this option the key comes
    /// from the first of these that there is: BCHAN_API_KEY, the file that BCHAN_API_KEY_FILE
    /// names, the systemd credential `bchan-api-key`, the profile's `api_key_file` or
    /// `api_key_command`, the keyring, the file `api-key` beside the configuration file.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) api_key_file: Option<PathBuf>,

    /// API key; everybody on this machine can read it in the list of processes
    #[arg(long, value_name = "KEY", global = true, hide = true)]
    pub(crate) api_key: Option<String>,

    /// How to write results
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        global = true,
        value_enum,
        default_value_t
    )]
    pub(crate) output: OutputFormat,

    /// Say nothing about what went well
    ///
    /// No progress, no notes, no report of what was done. What a command exists to print, such as
    /// a list, and JSON that was asked for are still printed, and so is everything that went
    /// wrong.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Say more about what happens
    #[arg(long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// When to colour messages; `auto` honours NO_COLOR
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t)]
    pub(crate) color: ColorChoice,

    /// Show no progress bar, not even on a terminal
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,

    /// How often to try again after a temporary failure [default: 3]
    #[arg(long, value_name = "NUMBER", global = true)]
    pub(crate) retries: Option<u32>,

    /// Seconds of silence after which the server counts as gone [default: 30]
    #[arg(long, value_name = "SECONDS", global = true,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,

    /// Do not ask before deleting
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,
}
