//! Warnings of a transfer.

use bchan_agent::DownloadReport;

use crate::context::Context;
use crate::ui::view::Warning;

/// Warnings beyond this number are counted, not shown; JSON and `--verbose` have more of them.
const SHOWN: usize = 100;

/// Says what is missing or odd in a transfer. `serious` is what makes it incomplete; anything else
/// is no reason for a cron job to send mail.
pub(super) fn say_warnings(context: &Context<'_>, warnings: &[Warning], total: u64, serious: bool) {
    let say = |message: &str| {
        if serious {
            context.ui.warn(message);
        } else {
            context.ui.mild_warning(message);
        }
    };
    let most = if context.ui.is_verbose() {
        warnings.len()
    } else {
        SHOWN
    };
    for warning in warnings.iter().take(most) {
        say(&format!("{}: {}", warning.path, warning.problem));
    }
    let shown = warnings.len().min(most) as u64;
    if total > shown {
        say(&format!("and {} more", total - shown));
    }
}

pub(super) fn warnings(found: Vec<bchan_agent::Warning>) -> Vec<Warning> {
    let warning = |found: bchan_agent::Warning| Warning {
        path: found.path.to_string_lossy().into_owned(),
        problem: found.problem,
    };
    found.into_iter().map(warning).collect()
}

/// Says that a download was not compared with a hash of the server's, if so.
pub(super) fn say_unchecked(context: &Context<'_>, report: &DownloadReport) {
    if report.compared {
        return;
    }
    let why = match report.backup.hash {
        None => "the server gives no hash to compare it with",
        Some(_) => "it cannot be compared with the server's hash",
    };
    context.ui.warn(&format!("{why}; it came to its end"));
}
