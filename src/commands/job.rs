//! `bchan job`

use bchan_client::Error;
use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::{CommandError, Exit};
use crate::suggest;
use crate::ui::view::{JobList, Started};

/// See what the server does on its own time, or make it do it now
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
pub(crate) struct JobArgs {
    #[command(subcommand)]
    command: JobCommand,
}

#[derive(Debug, Subcommand)]
enum JobCommand {
    List(ListArgs),
    #[command(alias = "forcerun")]
    Run(RunArgs),
}

/// List the jobs that requests started, and the scheduled ones
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan job list -o json")]
struct ListArgs {}

/// Run a scheduled job now
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan job run recycle_job")]
struct RunArgs {
    /// Name of the scheduled job
    name: String,
}

impl JobArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            JobCommand::List(ListArgs {}) => list(context).await,
            JobCommand::Run(args) => run(args, context).await,
        }
    }
}

async fn list(context: &Context<'_>) -> Result<Exit, CommandError> {
    let jobs = context.client().await?.jobs().await?;
    context.ui.show(&JobList(jobs))?;
    Ok(Exit::Done)
}

async fn run(args: RunArgs, context: &Context<'_>) -> Result<Exit, CommandError> {
    let client = context.client().await?;
    let job_id = match client.run_job(&args.name).await {
        Ok(job_id) => job_id,
        Err(error @ Error::NotFound { .. }) => {
            // The suggestion is a courtesy: whatever goes wrong with it must not hide the error.
            let jobs = client.jobs().await.unwrap_or_default();
            let known = jobs.scheduled.iter().map(|job| job.name.as_str());
            let hint = suggest::hint(&suggest::similar(&args.name, known))
                .unwrap_or_else(|| "`bchan job list` shows the scheduled jobs".to_owned());
            return Err(CommandError::from(error).hint(hint));
        }
        Err(error) => return Err(error.into()),
    };
    context.ui.show(&Started {
        job_id,
        name: args.name,
    })?;
    Ok(Exit::Done)
}
