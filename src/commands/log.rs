//! `bchan log`

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::ui::view::ServerLog;

/// Show the server's log
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  bchan log --tail 50
  bchan log --follow"
)]
pub(crate) struct LogArgs {
    #[command(flatten)]
    what: LogSelection,
    #[command(subcommand)]
    command: Option<LogCommand>,
}

/// How much of it.
#[derive(Args, Debug)]
struct LogSelection {
    /// Number of lines from the end; 0 for as many as the server sends (letter as in the Python client)
    #[arg(short, long, value_name = "LINES")]
    tail: Option<u32>,

    /// Follow the log until interrupted, starting with the last ten lines
    #[arg(short, long)]
    follow: bool,
}

#[derive(Debug, Subcommand)]
enum LogCommand {
    /// Same as without this word
    #[command(
        alias = "view",
        hide = true,
        after_help = "Example:\n  bchan log show --tail 50"
    )]
    Show(LogSelection),
}

impl LogArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        let what = match self.command {
            Some(LogCommand::Show(what)) => what,
            None => self.what,
        };
        if what.follow {
            return follow(what.tail.unwrap_or(10), context).await;
        }
        let log = context.client().await?.log(what.tail).await?;
        context.ui.show(&ServerLog { log })?;
        Ok(Exit::Done)
    }
}

/// Pause between two looks at the log.
const PAUSE: Duration = Duration::from_secs(1);

/// Lines that one look sees. A log that grows by more between two looks is shown with gaps.
const WINDOW: u32 = 5_000;

async fn follow(tail: u32, context: &Context<'_>) -> Result<Exit, CommandError> {
    let client = context.client().await?;
    let mut seen = client.log(Some(WINDOW.max(tail))).await?;
    let lines = seen.lines().count();
    let wanted = if tail == 0 {
        lines
    } else {
        tail.try_into().unwrap_or(lines)
    };
    let mut fresh = last_lines(&seen, wanted);
    loop {
        if !fresh.is_empty() {
            context.ui.show(&ServerLog { log: fresh })?;
        }
        tokio::time::sleep(PAUSE).await;
        let now = client.log(Some(WINDOW)).await?;
        let count = new_lines(&seen, &now);
        fresh = last_lines(&now, count);
        seen = now;
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let skipped = text.lines().count().saturating_sub(count);
    let lines = text.lines().skip(skipped);
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// How many lines at the end of a log's new end are not in its old one.
fn new_lines(old: &str, new: &str) -> usize {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let known = (0..old.len()).find_map(|start| {
        let known = &old[start..];
        new.starts_with(known).then_some(known.len())
    });
    // A log that was replaced has nothing in common with the old one.
    new.len() - known.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_what_follows_the_end_of_the_old() {
        for (old, new, count) in [
            ("", "a\nb\n", 2),
            ("a\nb\n", "a\nb\n", 0),
            ("a\nb\n", "a\nb\nc\n", 1),
            ("a\nb\nc\n", "c\nd\ne\n", 2),
            ("a\na\n", "a\na\na\n", 1),
            ("a\nb\n", "x\ny\n", 2),
            ("a\nb\n", "", 0),
        ] {
            assert_eq!(new_lines(old, new), count, "{old:?} {new:?}");
        }
        assert_eq!(last_lines("a\nb\nc", 2), "b\nc\n");
        assert_eq!(last_lines("a\n", 5), "a\n");
    }
}
