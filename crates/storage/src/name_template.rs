//! Name templates: how backups are called on disk.

use bchan_api::{Backup, Target, Time};

use bchan_catalog::StoredBackup;

/// Longest name that a template may expand to, in bytes. File systems take 255; the rest is for
/// the extension of the uploaded file.
const LONGEST: usize = 200;

/// Longest extension that is kept, in bytes.
const LONGEST_EXTENSION: usize = 32;

/// Begins the names that the server uses for itself in a target's location.
pub const RESERVED: &str = ".bchan";

/// Says what is wrong with a template, if anything is.
pub fn check(template: &str) -> Result<(), String> {
    if !template.contains("$I") && !template.contains("$D") {
        return Err("name_template must contain $I (backup id) or $D (creation time)".into());
    }
    if template.contains('/') || template.chars().any(char::is_control) {
        return Err("name_template must not contain `/` or control characters".into());
    }
    if template.starts_with(RESERVED) {
        return Err(format!("name_template must not begin with `{RESERVED}`"));
    }
    let id = "00000000-0000-0000-0000-000000000000";
    let longest = expand(template, id, Time::from_unix_seconds(0), true);
    if longest.len() > LONGEST {
        return Err(format!(
            "name_template makes names longer than {LONGEST} bytes"
        ));
    }
    Ok(())
}

/// The file name of a backup without its extension.
pub fn expand(template: &str, id: &str, created_at: Time, manual: bool) -> String {
    expand_with(template, id, &created_at.for_file_name(), manual)
}

/// The same where the creation time is written in another way than ours.
pub fn expand_with(template: &str, id: &str, created_at: &str, manual: bool) -> String {
    // One pass, so that what was put in is not expanded again.
    let mut name = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        name.push_str(&rest[..at]);
        let (text, length) = match rest[at + 1..].chars().next() {
            Some('I') => (id.to_owned(), 2),
            Some('D') => (created_at.to_owned(), 2),
            Some('M') => (if manual { "manual" } else { "auto" }.to_owned(), 2),
            _ => ("$".to_owned(), 1),
        };
        name.push_str(&text);
        rest = &rest[at + length..];
    }
    name.push_str(rest);
    name
}

/// [`expand`] for a backup.
pub fn name_of(template: &str, backup: &Backup, extension: &str) -> String {
    let name = expand(template, &backup.id, backup.created_at, backup.manual);
    format!("{name}{extension}")
}

/// The same with its extension, and with a number where there are several of one name: two backups
/// of one second under a template without the id.
pub fn numbered(target: &Target, stored: &StoredBackup, number: u32) -> String {
    let base = name_of(&target.name_template, &stored.backup, "");
    let extension = &stored.extension;
    match number {
        0 | 1 => format!("{base}{extension}"),
        _ => format!("{base}~{number}{extension}"),
    }
}

/// The extension, with its dot, that a single backup takes from an uploaded file's name; empty if
/// there is none or none that can be kept.
///
/// `.tar.gz` and the like count as one. A leading dot makes a hidden file, not an extension.
pub fn extension(file_name: &str) -> &str {
    let stem = file_name.trim_start_matches('.');
    let Some(mut at) = stem.rfind('.') else {
        return "";
    };
    if let Some(inner) = stem[..at].rfind('.')
        && stem[inner..at].eq_ignore_ascii_case(".tar")
    {
        at = inner;
    }
    let extension = &stem[at..];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let keep =
        extension.len() > 1 && extension.len() <= LONGEST_EXTENSION && extension.bytes().all(plain);
    if keep { extension } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_each_variable_once() {
        let time = Time::from_unix_seconds(1_752_238_637);
        let name = |template| expand(template, "$D", time, false);
        assert_eq!(name("a-$I-$M"), "a-$D-auto");
        assert_eq!(name("$D"), "20250711T125717Z");
        assert_eq!(name("100$-$I$"), "100$-$D$");
    }

    #[test]
    fn refuses_templates_that_cannot_name_files() {
        check("backup-$I-$D").unwrap();
        for template in [
            "",
            "backup",
            "$M",
            "a/$I",
            "a\n$I",
            ".bchan$I",
            &"$I".repeat(40),
        ] {
            check(template).unwrap_err();
        }
    }

    #[test]
    fn keeps_sensible_extensions() {
        let cases = [
            ("a.txt", ".txt"),
            ("a.tar.gz", ".tar.gz"),
            ("a.TAR.zst", ".TAR.zst"),
            ("a.b.gz", ".gz"),
            (".bashrc", ""),
            (".config.toml", ".toml"),
            ("noextension", ""),
            ("dot.", ""),
            ("a.b/c", ""),
            ("a.sch\u{f6}n", ""),
            ("..", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(extension(name), expected, "{name}");
        }
    }
}
