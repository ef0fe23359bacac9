//! Holding values to the schemas of an OpenAPI description.

use serde_json::Value;

/// Keywords that only explain, or that say more of texts and lists than is looked at here.
const PASSED_OVER: [&str; 7] = [
    "description",
    "examples",
    "default",
    "format",
    "pattern",
    "contentMediaType",
    "uniqueItems",
];

/// An OpenAPI description.
pub struct Description(Value);

impl Description {
    /// Reads one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("the description is JSON"))
    }

    /// The whole as it is.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.0
    }

    /// Follows references until something else comes.
    #[must_use]
    pub fn resolve<'a>(&'a self, mut node: &'a Value) -> &'a Value {
        while let Some(reference) = node.get("$ref") {
            let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
            node = self.0.pointer(pointer).expect("the reference resolves");
        }
        node
    }

    /// A schema of the components.
    #[must_use]
    pub fn schema(&self, name: &str) -> &Value {
        let schema = self.0.pointer(&format!("/components/schemas/{name}"));
        schema.unwrap_or_else(|| panic!("no schema {name}"))
    }

    /// Returns the operation for a method and a path as the description spells it.
    #[must_use]
    pub fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        self.0.get("paths")?.get(path)?.get(method.to_lowercase())
    }

    /// Returns the violations of a schema; a field that the schema does not name counts as one.
    #[must_use]
    pub fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.compare(schema, value, "", &mut faults);
        faults
    }

    fn compare(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = self.resolve(schema);
        // Alternatives name only the fields in which they differ.
        let whole = schema.get("type").is_some() && schema.get("additionalProperties").is_none();
        for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
            let fine = match keyword.as_str() {
                "type" => is_of(wanted, value),
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "required" => {
                    let mut names = wanted.as_array().unwrap().iter();
                    names.all(|name| value.get(name.as_str().unwrap()).is_some())
                }
                "properties" => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        let at = format!("{at}/{name}");
                        match wanted.get(name) {
                            Some(schema) => self.compare(schema, value, &at, faults),
                            None if whole => faults.push(format!("{at} is not described")),
                            None => {}
                        }
                    }
                    true
                }
                "items" => {
                    for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                        self.compare(wanted, value, &format!("{at}/{index}"), faults);
                    }
                    true
                }
                "allOf" => {
                    for schema in wanted.as_array().unwrap() {
                        self.compare(schema, value, at, faults);
                    }
                    true
                }
                "anyOf" => {
                    let mut schemas = wanted.as_array().unwrap().iter();
                    schemas.any(|schema| self.faults(schema, value).is_empty())
                }
                // All of them are about texts, which only patterns can tell.
                "not" => true,
                "minimum" => value.is_null() || value.as_f64() >= wanted.as_f64(),
                "maximum" => value.is_null() || value.as_f64() <= wanted.as_f64(),
                "minItems" => length(value).is_none_or(|length| length >= wanted.as_u64().unwrap()),
                "maxItems" => length(value).is_none_or(|length| length <= wanted.as_u64().unwrap()),
                "minLength" => {
                    characters(value).is_none_or(|count| count >= wanted.as_u64().unwrap())
                }
                "maxLength" => {
                    characters(value).is_none_or(|count| count <= wanted.as_u64().unwrap())
                }
                "additionalProperties" => *wanted == true,
                other => PASSED_OVER.contains(&other),
            };
            if !fine {
                faults.push(format!("{at}: {value} against {keyword}: {wanted}"));
            }
        }
    }
}

fn is_of(types: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type: {other}"),
    };
    types
        .as_array()
        .map_or_else(|| is(types), |types| types.iter().any(is))
}

fn length(value: &Value) -> Option<u64> {
    value.as_array().map(|list| list.len() as u64)
}

fn characters(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.chars().count() as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Description;

    #[test]
    fn tells_what_is_wrong() {
        let description = Description(json!({"components": {"schemas": {
            "Name": {"type": ["string", "null"], "minLength": 1},
            "Thing": {"type": "object", "required": ["name"], "properties": {
                "name": {"$ref": "#/components/schemas/Name"},
                "kind": {"enum": ["a", "b"]},
                "counts": {"type": "array", "maxItems": 2, "items": {"type": "integer", "minimum": 0}}
            }}
        }}}));
        let faults = |value| description.faults(description.schema("Thing"), &value);
        assert_eq!(
            faults(json!({"name": "x", "kind": "a", "counts": [0, 1]})),
            [""; 0]
        );
        assert_eq!(faults(json!({"name": null})), [""; 0]);
        for wrong in [
            json!([]),
            json!({}),
            json!({"name": ""}),
            json!({"name": 1}),
            json!({"name": "x", "kind": "c"}),
            json!({"name": "x", "counts": [-1]}),
            json!({"name": "x", "counts": [1.5]}),
            json!({"name": "x", "counts": [1, 2, 3]}),
            json!({"name": "x", "more": 1}),
        ] {
            assert_ne!(faults(wrong.clone()), [""; 0], "{wrong}");
        }
        let unknown = description.faults(&json!({"minProperties": 1}), &json!({}));
        assert_eq!(
            unknown.len(),
            1,
            "a keyword that is not understood is never passed over"
        );
    }
}
