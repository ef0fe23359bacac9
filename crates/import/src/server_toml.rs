//! Telling a configuration file where backups lie. Everything else in it stays as it is.

use std::fs;
use std::io;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Value, value};

use crate::error::ImportError;
use crate::storage_plan::ConfigChanges;
use bchan_storage::durable;

const HEAD: &str = "# Settings of `bchan serve`; see its help.\n";

/// Writes what is new into a file, which is made if need be.
pub(crate) fn write(path: &Path, news: &ConfigChanges) -> Result<(), ImportError> {
    let fail = |what: String| ImportError::Settings {
        path: path.to_owned(),
        what,
    };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => HEAD.to_owned(),
        Err(error) => return Err(fail(error.to_string())),
    };
    let text = with(&text, news).map_err(fail)?;
    durable::write_file(path, text.as_bytes()).map_err(|error| fail(error.to_string()))
}

fn with(text: &str, news: &ConfigChanges) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| error.to_string())?;
    let show = |path: &Path| {
        let text = path.to_str().map(str::to_owned);
        text.ok_or_else(|| format!("the path {} is not UTF-8", path.display()))
    };
    if !news.roots.is_empty() {
        let item = document
            .entry("storage-roots")
            .or_insert_with(|| value(Array::new()));
        let Item::Value(Value::Array(roots)) = item else {
            return Err("`storage-roots` is no list".to_owned());
        };
        for root in &news.roots {
            roots.push(show(root)?);
        }
        for root in roots.iter_mut() {
            root.decor_mut().set_prefix("\n    ");
        }
        roots.set_trailing("\n");
        roots.set_trailing_comma(true);
    }
    if let Some(bin) = &news.bin {
        document.insert("recycle-bin", value(show(bin)?));
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> DocumentMut {
        fs::read_to_string(path).unwrap().parse().unwrap()
    }

    #[test]
    fn a_file_keeps_what_it_has() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("server.toml");
        let news = |root: &str, bin: Option<&str>| ConfigChanges {
            roots: vec![root.into()],
            bin: bin.map(Into::into),
        };
        write(&path, &news("/a", Some("/bin"))).unwrap();
        let found = read(&path);
        let roots = found["storage-roots"].as_array().unwrap();
        assert_eq!(roots.get(0).and_then(Value::as_str), Some("/a"));
        assert_eq!(found["recycle-bin"].as_str(), Some("/bin"));

        let text = "# mine\nlisten = \"127.0.0.1:1\" # here\nstorage-roots = [\"rel\"]\n";
        fs::write(&path, text).unwrap();
        write(&path, &news("/b \"c\"", None)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("# mine\nlisten = \"127.0.0.1:1\" # here\n"),
            "{text}"
        );
        let found = read(&path);
        let roots = found["storage-roots"].as_array().unwrap();
        let roots: Vec<_> = roots.iter().filter_map(Value::as_str).collect();
        assert_eq!(roots, ["rel", "/b \"c\""]);
        assert!(found.get("recycle-bin").is_none());
    }
}
