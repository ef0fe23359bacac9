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
    /// How to compress: zstd[:1-19], gzip[:1-9], xz[:0-9] or none
    ///
    /// By default zstd for servers that say that they know it, which no other server gets, and
    /// gzip for all others. A single file goes to a target of single files as it is. What the server
    /// unpacks is compressed with zstd up to level 3, and less where the network is faster than that
    /// or nothing becomes smaller; a level that is asked for stays.
    #[arg(long, value_name = "METHOD[:LEVEL]")]
    compression: Option<Compress>,

    /// Threads that compress [default: as many as the machine has]
    ///
    /// For zstd and xz; each takes memory of its own.
    #[arg(long, value_name = "NUMBER")]
    threads: Option<NonZeroU32>,

    /// Send no more than RATE in a second, such as 5MiB
    #[arg(long, value_name = "RATE")]
    limit_upload: Option<Rate>,

    /// Leave out extended attributes and access control lists
    #[arg(long)]
    no_xattrs: bool,

    /// Back up named pipes and devices, as such
    ///
    /// Without this they are passed over. A server that unpacks keeps them as empty files that say
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
