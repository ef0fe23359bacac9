//! How an archive is made and sent.

use std::num::NonZeroU32;

use bchan_client::RateLimit;
use clap::Args;

use crate::commands::backup::limit::Rate;
use crate::config::Settings;
use bchan_agent::{Compress, Packing};

/// Options for archives and their way.
#[derive(Args, Debug)]
#[command(next_help_heading = "Archive and transfer")]
pub(crate) struct PackingArgs {
    /// Compression: zstd[:1-19], gzip[:1-9], xz[:0-9] or none
    ///
    /// Default: zstd if the server supports it, otherwise gzip. Single-file targets get a single
    /// file unchanged. For servers that unpack, the zstd level is at most 3 and adapts to the
    /// network and the data; an explicit level is always used.
    #[arg(long, value_name = "METHOD[:LEVEL]")]
    compression: Option<Compress>,

    /// Number of compression threads [default: number of CPUs]
    ///
    /// For zstd and xz; each needs memory of its own.
    #[arg(long, value_name = "NUMBER")]
    threads: Option<NonZeroU32>,

    /// Largest sending rate per second, such as 5MiB
    #[arg(long, value_name = "RATE")]
    limit_upload: Option<Rate>,

    /// Exclude extended attributes and access control lists
    #[arg(long)]
    no_xattrs: bool,

    /// Back up named pipes and devices as such
    ///
    /// By default they are skipped. A server that unpacks stores them as empty files that record
    /// what they were.
    #[arg(long)]
    pub(crate) special: bool,
}

impl PackingArgs {
    /// As these say, and where they say nothing, the profile.
    pub(crate) fn packing(&self, settings: &Settings) -> Packing {
        Packing {
            compression: self.compression.or(settings.compression),
            threads: self.threads,
            attributes: !self.no_xattrs,
            special: self.special,
        }
    }

    /// How fast it goes.
    pub(crate) fn limit(&self) -> Option<RateLimit> {
        self.limit_upload.map(Rate::limit)
    }
}
