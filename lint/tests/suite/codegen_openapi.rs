//! Generated `security` of API descriptions.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Run, Service};

const POLICY: &str = r#"version: 1
principals: [daemon]
tiers: [member, admin]
roles:
  User: { accepts: [user] }
  Admin: { accepts: [user], tier: admin }
  Actor: { accepts: [user, api_key] }
  Daemon: { accepts: [daemon] }
  AdminOrKey: { any: [Admin, Actor] }
scopes: ["case:{read,update}"]
guards:
  - { match: "Scoped", accepts: [api_key], scopes: { any: ["case:read", "case:update"] } }
security:
  session: { accepts: [user] }
  key: { accepts: [api_key] }
"#;

const SOURCE: &str = r#"use axum::http::{StatusCode, request::Parts};
use axum::{Router, routing::{any, get, post}};
use route_role::route_role;

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/cases", get(list).post(create))
        .route("/it's/{case_id}", get(one))
        .route("/health", get(health))
        .route("/internal", post(internal))
        .route("/drafts", get(drafts))
        .route("/forgotten", get(forgotten))
        .route("/every", any(list));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

#[route_role(Actor, scopes = ["case:read"])]
async fn list() {}

#[route_role(User, scopes = ["case:update"])]
async fn create() {}

async fn one(_scoped: Scoped) {}

#[route_role(public, reason = "health probe")]
async fn health() {}

#[route_role(Daemon)]
async fn internal() {}

async fn drafts(_session: Session) {}

async fn forgotten() {}

struct Session;

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Session {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Err(StatusCode::FORBIDDEN)
    }
}
"#;

fn service() -> Service {
    Service::with(&[("src/main.rs", SOURCE), ("route-role.yaml", POLICY)])
}

fn generate(service: &Service, arguments: &[&str]) -> Run {
    service.run(&[&["codegen", "openapi"], arguments].concat())
}

fn description() -> Value {
    json!({
        "openapi": "3.1.0",
        "servers": [{ "url": "https://example.com/" }],
        "paths": {
            "/it's/{id}": { "summary": "one case", "get": { "security": [{ "session": [] }], "x-required-scopes": ["old"], "tags": ["case"] } },
            "/cases": { "post": {}, "get": { "security": [] } },
            "/health": { "get": { "security": [{ "session": [] }] } },
            "/drafts": { "get": { "security": [{ "session": [] }] } },
            "/nowhere": { "get": {} }
        }
    })
}

#[test]
fn an_overlay_says_what_guards_accept_and_lists_what_is_not_known() {
    let run = generate(&service(), &[]);
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
}

#[test]
fn a_copy_of_the_description_differs_in_nothing_else() {
    let service = service();
    service.write("api.json", serde_json::to_string_pretty(&description()).expect("JSON"));
    let run = generate(&service, &["--document", "api.json"]);
    assert_eq!(run.status, 0);
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
    // Written over the original, it says the same again.
    service.write("api.json", run.stdout);
    let again = generate(&service, &["--document", "api.json", "--output", "api.json", "--check"]);
    assert_eq!(again.status, 0, "{}", again.stderr);
}

/// Applies an overlay with the two kinds of target that are written.
fn apply(overlay: &Value, document: &mut Value) {
    for action in overlay["actions"].as_array().expect("actions") {
        let target = action["target"].as_str().expect("a target").strip_prefix("$.paths['").expect("an operation");
        let (path, rest) = target.split_once("'].").expect("a method");
        let (method, members) = rest.split_once('[').map_or((rest, None), |(method, members)| (method, Some(members)));
        let path = path.replace("\\'", "'");
        let Some(operation) = document["paths"].get_mut(&path).and_then(|item| item.get_mut(method)) else { continue };
        let operation = operation.as_object_mut().expect("an operation");
        match members {
            Some(members) => {
                assert_eq!((members, &action["remove"]), ("'security','x-required-scopes']", &json!(true)));
                operation.remove("security");
                operation.remove("x-required-scopes");
            }
            None => operation.extend(action["update"].as_object().expect("an update").clone()),
        }
    }
}

#[test]
fn the_overlay_makes_the_copy_of_the_description() {
    let service = service();
    // Of a path whose parameter has another name, an overlay knows nothing.
    let text = serde_json::to_string(&description()).expect("JSON").replace("{id}", "{case_id}");
    service.write("api.json", &text);
    let overlay: Value = serde_json::from_str(&generate(&service, &[]).stdout).expect("JSON");
    let mut applied: Value = serde_json::from_str(&text).expect("JSON");
    apply(&overlay, &mut applied);
    let copy: Value = serde_json::from_str(&generate(&service, &["--document", "api.json"]).stdout).expect("JSON");
    assert_eq!(applied["paths"], copy["paths"]);
    assert_ne!(applied["paths"], description()["paths"]);
}

#[test]
fn paths_of_servers_stand_before_those_of_operations() {
    let service = service();
    let description =
        json!({ "servers": [{ "url": "https://example.com/it's" }], "paths": { "/{id}": { "get": {} } } });
    service.write("api.json", description.to_string());
    let run = generate(&service, &["--document", "api.json"]);
    assert!(run.stdout.contains("\"key\": []"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn what_cannot_be_generated_is_refused_in_words() {
    let service = service();
    service.write("api.yaml", "openapi: 3.1.0\n");
    service.write("api.json", "{}");
    for (arguments, expected) in [
        (
            &["--document", "api.yaml"][..],
            "error: `api.yaml` can't be used: it isn't JSON: expected value at line 1 column 1; for one in YAML, write an overlay: leave out `--document`\n",
        ),
        (
            &["--document", "api.json"],
            "error: `api.json` can't be used: it has no `paths`, so it is no API description\n",
        ),
        (&["--program", "other"], "error: there is no program `other`; there is `service`\n"),
    ] {
        let run = generate(&service, arguments);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (2, "", expected));
    }
    let useless = service.run(&["codegen", "rust", "--document", "api.json"]);
    assert_eq!((useless.status, useless.stderr.as_str()), (2, "error: `--document` means nothing to `rust`\n"));
    let policy = fs::read_to_string(service.path().join("route-role.yaml")).expect("the policy");
    service.write("route-role.yaml", policy.split("security:").next().expect("the rest"));
    let run = generate(&service, &[]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("which kinds of caller use which security scheme"), "{}", run.stderr);
    let empty = Service::with(&[("src/main.rs", "fn main() {}\n"), ("route-role.yaml", POLICY)]);
    assert_eq!(generate(&empty, &[]).status, 3);
}
