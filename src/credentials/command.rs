//! Keys that a program prints, such as a password manager.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::time::timeout;

use super::{CredentialError, Found};

/// A person may have to unlock something, or no person may be present.
const PATIENCE: Duration = Duration::from_secs(120);

/// No key is longer, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Runs the program and takes the first line of what it prints. It may ask at the terminal.
pub(super) async fn run(words: &[String]) -> Result<Found, CredentialError> {
    let program = words.first().cloned().unwrap_or_default();
    let failed = |reason: String| CredentialError::Command {
        program: program.clone(),
        reason,
    };
    let mut child = Command::new(&program)
        .args(words.get(1..).unwrap_or_default())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("does not start: {error}")))?;
    let mut output = Vec::new();
    let stdout = child.stdout.take();
    let work = async {
        if let Some(stdout) = stdout {
            stdout.take(LONGEST).read_to_end(&mut output).await?;
        }
        child.wait().await
    };
    let status = match timeout(PATIENCE, work).await {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => return Err(failed(format!("cannot be heard: {error}"))),
        Err(_) => return Err(failed(format!("took longer than {} s", PATIENCE.as_secs()))),
    };
    if !status.success() {
        return Err(failed(format!("failed with {status}")));
    }
    let text = String::from_utf8_lossy(&output);
    // Password managers keep notes below the password.
    let key = text.lines().next().unwrap_or_default().parse();
    let key = key.map_err(|_| failed("printed no API key".to_owned()))?;
    Ok(Found {
        key,
        place: format!("command {program}"),
        warnings: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use super::*;

    #[cfg(unix)]
    fn run(words: &[&str]) -> Result<Found, CredentialError> {
        let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(super::run(&words))
    }

    #[cfg(unix)]
    #[test]
    fn the_first_line_is_the_key() {
        let found = run(&["printf", "bakch-1\\nuser: me\\n"]).unwrap();
        assert_eq!(found.key.expose(), "bakch-1");
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_is_told_without_what_was_printed() {
        for (words, says) in [
            (&["/nonexistent/program"][..], "does not start"),
            (&["sh", "-c", "echo bakch-secret; exit 3"], "exit status: 3"),
            (&["echo", "half a secret"], "printed no API key"),
            (&["true"], "printed no API key"),
        ] {
            let error = run(words).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("secret"), "{error}");
        }
    }
}
