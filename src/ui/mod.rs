//! The only place that prints: results to standard output, talk to standard error.

#[cfg(feature = "server")]
mod log;
mod page;
mod pager;
mod progress;
mod prompt;
mod text;
pub(crate) mod view;
mod voice;

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;

use clap::ColorChoice;

use self::page::Page;
use self::view::View;
use self::voice::Voice;
use crate::error::{CommandError, Exit, Kind};
use crate::global_args::{GlobalArgs, OutputFormat};

#[cfg(feature = "server")]
pub(crate) use self::log::LogLevels;
pub(crate) use self::progress::Bar;

/// How this run talks to the world.
#[derive(Debug)]
pub(crate) struct Ui {
    output: OutputFormat,
    page: Page,
    voice: Voice,
    /// True if progress is drawn.
    bars: bool,
    /// True if questions can be asked and were not answered in advance.
    asks: bool,
    /// True if questions were answered in advance.
    #[cfg_attr(not(feature = "server"), expect(dead_code))]
    yes: bool,
}

impl Ui {
    /// Looks at the options and at what the standard streams are.
    pub(crate) fn new(options: &GlobalArgs) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let talks = io::stderr().is_terminal();
        let color = match options.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => talks && !dumb && !set("NO_COLOR"),
        };
        Self {
            output: options.output,
            page: Page::of_stdout(),
            voice: Voice {
                quiet: options.quiet,
                verbose: options.verbose,
                color,
            },
            bars: talks && !dumb && !options.quiet && !options.no_progress,
            asks: talks && io::stdin().is_terminal() && !options.yes,
            yes: options.yes,
        }
    }

    /// Writes a result. A mere report of what was done is not shown with `--quiet`, unless a format
    /// was requested.
    pub(crate) fn show<V: View>(&self, view: &V) -> Result<(), CommandError> {
        let text = match self.output {
            OutputFormat::Json => text::json(view).map_err(CommandError::failed)?,
            OutputFormat::Jsonl => {
                text::json_lines(view, V::LISTS).map_err(CommandError::failed)?
            }
            OutputFormat::Id => match view.ids() {
                Some(ids) => ids.iter().map(|id| text::clean(id) + "\n").collect(),
                // What was done is done, and has no id.
                None if V::REPORT => return Ok(()),
                None => {
                    return Err(CommandError::usage("there are no ids in this result")
                        .hint("-o json and -o jsonl show it in a form for programs"));
                }
            },
            OutputFormat::Table if V::REPORT && self.voice.quiet => return Ok(()),
            OutputFormat::Table => view.text(&self.page),
        };
        match self.print(text.as_bytes()) {
            // It was done, although nobody can read of it there.
            Err(error) if V::REPORT && error.kind != Kind::BrokenPipe => {
                let message = error.message();
                self.voice.warn(&format!(
                    "{message}; this was done: {}",
                    view.text(&self.page).trim()
                ));
                Ok(())
            }
            printed => printed,
        }
    }

    /// Writes what is already in its final form, such as a manual page.
    #[expect(clippy::unused_self, reason = "its callers need the ui")]
    pub(crate) fn print(&self, bytes: &[u8]) -> Result<(), CommandError> {
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(bytes)
            .and_then(|()| stdout.flush())
            .map_err(CommandError::output)
    }

    /// Standard output for the content of a backup instead of a report.
    pub(crate) fn stdout_for_content(&self) -> Result<File, CommandError> {
        let stdout = io::stdout();
        if stdout.is_terminal() {
            let message = "standard output is a terminal, which cannot keep a backup";
            return Err(CommandError::usage(message)
                .hint("`| tar tz` or `> FILE` at the end of the line takes it"));
        }
        if !self.writes_text() {
            let message = "standard output cannot take both a backup and a report of it";
            return Err(CommandError::usage(message)
                .hint("leave --output out; the exit code says how it went"));
        }
        let fd = stdout.as_fd().try_clone_to_owned();
        fd.map(File::from).map_err(CommandError::output)
    }

    /// Shows a manual page, or prints it if standard output is not a terminal. `help` replaces it
    /// at a terminal without `man`.
    pub(crate) fn page(&self, page: &str, help: impl Fn() -> String) -> Result<(), CommandError> {
        if !io::stdout().is_terminal() {
            return self.print(page.as_bytes());
        }
        if pager::show(page, &help) {
            return Ok(());
        }
        self.print(help().as_bytes())
    }

    /// Says something that only a curious user wants to know.
    pub(crate) fn verbose(&self, message: &str) {
        self.voice.verbose(message);
    }

    /// Returns true with `--verbose`.
    pub(crate) fn is_verbose(&self) -> bool {
        self.voice.verbose
    }

    /// Says something that is wrong but stops nothing.
    pub(crate) fn warn(&self, message: &str) {
        self.voice.warn(message);
    }

    /// Says what to do next.
    pub(crate) fn hint(&self, message: &str) {
        if !self.voice.quiet {
            self.voice.hint(message);
        }
    }

    /// Says something that went wrong, but not so wrong that a cron job should mail it.
    pub(crate) fn mild_warning(&self, message: &str) {
        if !self.voice.quiet {
            self.voice.warn(message);
        }
    }

    /// Says why the command failed and returns its exit code.
    pub(crate) fn fail(&self, error: &CommandError) -> Exit {
        if error.kind != Kind::BrokenPipe {
            self.voice.error(&error.message());
            for hint in &error.hints {
                self.voice.hint(hint);
            }
        }
        error.kind.exit()
    }

    /// A progress display for one transfer; it draws nothing where there is no terminal. It
    /// vanishes with the returned value.
    pub(crate) fn bar(&self) -> Bar {
        Bar::new(self.voice, self.bars)
    }

    /// Asks at a terminal whether to go on. Elsewhere the answer is yes: this is for commands that
    /// the Python client has as well, which asks nothing and leaves standard input to the script.
    pub(crate) async fn confirm(&self, question: &str) -> Result<(), CommandError> {
        if !self.asks || prompt::yes(&self.voice.question(question)).await {
            return Ok(());
        }
        Err(not_confirmed())
    }

    /// Asks whether to go on, and reads the answer from standard input whatever that is. Without an
    /// answer the command line lacks `--yes`.
    #[cfg(feature = "server")]
    pub(crate) async fn require(&self, question: &str) -> Result<(), CommandError> {
        if self.yes {
            return Ok(());
        }
        let answer = prompt::line(&self.voice.question(question)).await;
        let answer = answer.unwrap_or_default();
        if prompt::is_yes(&answer) {
            return Ok(());
        }
        if answer.is_empty() && !self.asks {
            return Err(CommandError::usage("there is no answer to this question")
                .hint("--yes answers it in advance"));
        }
        Err(not_confirmed())
    }

    /// Returns true if results are written for people.
    pub(crate) fn writes_text(&self) -> bool {
        self.output == OutputFormat::Table
    }

    /// Returns true if questions can be asked.
    pub(crate) fn asks(&self) -> bool {
        self.asks
    }

    /// Asks for a line of text, which may be empty.
    pub(crate) async fn line(&self, question: &str) -> io::Result<String> {
        prompt::line(&self.voice.prompt(question)).await
    }

    /// Asks for a secret at the terminal, or reads a line of what is piped in.
    pub(crate) async fn secret(&self, question: &str) -> io::Result<String> {
        let at_terminal = io::stdin().is_terminal();
        let question = at_terminal.then(|| self.voice.prompt(question));
        prompt::secret(question.as_deref()).await
    }

    /// Sends the log of a server that serves only this command to standard error.
    #[cfg(feature = "server")]
    pub(crate) fn log_to_stderr(&self) {
        log::to_stderr(self.voice);
    }

    /// Sends the log of a server that runs for its own sake to standard error and to its file.
    #[cfg(feature = "server")]
    pub(crate) fn log_of_service(
        &self,
        level: Option<tracing_subscriber::filter::LevelFilter>,
        file: bchan_server::LogFile,
    ) -> LogLevels {
        log::of_service(self.voice, level, file)
    }
}

fn not_confirmed() -> CommandError {
    CommandError::failed("not confirmed, nothing was changed")
}
