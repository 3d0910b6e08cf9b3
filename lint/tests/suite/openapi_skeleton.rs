//! `routes --format openapi`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{Service, names_in, repository, run_in};

/// What OpenAPI 3.1 demands of the parts that a skeleton has.
fn schema() -> Value {
    let operation = json!({
        "type": "object",
        "required": ["operationId"],
        "properties": {
            "operationId": { "type": "string", "minLength": 1 },
            "security": { "type": "array", "items": { "$ref": "#/$defs/requirement" } }
        },
        "patternProperties": { "^x-": true },
        "additionalProperties": false
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["openapi", "info", "paths"],
        "properties": {
            "openapi": { "pattern": "^3\\.1\\.\\d+$" },
            "info": {
                "type": "object",
                "required": ["title", "version"],
                "properties": { "title": { "type": "string" }, "version": { "type": "string" } },
                "additionalProperties": false
            },
            "paths": { "patternProperties": { "^/": { "$ref": "#/$defs/item" } }, "additionalProperties": false },
            "components": {
                "type": "object",
                "properties": { "securitySchemes": { "additionalProperties": { "$ref": "#/$defs/scheme" } } },
                "additionalProperties": false
            }
        },
        "patternProperties": { "^x-": true },
        "additionalProperties": false,
        "$defs": {
            "item": {
                "type": "object",
                "properties": { "parameters": { "type": "array", "items": { "$ref": "#/$defs/parameter" } } },
                "patternProperties": { "^(get|put|post|delete|options|head|patch|trace)$": operation },
                "additionalProperties": false
            },
            "parameter": {
                "type": "object",
                "required": ["name", "in", "required", "schema"],
                "properties": {
                    "name": { "type": "string", "minLength": 1 },
                    "in": { "const": "path" },
                    "required": { "const": true },
                    "schema": { "const": { "type": "string" } },
                    "description": { "type": "string" }
                },
                "additionalProperties": false
            },
            "requirement": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } } },
            "scheme": {
                "type": "object",
                "required": ["type", "scheme"],
                "properties": { "type": { "const": "http" }, "scheme": { "type": "string" }, "description": { "type": "string" } },
                "patternProperties": { "^x-": true },
                "additionalProperties": false
            }
        }
    })
}

/// Every service among the fixtures, and the quickstart.
fn services() -> Vec<PathBuf> {
    let root = repository();
    let mut found = vec![root.join("examples/quickstart")];
    let mut pending = vec![root.join("fixtures")];
    while let Some(folder) = pending.pop() {
        // Where folders below have policies of their own, `check` looks at them one by one.
        let has_parts = ["services", "plugins"].iter().any(|below| folder.join(below).is_dir());
        if folder.join("Cargo.toml").is_file() && !has_parts {
            found.push(folder);
            continue;
        }
        pending.extend(names_in(&folder).iter().map(|name| folder.join(name)).filter(|path| path.is_dir()));
    }
    assert!(found.len() > 60, "{}", found.len());
    found
}

fn skeleton(folder: &Path) -> String {
    let run = run_in(folder, &["routes", "--format", "openapi"]);
    assert!([0, 2, 3, 4].contains(&run.status), "{}: {}", folder.display(), run.stderr);
    run.stdout
}

/// What no schema says: parameters are those of the path, ids and paths differ, schemes are declared.
fn assert_consistent(document: &Value, folder: &Path) {
    let folder = folder.display();
    let mut ids = BTreeSet::new();
    let mut shapes = BTreeSet::new();
    let declared = &document["components"]["securitySchemes"];
    for (path, item) in document["paths"].as_object().expect("paths") {
        let parts: Vec<&str> = path.split('{').collect();
        let in_path: Vec<&str> =
            parts.iter().skip(1).filter_map(|part| part.split_once('}')).map(|part| part.0).collect();
        let shape = in_path.iter().fold(path.clone(), |shape, name| shape.replace(&format!("{{{name}}}"), "{}"));
        assert!(shapes.insert(shape), "{folder}: {path}");
        let parameters = item["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named: Vec<&str> = parameters.iter().map(|one| one["name"].as_str().expect("a name")).collect();
        assert_eq!(named, in_path, "{folder}: {path}");
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len(), "{folder}: {path}");
        for (_, operation) in item.as_object().expect("an item").iter().filter(|(key, _)| *key != "parameters") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{folder}: {id}");
            let said = &operation["x-route-role"];
            assert!(said["handler"].is_string() && said["place"].is_string(), "{folder}: {path}");
            assert_ne!(operation["security"].is_array(), said["unproven"].is_string(), "{folder}: {path}");
            let requirements = operation["security"].as_array().map(Vec::as_slice).unwrap_or_default();
            let schemes = requirements.iter().flat_map(|one| one.as_object().expect("a requirement").keys());
            schemes.for_each(|scheme| assert!(declared[scheme].is_object(), "{folder}: {scheme}"));
        }
    }
}

#[test]
fn every_fixture_has_a_valid_description_that_its_own_code_agrees_with() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let path = file.path().to_str().expect("a UTF-8 path");
    let mut operations = 0;
    for folder in services() {
        let text = skeleton(&folder);
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let mistakes: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(mistakes, Vec::<String>::new(), "{}", folder.display());
        assert_consistent(&document, &folder);
        operations += text.matches("\"operationId\"").count();
        std::fs::write(file.path(), &text).expect("a file can be written");
        let run = run_in(&folder, &["check", "--format", "json", "--openapi", path]);
        let found: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}: {}", folder.display(), run.stderr));
        let name = file.path().file_name().and_then(|name| name.to_str()).expect("a name");
        let about_it: Vec<&Value> = found["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter(|finding| finding.to_string().contains(name))
            .collect();
        assert_eq!(about_it, Vec::<&Value>::new(), "{}", folder.display());
    }
    assert!(operations > 300, "{operations}");
}

const SOURCE: &str = r#"use axum::{Router, routing::{any, get, post, on, MethodFilter}};
use route_role::route_role;

mod hosts {
    use route_role::route_role;
    #[route_role(Actor)]
    pub async fn list() {}
}

mod users {
    use route_role::route_role;
    #[route_role(User)]
    pub async fn list() {}
}

#[tokio::main]
async fn main() {
    let prefix = std::env::args().collect::<String>();
    let later = Router::new().route("/later/{id}", get(later));
    let app = Router::new()
        .route("/hosts", get(hosts::list))
        .route("/users", get(users::list))
        .route("/files/{*path}", any(files).get(hosts::list))
        .route("/guarded", get(guarded))
        .route("/closed", post(closed))
        .route("/connect", on(MethodFilter::CONNECT, files))
        .route("/closure", get(|| async {}))
        .nest(&prefix, later)
        .fallback(missing);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

#[route_role(Actor)]
async fn files() {}

async fn guarded(_: Session) {}

#[route_role(Daemon)]
async fn closed() {}

#[route_role(public, reason = "later")]
async fn later() {}

async fn missing() {}
"#;

const POLICY: &str = "version: 1
principals: [daemon]
roles:
  User: { accepts: [user] }
  Actor: { accepts: [user, api_key] }
  Daemon: { accepts: [daemon] }
security:
  session: { accepts: [user] }
  key: { accepts: [api_key] }
";

#[test]
fn what_is_proven_is_told_from_what_is_not() {
    let service = Service::with(&[("src/main.rs", SOURCE), ("route-role.yaml", POLICY)]);
    insta::assert_snapshot!(service.run(&["routes", "--format", "openapi"]).stdout);
}

#[test]
fn a_scheme_that_says_too_much_is_not_used() {
    let shared = POLICY.replace("accepts: [api_key] }\n", "accepts: [api_key, user] }\n");
    let service = Service::with(&[("src/main.rs", SOURCE), ("route-role.yaml", &shared)]);
    let document: Value = serde_json::from_str(&skeleton(service.path())).expect("JSON");
    let users = &document["paths"]["/users"]["get"];
    assert_eq!(users["security"], Value::Null);
    assert_eq!(users["x-route-role"]["unproven"], "the schemes of the policy can't say exactly whom its guards accept");
    assert!(document["paths"]["/hosts"]["get"]["security"].is_array());
}

#[test]
fn the_same_code_gives_the_same_bytes() {
    let folder = repository().join("fixtures/scanopy/before");
    let one = run_in(&folder, &["routes", "--format", "openapi", "--threads", "1"]).stdout;
    let many = run_in(&folder, &["routes", "--format", "openapi", "--threads", "7"]).stdout;
    assert_eq!(one, many);
}
