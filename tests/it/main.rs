//! The real program against a real server: one binary, so that it links once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod api_backups;
mod api_jobs;
mod api_targets;
mod api_uploads;
mod browsers;
mod changing;
mod check;
mod clocks;
mod completion;
mod data_folder;
mod examples;
mod exit_codes;
mod false_downloads;
mod fault_points;
mod faults;
mod foreign;
mod full_disk;
mod hooks;
mod hostile;
#[cfg(feature = "import-mariadb")]
mod import;
#[cfg(feature = "import-mariadb")]
mod import_faults;
mod increments;
mod interruption;
#[cfg(target_os = "linux")]
mod io_errors;
mod jobs;
mod keys;
mod lists;
mod logs;
mod lost_disk;
mod main_job;
mod manifests;
mod metadata;
mod migrate;
mod migrate_plain;
mod month;
mod names;
mod openapi;
mod output;
mod packing;
mod presets;
mod profiles;
mod proxies;
mod random_edits;
mod receipts;
mod reference;
mod repeated;
mod restarts;
mod restore;
mod resuming;
mod schedule;
mod searches;
mod selection;
mod sequences;
mod sequential;
mod service;
mod settings;
mod shares;
mod spool;
mod stats;
mod stopping;
mod streams;
mod support;
mod tls;
mod unattended;
mod undecided;
mod units;
mod verification;
mod watching;
mod write_errors;
