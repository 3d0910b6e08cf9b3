//! What `--format json` prints is what its schema says.

use serde_json::Value;

use crate::harness::{Service, names_in, repository, run_in};

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn schema(of: &str) -> jsonschema::Validator {
    let run = run_in(&repository(), &["schema", of]);
    assert_eq!(run.status, 0);
    jsonschema::validator_for(&json(&run.stdout)).expect("a valid schema")
}

fn assert_valid(schema: &jsonschema::Validator, document: &Value) {
    let errors: Vec<String> =
        schema.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn findings_of_every_fixture_follow_the_schema() {
    let schema = schema("findings");
    let fixtures = repository().join("fixtures/rules");
    for rule in names_in(&fixtures) {
        assert_valid(
            &schema,
            &json(&run_in(&fixtures.join(rule).join("fires"), &["check", "--format", "json"]).stdout),
        );
    }
}

#[test]
fn routes_of_every_fixture_follow_the_schema() {
    let schema = schema("routes");
    let fixtures = repository().join("fixtures/rules");
    for rule in names_in(&fixtures) {
        for kind in ["fires", "silent"] {
            let run = run_in(&fixtures.join(&rule).join(kind), &["routes", "--format", "json"]);
            assert_valid(&schema, &json(&run.stdout));
        }
    }
}

#[test]
fn reports_of_every_fixture_follow_the_schema() {
    let schema = schema("report");
    let fixtures = repository().join("fixtures");
    let rules = names_in(&fixtures.join("rules")).into_iter().map(|rule| format!("rules/{rule}/fires"));
    let services = ["agentex", "coder", "scanopy", "tracecat", "unstract"].map(|service| format!("{service}/before"));
    for fixture in rules.chain(services) {
        let run = run_in(&fixtures.join(&fixture), &["report", "--format", "json"]);
        assert_valid(&schema, &json(&run.stdout));
    }
}

#[test]
fn a_finding_names_its_route_and_its_place() {
    let folder = repository().join("fixtures/rules/undeclared-route/fires");
    insta::assert_snapshot!(run_in(&folder, &["check", "--format", "json"]).stdout);
}

#[test]
fn a_route_names_its_guards_and_its_access() {
    let folder = repository().join("fixtures/rules/openapi-security-drift/silent");
    insta::assert_snapshot!(run_in(&folder, &["routes", "--format", "json"]).stdout);
}

#[test]
fn a_run_without_routes_prints_a_document_too() {
    let service = Service::with(&[("src/main.rs", "fn main() {}\n")]);
    let run = service.run(&["check", "--format", "json"]);
    assert_eq!(run.status, 3);
    let document = json(&run.stdout);
    assert_valid(&schema("findings"), &document);
    assert_eq!(document["findings"], Value::Array(Vec::new()));
    let routes = service.run(&["routes", "--format", "json"]);
    assert_valid(&schema("routes"), &json(&routes.stdout));
}
