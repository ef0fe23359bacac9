//! Every answer that any test gets must be as the API's description says.

use std::sync::LazyLock;

use bchan_api::{Endpoint, NoRoute, OPENAPI, Route};
use bchan_testkit::openapi::Description;
use serde_json::Value;

use super::Answer;

static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| Description::parse(OPENAPI));

/// Compares an answer with what is described for its request.
#[track_caller]
pub(super) fn check(method: &str, target: &str, answer: &Answer) {
    let path = target.split('?').next().unwrap_or_default();
    let response = match Route::find(method, path) {
        Ok(route) => {
            let (id, operation) = operation(route.endpoint);
            let response = &operation["responses"][answer.status.to_string()];
            assert!(!response.is_null(), "{id} does not describe {answer:?}");
            response
        }
        Err(NoRoute::NotFound) if answer.status == 404 => component("NotFound"),
        Err(NoRoute::MethodNotAllowed(_)) if answer.status == 405 => component("MethodNotAllowed"),
        // Only the guard and the gate come before the routes.
        Err(_) if answer.status == 401 => component("Unauthorized"),
        Err(_) => component("Forbidden"),
    };
    compare(DESCRIPTION.resolve(response), answer);
}

/// What is described of an endpoint, and its name.
fn operation(endpoint: Endpoint) -> (String, &'static Value) {
    let name = format!("{endpoint:?}");
    let id = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
    let paths = DESCRIPTION.root()["paths"].as_object().unwrap();
    let mut operations = paths.values().flat_map(|item| item.as_object().unwrap());
    let found = operations.find(|(_, operation)| operation["operationId"] == *id);
    let (_, operation) = found.unwrap_or_else(|| panic!("{id} is not described"));
    (id, operation)
}

fn component(name: &str) -> &'static Value {
    &DESCRIPTION.root()["components"]["responses"][name]
}

fn compare(response: &Value, answer: &Answer) {
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        let value = answer.header(&name.to_ascii_lowercase());
        let needed = DESCRIPTION.resolve(header)["required"] == true;
        assert!(value.is_some() || !needed, "{name} is missing: {answer:?}");
        let schema = &DESCRIPTION.resolve(header)["schema"];
        let faults = DESCRIPTION.faults(schema, &value.into());
        assert!(value.is_none() || faults.is_empty(), "{faults:?}");
    }
    let media_type = answer.header("content-type").unwrap_or_default();
    let content = &response["content"][media_type];
    assert!(
        !content.is_null(),
        "{media_type} is not described: {answer:?}"
    );
    if media_type == "application/json" {
        let body = serde_json::from_slice(&answer.bytes).unwrap();
        let faults = DESCRIPTION.faults(&content["schema"], &body);
        assert_eq!(faults, [""; 0], "{body}");
    }
}
