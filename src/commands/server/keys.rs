//! `bchan server new-key`, `list-keys` and `revoke-key`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Create an API key for a server and print it
///
/// Without --name it is the server's own key, which has all rights. Named keys can have fewer
/// rights; the server stores only their hashes, so a key is shown only this once. A running server
/// accepts new keys at once.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  bchan server new-key --data /srv/bchan
  bchan server new-key --data /srv/bchan --name web1 --rights append --target www")]
pub(super) struct NewKeyArgs {
    #[command(flatten)]
    data: DataArg,

    /// Replace the server's own key; the old one stops working
    #[arg(long, conflicts_with = "name")]
    overwrite: bool,

    /// Create a key with this name, besides the others
    #[arg(long, value_name = "NAME", requires = "rights")]
    name: Option<String>,

    /// Rights of the key
    #[arg(long, value_name = "RIGHTS", value_enum, requires = "name")]
    rights: Option<RightsArg>,

    /// Id, alias or name of a target to limit the key to; may be repeated [default: all]
    #[arg(long = "target", value_name = "TARGET", requires = "name")]
    targets: Vec<String>,
}

/// Rights of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RightsArg {
    /// All rights
    Full,
    /// Reading and downloading
    Read,
    /// Storing new backups only: a stolen key can delete, change and download nothing
    Append,
}

/// List the keys of a server
///
/// The keys themselves are not shown: the server does not know them.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan server list-keys --data /srv/bchan")]
pub(super) struct ListKeysArgs {
    #[command(flatten)]
    data: DataArg,
}

/// Revoke a key
///
/// A running server refuses it from then on.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  bchan server revoke-key --data /srv/bchan web1")]
pub(super) struct RevokeKeyArgs {
    #[command(flatten)]
    data: DataArg,

    /// Name of the key
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Args, Debug)]
struct DataArg {
    /// Data folder of the server [default: $XDG_DATA_HOME/bchan or ~/.local/share/bchan]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[cfg(feature = "server")]
mod with_server {
    use bchan_server::Rights;

    use crate::commands::server::data_folder::data_folder;
    use crate::commands::server::keys::{ListKeysArgs, NewKeyArgs, RevokeKeyArgs, RightsArg};
    use crate::context::Context;
    use crate::error::{CommandError, Exit};
    use crate::ui::view::{Done, KeyList, NewKey};

    impl From<RightsArg> for Rights {
        fn from(rights: RightsArg) -> Self {
            match rights {
                RightsArg::Full => Self::Full,
                RightsArg::Read => Self::Read,
                RightsArg::Append => Self::Append,
            }
        }
    }

    impl NewKeyArgs {
        pub(in super::super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
            let data = data_folder(self.data.data)?;
            let key = match self.name.zip(self.rights) {
                None => bchan_server::new_key(&data, self.overwrite)?,
                Some((name, rights)) => {
                    bchan_server::new_named_key(&data, &name, rights.into(), &self.targets)?
                }
            };
            context.ui.show(&NewKey { key })?;
            Ok(Exit::Done)
        }
    }

    impl ListKeysArgs {
        pub(in super::super) fn run(self, context: &Context<'_>) -> Result<Exit, CommandError> {
            let data = data_folder(self.data.data)?;
            let named = bchan_server::list_keys(&data)?;
            let has_main = bchan_server::key_path(&data).exists();
            let name_of = |id: &String| bchan_server::name_of_target(&data, id);
            context.ui.show(&KeyList::new(has_main, named, name_of))?;
            Ok(Exit::Done)
        }
    }

    impl RevokeKeyArgs {
        pub(in super::super) async fn run(
            self,
            context: &Context<'_>,
        ) -> Result<Exit, CommandError> {
            let data = data_folder(self.data.data)?;
            let name = &self.name;
            context.ui.require(&format!("Revoke key {name}?")).await?;
            bchan_server::revoke_key(&data, name)?;
            context.ui.show(&Done::new(format!("revoked key {name}")))?;
            Ok(Exit::Done)
        }
    }
}

#[cfg(not(feature = "server"))]
mod without_server {
    use crate::commands::server::keys::{ListKeysArgs, NewKeyArgs, RevokeKeyArgs};
    use crate::commands::without_server;
    use crate::context::Context;
    use crate::error::{CommandError, Exit};

    #[expect(clippy::unused_self, reason = "the same shape as with a server")]
    impl NewKeyArgs {
        pub(in super::super) fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
            Err(without_server("`bchan server`"))
        }
    }

    #[expect(clippy::unused_self, reason = "the same shape as with a server")]
    impl ListKeysArgs {
        pub(in super::super) fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
            Err(without_server("`bchan server`"))
        }
    }

    #[expect(clippy::unused_async, reason = "the same shape as with a server")]
    impl RevokeKeyArgs {
        pub(in super::super) async fn run(self, _: &Context<'_>) -> Result<Exit, CommandError> {
            Err(without_server("`bchan server`"))
        }
    }
}
