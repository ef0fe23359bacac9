//! The two header values of a form that have parameters: the boundary, and the names of a part.

use percent_encoding::percent_decode_str;

use super::error::MultipartError;

/// Names of a part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Disposition {
    /// Name of the field.
    pub(crate) name: String,
    /// Name of the file.
    pub(crate) file_name: Option<String>,
}

/// The boundary in the value of a `Content-Type` header: 1 to 70 characters.
pub(crate) fn boundary(content_type: &str) -> Result<String, MultipartError> {
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !media_type
        .trim()
        .eq_ignore_ascii_case("multipart/form-data")
    {
        return Err(MultipartError::NotMultipart);
    }
    let mut found = None;
    for (name, value) in parse_parameters(parameters).ok_or(MultipartError::Boundary)? {
        if name == "boundary" && found.replace(value).is_some() {
            return Err(MultipartError::Boundary);
        }
    }
    let boundary = found.ok_or(MultipartError::Boundary)?;
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    if (1..=70).contains(&boundary.len()) && boundary.bytes().all(valid) && !boundary.ends_with(' ')
    {
        Ok(boundary)
    } else {
        Err(MultipartError::Boundary)
    }
}

/// The value of a `Content-Disposition` header, as browsers, curl, Python's requests and reqwest
/// write it.
pub(crate) fn parse(value: &str) -> Result<Disposition, MultipartError> {
    let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return Err(MultipartError::Malformed("a part is not form-data"));
    }
    let malformed = MultipartError::Malformed("a Content-Disposition cannot be read");
    let Some(parameters) = parse_parameters(parameters) else {
        return Err(malformed);
    };
    let mut names = Names::default();
    let mut files = Names::default();
    for (key, value) in parameters {
        let slot = match &*key {
            "name" => &mut names.plain,
            "name*" => &mut names.extended,
            "filename" => &mut files.plain,
            "filename*" => &mut files.extended,
            _ => continue,
        };
        if slot.replace(value).is_some() {
            return Err(malformed);
        }
    }
    let name = names
        .choose()
        .ok_or(MultipartError::Malformed("a part has no name"))?;
    Ok(Disposition {
        name,
        file_name: files.choose(),
    })
}

/// The two spellings of one parameter.
#[derive(Default)]
struct Names {
    plain: Option<String>,
    extended: Option<String>,
}

impl Names {
    fn choose(self) -> Option<String> {
        let extended = self.extended.as_deref().and_then(decode_extended);
        extended.or_else(|| self.plain.as_deref().map(decode_html))
    }
}

/// `utf-8''na%C3%AFve` (RFC 8187).
fn decode_extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, text) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// The three characters that HTML has browsers encode. No others: a `%` is not encoded itself.
fn decode_html(value: &str) -> String {
    value
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

/// `; key=value; key="value"`, keys in lower case.
///
/// Clients that follow HTML escape no backslash, so that one at the end of a name looks as if it
/// escaped the closing quote. What makes no sense with escapes is read without.
fn parse_parameters(text: &str) -> Option<Vec<(String, String)>> {
    split_parameters(text, true).or_else(|| split_parameters(text, false))
}

fn split_parameters(text: &str, escapes: bool) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(';') {
            rest = after.trim_start();
            continue;
        }
        let (key, after) = rest.split_once('=')?;
        let (value, after) = if let Some(quoted) = after.trim_start().strip_prefix('"') {
            unquote(quoted, escapes)?
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        parameters.push((key.trim().to_ascii_lowercase(), value));
        rest = after.trim_start();
        if !rest.is_empty() && !rest.starts_with(';') {
            return None;
        }
    }
    Some(parameters)
}

/// Everything up to the closing quote, and the text after it. A backslash escapes only a quote or
/// another backslash: some browsers send names such as `C:\file` as they are.
fn unquote(text: &str, escapes: bool) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' if escapes => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &str) -> (String, Option<String>) {
        let Disposition { name, file_name } = parse(value).unwrap();
        (name, file_name)
    }

    #[test]
    fn boundaries_in_every_spelling() {
        let max = "x".repeat(70);
        for (value, expected) in [
            ("multipart/form-data; boundary=abc", "abc"),
            (
                "Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b:c\"",
                "a b:c",
            ),
            (
                "multipart/form-data; boundary=----WebKitFormBoundaryxyz ",
                "----WebKitFormBoundaryxyz",
            ),
            (&format!("multipart/form-data; boundary={max}"), &max),
        ] {
            assert_eq!(boundary(value).unwrap(), expected);
        }
        for value in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=\"a",
            "multipart/form-data; boundary=\"a \"",
            "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=ä",
            "multipart/form-data; boundary=a\"b",
            &format!("multipart/form-data; boundary={max}x"),
        ] {
            assert!(
                matches!(boundary(value), Err(MultipartError::Boundary)),
                "{value}"
            );
        }
        for value in ["", "application/json", "multipart/mixed; boundary=a"] {
            assert!(
                matches!(boundary(value), Err(MultipartError::NotMultipart)),
                "{value}"
            );
        }
    }

    #[test]
    fn names_as_real_clients_write_them() {
        for (value, file) in [
            // Browsers and recent curl and requests.
            (
                r#"form-data; name="f"; filename="a%22b;c.txt""#,
                "a\"b;c.txt",
            ),
            // Older curl, `curl --form-escape`.
            (
                r#"form-data; name="f"; filename="a\"b\\c.txt""#,
                "a\"b\\c.txt",
            ),
            // Old browsers on Windows.
            (
                r#"form-data; name="f"; filename="C:\dir\a.txt""#,
                r"C:\dir\a.txt",
            ),
            // reqwest, and older requests.
            (
                "form-data; name=\"f\"; filename*=utf-8''na%C3%AFve%20x",
                "naïve x",
            ),
            // requests and browsers, of a file whose name ends so.
            (r#"form-data; name="f"; filename="odd\""#, r"odd\"),
            (r#"form-data; filename="odd\"; name="f""#, r"odd\"),
            ("form-data; name=f; filename=plain.txt", "plain.txt"),
            // The better spelling wins, in any order.
            (
                "form-data; filename*=UTF-8'en'%e4%bd%a0; filename=\"x\"; name=\"f\"",
                "你",
            ),
            // Names in a rare charset are not decoded.
            (
                "form-data; name=\"f\"; filename*=koi8-r''%C1; filename=\"x\"",
                "x",
            ),
            (
                "form-data; name=\"f\"; filename=\"50%25 off.txt\"",
                "50%25 off.txt",
            ),
            ("form-data; name=\"f\"; filename=\"ä\"", "ä"),
            ("form-data; name=\"f\"; filename=\"\"", ""),
        ] {
            assert_eq!(
                names(value),
                ("f".to_owned(), Some(file.to_owned())),
                "{value}"
            );
        }
        assert_eq!(
            names("form-data; name=\"manual\""),
            ("manual".to_owned(), None)
        );
        assert_eq!(names("Form-Data; name*=utf-8''%C3%A4").0, "ä");
    }

    #[test]
    fn refuses_what_can_be_read_in_two_ways() {
        for value in [
            "form-data",
            "form-data; filename=\"x\"",
            "attachment; name=\"f\"",
            "form-data; name=\"f\"; name=\"g\"",
            "form-data; name=\"f\"; filename=\"a\"; filename=\"b\"",
            "form-data; name=\"f",
            "form-data; name=\"f\"x",
            "form-data; name",
        ] {
            assert!(parse(value).is_err(), "{value}");
        }
    }
}
