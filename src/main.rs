//! The `bchan` program: a backup agent for cron jobs, a client for people, and (feature `server`)
//! the server they talk to.

mod cli;
mod commands;
mod complete;
mod config;
mod context;
mod credentials;
mod definition;
mod error;
mod generate;
mod global_args;
mod man_page;
mod schedule;
mod server_settings;
#[cfg(feature = "server")]
mod service;
mod signals;
mod suggest;
mod ui;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main().into()
}
