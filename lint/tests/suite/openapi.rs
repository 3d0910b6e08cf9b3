//! API descriptions as a second witness.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::{HEALTHY, Run, Service, repository, run_in};

const RULES: [&str; 4] = ["invalid-openapi", "missing-route", "openapi-security-drift", "undocumented-route"];

fn described() -> PathBuf {
    repository().join("fixtures/described")
}

/// A copy of the fixture, with other files beside it.
fn copy(files: &[(&str, &str)]) -> Service {
    let read = |path: &str| fs::read_to_string(described().join(path)).expect("a file of the fixture");
    let service = Service::with(&[]);
    for path in ["Cargo.toml", "route-role.yaml", "src/main.rs", "openapi.yaml"] {
        service.write(path, read(path));
    }
    files.iter().for_each(|(path, text)| service.write(path, text));
    service
}

/// The findings about descriptions: rule, severity and message.
fn findings(run: &Run) -> Vec<(String, String, String)> {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("text").to_owned();
    let all = document["findings"].as_array().expect("findings").iter();
    all.map(|finding| (text(finding, "rule"), text(finding, "severity"), text(finding, "message")))
        .filter(|(rule, ..)| RULES.contains(&rule.as_str()))
        .collect()
}

fn messages(run: &Run) -> Vec<String> {
    findings(run).into_iter().map(|(_, _, message)| message).collect()
}

fn fixture_document() -> Value {
    let text = fs::read_to_string(described().join("openapi.yaml")).expect("the description");
    serde_yaml::from_str(&text).expect("YAML")
}

#[test]
fn each_deviation_is_shown_where_it_stands() {
    let run = run_in(&described(), &["check", "--openapi", "openapi.yaml"]);
    insta::assert_snapshot!(format!("{}{}status {}\n", run.stdout, run.stderr, run.status));
}

#[test]
fn programs_read_the_same() {
    let run = run_in(&described(), &["check", "--openapi", "openapi.yaml", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["findings"]).expect("JSON"));
}

#[test]
fn every_version_and_both_notations_say_the_same() {
    let yaml = copy(&[]).run(&["check", "--openapi", "openapi.yaml", "--format", "json"]);
    let expected: Vec<String> = messages(&yaml);
    assert_eq!(expected.len(), 8);
    let mut document = fixture_document();
    document["openapi"] = json!("3.0.3");
    let mut swagger = document.clone();
    let object = swagger.as_object_mut().expect("an object");
    object.remove("openapi");
    let components = object.remove("components").expect("components");
    object.insert("swagger".to_owned(), json!("2.0"));
    object.insert("securityDefinitions".to_owned(), components["securitySchemes"].clone());
    for document in [document, swagger] {
        for text in [serde_json::to_string(&document), serde_json::to_string_pretty(&document)] {
            let service = copy(&[("openapi.yaml", &text.expect("JSON"))]);
            assert_eq!(messages(&service.run(&["check", "--openapi", "openapi.yaml", "--format", "json"])), expected);
        }
    }
}

#[test]
fn what_stands_before_the_paths_may_be_stated_by_servers_a_base_path_or_the_policy() {
    let servers = |urls: Value| {
        let mut document = fixture_document();
        document["servers"] = urls;
        document.to_string()
    };
    let mut swagger = fixture_document();
    swagger.as_object_mut().expect("an object").remove("openapi");
    swagger["swagger"] = json!("2.0");
    swagger["basePath"] = json!("/api/v1/");
    let stated = [
        servers(json!([{ "url": "https://cases.example/" }, { "url": "https://cases.example/api/v1" }])),
        servers(json!([{ "url": "/api/{version}", "variables": { "version": { "default": "v1" } } }])),
        swagger.to_string(),
    ];
    for text in stated {
        let service = copy(&[("openapi.json", &text)]);
        let run = service.run(&["check", "--openapi", "openapi.json"]);
        assert_eq!(run.stderr, "note: `openapi.json`: 7 of 8 operations compared with routes\n", "{text}");
        assert!(run.stdout.contains("8 warnings") || run.stdout.contains("7 warnings and 1 note"), "{}", run.stdout);
    }
    let service = copy(&[]);
    let policy = fs::read_to_string(service.path().join("route-role.yaml")).expect("the policy");
    let entry = "openapi: [{ file: openapi.yaml, program: described, prefix: \"/api/v1\" }]\n";
    service.write("route-role.yaml", format!("{policy}{entry}"));
    let run = service.run(&["check"]);
    // Who states a prefix means every path: the probe isn't below it.
    assert!(run.stderr.contains("6 of 8 operations compared with routes\n"), "{}", run.stderr);
    assert!(run.stdout.contains("`GET /health` is documented, but no route serves it"), "{}", run.stdout);
}

#[test]
fn a_description_without_any_security_is_one_finding() {
    let mut document = fixture_document();
    document.as_object_mut().expect("an object").remove("security");
    for item in document["paths"].as_object_mut().expect("paths").values_mut() {
        for operation in item.as_object_mut().expect("operations").values_mut() {
            operation.as_object_mut().expect("an operation").remove("security");
        }
    }
    let service = copy(&[("openapi.json", &document.to_string())]);
    let run = service.run(&["check", "--openapi", "openapi.json", "--format", "json"]);
    let about_security: Vec<String> = findings(&run)
        .into_iter()
        .filter(|(rule, ..)| rule == "openapi-security-drift")
        .map(|(_, _, message)| message)
        .collect();
    let expected = "the API description says nothing of `security`, but the guards of 5 routes ask for credentials";
    assert_eq!(about_security, [expected]);
}

#[test]
fn a_description_of_another_service_is_one_finding() {
    let text =
        r#"{ "openapi": "3.1.0", "paths": { "/pets": { "get": {}, "post": {} }, "/pets/{id}": { "get": {} } } }"#;
    let service = copy(&[("openapi.json", text)]);
    let run = service.run(&["check", "--openapi", "openapi.json", "--format", "json"]);
    assert_eq!(messages(&run), ["none of the operations (3) of the API description is served"]);
    assert_eq!(run.status, 1);
}

#[test]
fn what_one_of_two_descriptions_has_is_described() {
    let internal = r#"{ "openapi": "3.1.0", "paths": { "/api/v1/cases/{id}/close": { "post": { "security": [{ "session": [] }] } } } }"#;
    let service = copy(&[("internal.json", internal)]);
    let both = ["check", "--openapi", "openapi.yaml", "--openapi", "internal.json", "--format", "json"];
    let undocumented: Vec<String> = findings(&service.run(&both))
        .into_iter()
        .filter(|(rule, ..)| rule == "undocumented-route")
        .map(|(_, _, message)| message)
        .collect();
    let expected = "3 routes are served at and below `/api/v1/admin`, but no API description describes them";
    assert_eq!(undocumented, [expected]);
}

#[test]
fn while_something_is_unresolved_a_missing_route_is_a_note() {
    let service = Service::healthy("");
    let source = HEALTHY.replace("get(health))", "get(health)).nest(&prefix(), plugins())")
        + "fn prefix() -> String { std::env::args().collect() }\nfn plugins() -> Router { Router::new().route(\"/plugins\", get(health)) }\n";
    service.write("src/main.rs", source);
    service.write("api.yaml", "openapi: 3.1.0\npaths:\n  /health: { get: {} }\n  /cases: { get: {} }\n  /x/plugins: { get: {} }\n  /y/plugins: { get: {} }\n");
    let run = service.run(&["check", "--openapi", "api.yaml", "--format", "json"]);
    let missing = "`GET /cases` is documented, but no route serves it";
    assert_eq!(findings(&run), [("missing-route".to_owned(), "note".to_owned(), missing.to_owned())]);
    assert!(
        run.stderr.contains("2 operations not compared, because it isn't known which route answers"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_file_that_cannot_be_read_ends_the_run() {
    let run = Service::healthy("").run(&["check", "--openapi", "nowhere.json"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: the API description `nowhere.json` can't be read: "), "{}", run.stderr);
    assert_eq!(run.stdout, "");
}

#[test]
fn a_description_that_is_not_valid_is_a_finding_and_the_rest_is_still_linted() {
    let open = format!("{}{{}}", "{ \"a\": ".repeat(200));
    let deep = format!("{open}{}", "}".repeat(200));
    let not_text = [0x6f, 0xff, 0xfe];
    let wrong: [(&[u8], &str); 6] = [
        (b"", "the API description is empty"),
        (b"[1, 2", "this isn't valid JSON or YAML: "),
        (b"just text", "this is no API description: it has neither `openapi` nor `swagger`"),
        (b"{ \"swagger\": \"1.2\", \"paths\": {} }", "this version of API descriptions can't be read"),
        (deep.as_bytes(), "nested more than 128 levels deep"),
        (&not_text, "this isn't UTF-8"),
    ];
    for (text, expected) in wrong {
        let service = Service::with(&[("src/main.rs", HEALTHY.split("#[route_role").next().unwrap_or_default())]);
        service.write("src/main.rs", HEALTHY.replace("#[route_role(public, reason = \"health probe\")]\n", ""));
        service.write("api.json", text);
        let run = service.run(&["check", "--openapi", "api.json", "--format", "json"]);
        assert_eq!(run.status, 2, "{expected}: {}", run.stderr);
        let [(rule, severity, message)] = &findings(&run)[..] else { panic!("{expected}: {:?}", findings(&run)) };
        assert_eq!((rule.as_str(), severity.as_str()), ("invalid-openapi", "error"));
        assert!(message.starts_with(expected), "{message}");
        assert!(run.stdout.contains("undeclared-route"), "the rest is still linted");
    }
}

#[test]
fn a_policy_reads_no_description_outside_its_folder() {
    let service = Service::healthy("");
    service.write("route-role.yaml", "version: 1\nopenapi: [\"../api.json\"]\n");
    let run = service.run(&["check", "--format", "json"]);
    let expected = "the API description `../api.json` can't be read: the file must lie below the policy's own folder";
    assert_eq!(messages(&run), [expected]);
    assert_eq!(run.status, 2);
}

#[test]
fn descriptions_of_several_services_are_named_in_their_policies() {
    let run = run_in(&repository().join("fixtures/monorepo"), &["check", "--openapi", "api.json"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("name each description in the policy of its service"), "{}", run.stderr);
}

#[test]
fn a_finding_is_suppressed_in_a_description_in_yaml() {
    let text = fs::read_to_string(described().join("openapi.yaml")).expect("the description");
    let comment =
        "# route-role: allow(missing-route) -- comes back with the next release\n    get: { operationId: export_case }";
    let service = copy(&[("openapi.yaml", &text.replace("get: { operationId: export_case }", comment))]);
    let run = service.run(&["check", "--openapi", "openapi.yaml", "--format", "json"]);
    assert!(findings(&run).iter().all(|(rule, ..)| rule != "missing-route"), "{:?}", findings(&run));
}

#[test]
fn attributes_without_any_security_are_one_finding_too() {
    let source = r#"use axum::Router;
use utoipa_axum::{router::OpenApiRouter, routes};

#[tokio::main]
async fn main() {
    let (router, description) = OpenApiRouter::new().routes(routes!(list)).routes(routes!(create)).split_for_parts();
    let router = router.route("/openapi.json", axum::routing::get(|| async move { axum::Json(description) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}

#[utoipa::path(get, path = "/cases")]
async fn list(_: Authorized<Person>) {}

#[utoipa::path(post, path = "/cases")]
async fn create(_: Authorized<Person>) {}

pub struct Authorized<R>(std::marker::PhantomData<R>);
pub struct Person;

impl<S: Send + Sync, R> axum::extract::FromRequestParts<S> for Authorized<R> {
    type Rejection = axum::http::StatusCode;

    async fn from_request_parts(_: &mut axum::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        Err(axum::http::StatusCode::UNAUTHORIZED)
    }
}
"#;
    let policy = fs::read_to_string(described().join("route-role.yaml")).expect("the policy");
    let service = Service::with(&[("src/main.rs", source), ("route-role.yaml", &policy)]);
    let expected = "the API description says nothing of `security`, but the guards of 2 routes ask for credentials";
    assert_eq!(messages(&service.run(&["check", "--format", "json"])), [expected]);
    // Where a document says as little, the two have one cause.
    service.write(
        "api.json",
        r#"{ "swagger": "2.0", "paths": { "/cases": { "get": {}, "post": {} }, "/openapi.json": { "get": {} } } }"#,
    );
    assert_eq!(messages(&service.run(&["check", "--format", "json", "--openapi", "api.json"])), [expected]);
}

#[test]
fn aliases_that_explode_are_refused() {
    let mut text = "openapi: 3.1.0\npaths: {}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{items}]\n");
    }
    let run = copy(&[("openapi.yaml", &text)]).run(&["check", "--openapi", "openapi.yaml", "--format", "json"]);
    assert_eq!(messages(&run), ["the API description has more than 1000000 values"]);
    assert_eq!(run.status, 2);
}
