//! What programs read: each example of docs/output.md has the shape of what the program prints.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::TestServer;

/// An example: the words of a command, and the document below it.
struct Example {
    words: Vec<String>,
    document: Value,
}

fn examples() -> Vec<Example> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/output.md");
    let text = fs::read_to_string(path).unwrap();
    let sections = text.split("\n### `bchan ").skip(1);
    let example = |section: &str| {
        let (words, rest) = section.split_once('`').unwrap();
        let (_, rest) = rest.split_once("```json\n").unwrap();
        let (document, _) = rest.split_once("\n```").unwrap();
        Example {
            words: words.split(' ').map(str::to_owned).collect(),
            document: serde_json::from_str(document).unwrap_or_else(|e| panic!("{words}: {e}")),
        }
    };
    sections.map(example).collect()
}

/// Where two documents differ in shape. Null goes with everything, and so does an empty list.
fn differences(path: &str, wanted: &Value, found: &Value, all: &mut Vec<String>) {
    match (wanted, found) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(wanted), Value::Object(found)) => {
            let names = |map: &serde_json::Map<String, Value>| {
                let mut names: Vec<_> = map.keys().cloned().collect();
                names.sort();
                names
            };
            if names(wanted) != names(found) {
                all.push(format!(
                    "{path}: {:?}, not {:?}",
                    names(found),
                    names(wanted)
                ));
                return;
            }
            for (name, value) in wanted {
                differences(&format!("{path}.{name}"), value, &found[name], all);
            }
        }
        (Value::Array(wanted), Value::Array(found)) => {
            if let (Some(wanted), Some(found)) = (wanted.first(), found.first()) {
                differences(&format!("{path}[0]"), wanted, found, all);
            }
        }
        _ if std::mem::discriminant(wanted) == std::mem::discriminant(found) => {}
        _ => all.push(format!("{path}: {found}, not like {wanted}")),
    }
}

#[test]
fn every_example_has_the_shape_of_what_is_printed() {
    let server = TestServer::start_with_key();
    server.target("docs", "multi");
    let home = server.home();
    let source = home.join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("a"), "a").unwrap();
    fs::write(source.join("b"), "b").unwrap();
    let source = source.to_str().unwrap();
    let stored = server.bchan(["backup", "upload", "docs", source]).json();
    let backup = stored["backup"]["id"].as_str().unwrap();
    let preset = [
        "preset",
        "create",
        "p",
        source,
        "docs",
        "--exclude",
        "*.tmp",
        "--max-age",
        "26h",
    ];
    server.bchan(preset).ok();
    server.bchan(["preset", "upload", "p"]).ok();
    server
        .bchan(["config", "set", "--profile", "office", "retries", "1"])
        .ok();
    let python = home.join("python");
    fs::create_dir(&python).unwrap();
    let config = json!({"host": "h", "port": 1});
    fs::write(python.join("config.json"), config.to_string()).unwrap();
    let presets = json!({"presets": [{"name": "q", "location": "/x", "target_id": "t"}]});
    fs::write(python.join("presets.json"), presets.to_string()).unwrap();
    let examples = examples();
    assert!(examples.len() > 15, "{}", examples.len());
    let mut faults = Vec::new();
    for Example { words, document } in examples {
        let argument = |word: &String| match word.as_str() {
            "SOURCE" => source.to_owned(),
            "BACKUP" => backup.to_owned(),
            "NEW" => home.join("new").to_str().unwrap().to_owned(),
            "PYTHON" => python.to_str().unwrap().to_owned(),
            word => word.to_owned(),
        };
        let found = server.bchan(words.iter().map(argument)).json();
        assert_eq!(found["format"], 1);
        differences(&words.join(" "), &document, &found, &mut faults);
    }
    assert_eq!(faults, [""; 0]);
}

#[test]
fn a_shape_that_differs_is_noticed() {
    let differ = |wanted: Value, found: Value| {
        let mut all = Vec::new();
        differences("", &wanted, &found, &mut all);
        !all.is_empty()
    };
    assert!(differ(json!({"a": 1}), json!({"a": 1, "b": 1})));
    assert!(differ(json!({"a": [{"b": 1}]}), json!({"a": [{"b": "1"}]})));
    assert!(!differ(json!({"a": [{"b": 1}]}), json!({"a": []})));
    assert!(!differ(json!({"a": null}), json!({"a": "x"})));
}
