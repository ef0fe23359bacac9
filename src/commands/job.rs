//! `bchan job`

use bchan_api::{JobStatus, Target};
use bchan_client::Error;
use clap::{Args, Subcommand};

use crate::complete;
use crate::context::Context;
use crate::error::{CommandError, Exit, Kind};
use crate::suggest;
use crate::ui::view::{EndedJobs, JobList, Started};

/// List the server's jobs, or run one now
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
    Wait(WaitArgs),
}

/// List the jobs of requests and the scheduled jobs
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan job list -o json")]
struct ListArgs {}

/// Run a scheduled job now
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan job run recycle_job")]
struct RunArgs {
    /// Name of the scheduled job
    #[arg(add = complete::scheduled_jobs())]
    name: String,

    /// Wait until it has ended
    #[arg(short, long)]
    wait: bool,
}

/// Wait until jobs have ended
///
/// The exit code is 1 if one of them has failed, and 10 if the server does not know one: it forgets
/// old jobs, and all of them when it restarts.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan job wait 42
  bchan backup upload docs ~/Documents --no-wait -o json | jq .job_id | xargs bchan job wait")]
struct WaitArgs {
    /// Numbers of the jobs, as uploads report and `bchan job list` shows them
    #[arg(value_name = "JOB", required = true, add = complete::jobs())]
    jobs: Vec<i64>,
}

impl JobArgs {
    pub(crate) async fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
        match self.command {
            JobCommand::List(ListArgs {}) => list(context).await,
            JobCommand::Run(args) => run(args, context).await,
            JobCommand::Wait(args) => wait(&args.jobs, context).await,
        }
    }
}

async fn list(context: &Context<'_>) -> Result<Exit, CommandError> {
    let client = context.client().await?;
    let jobs = client.jobs().await?;
    let names_targets = jobs.delayed.iter().any(|job| job.target_id.is_some());
    // Without their names the ids say enough.
    let targets = if names_targets && context.ui.writes_text() {
        client.all_targets().await.unwrap_or_default()
    } else {
        Vec::new()
    };
    let named = |target: Target| (target.id, target.alias.unwrap_or(target.name));
    let targets = targets.into_iter().map(named).collect();
    context.ui.show(&JobList::new(jobs, targets))?;
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
    match job_id {
        Some(id) if args.wait => return wait(&[id], context).await,
        None if args.wait => {
            let message = "the server does not say the job's number, so nothing waits for it";
            context.ui.warn(message);
        }
        _ => {}
    }
    context.ui.show(&Started {
        job_id,
        name: args.name,
    })?;
    Ok(Exit::Done)
}

async fn wait(ids: &[i64], context: &Context<'_>) -> Result<Exit, CommandError> {
    let client = context.client().await?;
    let mut jobs = Vec::with_capacity(ids.len());
    for &id in ids {
        let job = bchan_agent::ended_job(client, id).await?.ok_or_else(|| {
            let message = format!("the server knows nothing of job {id}");
            CommandError::new(Kind::NotFound, message)
                .hint("`bchan job list` shows the jobs that it knows of")
        })?;
        jobs.push(job);
    }
    let failed = jobs.iter().filter(|job| job.status == JobStatus::Error);
    let failures: Vec<_> = failed
        .map(|job| {
            let why = job.message.as_deref();
            let why = why.unwrap_or("the server's log says why");
            format!("job {} ({}) failed: {why}", job.id, job.name)
        })
        .collect();
    context.ui.show(&EndedJobs::new(jobs))?;
    if failures.is_empty() {
        return Ok(Exit::Done);
    }
    Err(CommandError::failed(failures.join("; ")))
}
