//! Content that is not in a file.

use std::path::PathBuf;

use clap::Args;

use crate::error::CommandError;
use bchan_agent::Input;

/// Default name of a stream.
const NAMELESS: &str = "stdin";

/// Options for what comes from a program.
#[derive(Args, Debug)]
#[command(next_help_heading = "Streams")]
pub(super) struct StreamArgs {
    /// Run the command after `--` and back up its output
    ///
    /// Nothing is stored unless the command succeeds. It has no standard input, and its standard
    /// error is passed through. After a temporary failure it is run again, unless --retries is 0.
    #[arg(long, conflicts_with_all = ["files_from", "files_from0"])]
    stdin_from_command: bool,

    /// Name of the file that standard input or the output of a command becomes [default: stdin]
    ///
    /// An archive that goes to a target of many files is unpacked by the server, whatever its name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

impl StreamArgs {
    /// The stream and its name, if it is one.
    pub(super) fn stream(
        &self,
        paths: &[PathBuf],
    ) -> Result<Option<(Input, String)>, CommandError> {
        let input = match paths {
            _ if self.stdin_from_command => {
                let command = paths.iter().map(|word| word.clone().into_os_string());
                Input::Command(command.collect())
            }
            [path] if path.as_os_str() == "-" => Input::Stdin,
            paths if paths.iter().any(|path| path.as_os_str() == "-") => {
                return Err(CommandError::usage(
                    "standard input is a backup of its own, not one of several",
                )
                .hint("a file of this name is `./-`"));
            }
            _ if self.name.is_some() => {
                return Err(CommandError::usage("only a stream can be given a --name"));
            }
            _ => return Ok(None),
        };
        let name = self.name.as_deref().unwrap_or(NAMELESS);
        let is_plain = !matches!(name, "" | "." | "..")
            && !name.contains(|c: char| c == '/' || c.is_control());
        if !is_plain {
            return Err(CommandError::usage("--name is not the name of a file"));
        }
        Ok(Some((input, name.to_owned())))
    }
}
