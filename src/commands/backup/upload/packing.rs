//! How an archive is made and sent.

use std::num::NonZeroU32;

use bchan_client::RateLimit;
use clap::Args;

use crate::commands::backup::limit::Rate;
use crate::config::Settings;
use bchan_agent::{Compress, Look, Packing};

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

    /// Send everything, also what the last backup has
    #[arg(long)]
    full: bool,

    /// Read every file to find out whether it has changed
    ///
    /// By default a file is not read if its path, size, inode and times are as in the last backup.
    #[arg(long)]
    checksum: bool,

    /// Do not look at the inode change time of files
    ///
    /// For file systems where it changes although the file does not. A change that keeps size and
    /// modification time is not noticed then.
    #[arg(long)]
    ignore_ctime: bool,

    /// Do not look at the inode numbers of files
    ///
    /// For file systems that number files again at each mount.
    #[arg(long)]
    ignore_inode: bool,
}

impl PackingArgs {
    /// As these say, and where they say nothing, the profile.
    pub(crate) fn packing(&self, settings: &Settings) -> Packing {
        Packing {
            compression: self.compression.or(settings.compression),
            threads: self.threads,
            attributes: !self.no_xattrs,
            special: self.special,
            full: self.full || settings.full,
            look: Look {
                reads_all: self.checksum || settings.look.reads_all,
                ignores_ctime: self.ignore_ctime || settings.look.ignores_ctime,
                ignores_inode: self.ignore_inode || settings.look.ignores_inode,
            },
        }
    }

    /// How fast it goes.
    pub(crate) fn limit(&self) -> Option<RateLimit> {
        self.limit_upload.map(Rate::limit)
    }
}
