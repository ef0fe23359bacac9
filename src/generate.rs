//! Completions and manual pages, made from the definition of the command line.

use std::io;

use clap::Command;
use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::complete;
use crate::definition;
use crate::man_page;

/// Name of the program.
const NAME: &str = "bchan";

/// The word for the page of the configuration file.
const CONFIG_FILE: &str = "config.toml";

/// The completions for one shell: a few lines that have the program itself say what can come next.
pub(crate) fn completions(shell: Shell) -> io::Result<Vec<u8>> {
    let name = shell.to_string();
    let shells = Shells::builtins();
    let completer = shells.completer(&name).ok_or(io::ErrorKind::Unsupported)?;
    let mut script = Vec::new();
    completer.write_registration(complete::VARIABLE, NAME, NAME, NAME, &mut script)?;
    if shell == Shell::Zsh {
        script.extend_from_slice(ZSH_FIRST_CALL.as_bytes());
    }
    Ok(script)
}

/// zsh reads the file when it is asked for completions for the first time, and takes the file itself
/// for the function that has them.
const ZSH_FIRST_CALL: &str = "\
if [[ \"$funcstack[1]\" == _bchan ]]; then
    _clap_dynamic_completer_bchan \"$@\"
fi
";

/// The manual page of the command that these words (or their aliases) name, or of the configuration
/// file.
pub(crate) fn man_page(words: &[String]) -> Option<String> {
    let root = definition();
    if let [name] = words
        && name == CONFIG_FILE
    {
        return Some(man_page::render_config_file(&root));
    }
    find(&root, words).map(man_page::render)
}

/// The long help of a command.
pub(crate) fn long_help(words: &[String]) -> Option<String> {
    let root = definition();
    find(&root, words).map(|command| command.clone().render_long_help().to_string())
}

fn find<'a>(root: &'a Command, words: &[String]) -> Option<&'a Command> {
    words.iter().try_fold(root, |command, word| {
        let found = command.find_subcommand(word);
        found.filter(|found| found.get_name() != "help")
    })
}

/// The complete definition: global options are in every command, and each knows its full name.
fn definition() -> Command {
    let mut root = definition::get();
    root.build();
    root
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// The variable that has stale files rewritten.
    const UPDATE: &str = "BCHAN_UPDATE";

    /// Every generated file with its path in the repository.
    fn all() -> BTreeMap<PathBuf, Vec<u8>> {
        definition::set(crate::cli::definition);
        let shells = [
            (Shell::Bash, "bchan.bash"),
            (Shell::Elvish, "bchan.elv"),
            (Shell::Fish, "bchan.fish"),
            (Shell::PowerShell, "_bchan.ps1"),
            (Shell::Zsh, "_bchan"),
        ];
        let mut files = BTreeMap::new();
        for (shell, name) in shells {
            files.insert(
                Path::new("completions").join(name),
                completions(shell).unwrap(),
            );
        }
        let root = definition();
        pages(&root, &mut files);
        let config_file = format!("{}.5", man_page::CONFIG_FILE);
        let page = man_page::render_config_file(&root).into_bytes();
        files.insert(Path::new("man").join(config_file), page);
        files
    }

    fn pages(command: &Command, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
        let name = man_page::page_name(command);
        let page = man_page::render(command).into_bytes();
        files.insert(Path::new("man").join(format!("{name}.1")), page);
        for subcommand in command.get_subcommands() {
            if subcommand.get_name() != "help" && !subcommand.is_hide_set() {
                pages(subcommand, files);
            }
        }
    }

    /// The first lines that differ: `-` is what is there, `+` what should be.
    fn difference(found: &[u8], wanted: &[u8]) -> String {
        let (found, wanted) = (
            String::from_utf8_lossy(found),
            String::from_utf8_lossy(wanted),
        );
        let (mut found, mut wanted) = (found.lines(), wanted.lines());
        for number in 1.. {
            match (found.next(), wanted.next()) {
                (None, None) => break,
                (a, b) if a == b => {}
                (a, b) => {
                    let line = |sign: &str, line: Option<&str>| {
                        line.map_or(String::new(), |line| format!("{sign}{line}\n"))
                    };
                    return format!("@@ line {number} @@\n{}{}", line("-", a), line("+", b));
                }
            }
        }
        "the ends of the lines differ".to_owned()
    }

    #[test]
    fn a_difference_is_shown_where_it_begins() {
        assert_eq!(
            difference(b"a\nb\nc\n", b"a\nx\nc\n"),
            "@@ line 2 @@\n-b\n+x\n"
        );
        assert_eq!(difference(b"", b"x\n"), "@@ line 1 @@\n+x\n");
    }

    #[test]
    fn committed_files_are_fresh() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let wanted = all();
        let update = std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty());
        let mut stale = Vec::new();
        for (path, content) in &wanted {
            let file = root.join(path);
            if fs::read(&file).ok().as_ref() == Some(content) {
                continue;
            }
            if update {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(&file, content).unwrap();
            } else {
                let found = fs::read(&file).unwrap_or_default();
                let difference = difference(&found, content);
                stale.push(format!(
                    "stale or missing: {}\n{difference}",
                    path.display()
                ));
            }
        }
        for folder in ["completions", "man"] {
            for entry in fs::read_dir(root.join(folder)).into_iter().flatten() {
                let path = Path::new(folder).join(entry.unwrap().file_name());
                if wanted.contains_key(&path) {
                    continue;
                }
                if update {
                    fs::remove_file(root.join(&path)).unwrap();
                } else {
                    stale.push(format!("left over: {}", path.display()));
                }
            }
        }
        let how = format!("`{UPDATE}=1 cargo test -p bchan generate` rewrites them");
        assert!(stale.is_empty(), "{}\n{how}", stale.join("\n"));
    }

    #[test]
    fn every_command_has_a_page_with_its_own_name() {
        let words = ["backup".to_owned(), "upload".to_owned()];
        let page = man_page(&words).unwrap();
        assert!(page.contains("bchan\\-backup\\-upload"), "{page}");
        assert!(
            page.contains("\\-\\-automatic") && !page.contains("\\-\\-api\\-key"),
            "{page}"
        );
        let alias = ["target".to_owned(), "view".to_owned()];
        assert!(man_page(&alias).is_some());
        assert!(man_page(&["nonsense".to_owned()]).is_none());
        let whole = man_page(&[]).unwrap();
        assert!(whole.contains("\\-\\-api\\-key\\-file"), "{whole}");
    }
}
