//! Known findings are held back, new ones are not.

use std::fs;

use serde_json::Value;

use crate::harness::Service;

/// Two open routes.
const OPEN: &str = r#"use axum::{Router, routing::get};

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, app()).await.unwrap();
}

fn app() -> Router {
    Router::new().route("/a", get(a)).route("/b", get(b))
}

async fn a() {}

async fn b() {}
"#;

fn service() -> Service {
    Service::with(&[("src/main.rs", OPEN), ("route-role.yaml", crate::harness::PLAIN_POLICY)])
}

fn baseline_of(service: &Service) -> String {
    fs::read_to_string(service.path().join("route-role-baseline.json")).expect("a baseline")
}

#[test]
fn what_is_recorded_is_held_back() {
    let service = service();
    assert_eq!(service.run(&["check"]).status, 1);
    let written = service.run(&["check", "--write-baseline"]);
    assert_eq!(
        (written.status, written.stderr.as_str()),
        (0, "wrote 2 findings to `route-role-baseline.json`\n"),
        "{}",
        written.stdout
    );
    insta::assert_snapshot!(baseline_of(&service));
    let run = service.run(&["check", "--baseline", "route-role-baseline.json"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("no findings (2 in the baseline)\n"), "{}", run.stdout);
}

#[test]
fn a_finding_is_known_wherever_its_code_moves() {
    let service = service();
    service.run(&["check", "--write-baseline"]);
    service.write("src/main.rs", format!("// Moved down.\n\n{}", OPEN.replace("async fn b", "\n\nasync fn b")));
    assert_eq!(service.run(&["check", "--baseline", "route-role-baseline.json"]).status, 0);
}

#[test]
fn only_new_findings_are_shown_and_count() {
    let service = service();
    service.run(&["check", "--write-baseline"]);
    service.write("src/main.rs", OPEN.replace(".route(\"/b\"", ".route(\"/c\", get(b)).route(\"/b\""));
    let run = service.run(&["check", "--baseline", "route-role-baseline.json"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("`GET /c` is open"), "{}", run.stdout);
    assert!(!run.stdout.contains("`GET /a` is open"), "{}", run.stdout);
    assert!(run.stdout.contains("1 warning (2 in the baseline)"), "{}", run.stdout);
    let json = service.run(&["check", "--baseline", "route-role-baseline.json", "--format", "json"]);
    let document: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(document["known"], 2);
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_entry_that_nothing_matches_is_a_note_until_it_is_written_anew() {
    let service = service();
    service.run(&["check", "--write-baseline"]);
    service.write("src/main.rs", OPEN.replace(".route(\"/b\", get(b))", ""));
    let run = service.run(&["check", "--baseline", "route-role-baseline.json"]);
    assert_eq!(run.status, 0);
    assert_eq!(
        run.stderr,
        "note: nothing matches 1 entry of `route-role-baseline.json` any more: undeclared-route on `GET /b`; `--write-baseline` takes them out\n"
    );
    assert_eq!(service.run(&["check", "--baseline", "route-role-baseline.json", "--quiet"]).stderr, "");
    let json = service.run(&["check", "--baseline", "route-role-baseline.json", "--format", "json"]);
    let document: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(document["stale"][0]["route"], "GET /b");
    let schema = service.run(&["schema", "findings"]);
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema.stdout).expect("JSON")).expect("a schema");
    assert!(schema.is_valid(&document), "{}", json.stdout);
    service.run(&["check", "--write-baseline"]);
    assert_eq!(service.run(&["check", "--baseline", "route-role-baseline.json"]).stderr, "");
}

#[test]
fn entries_of_a_rule_that_is_off_are_not_stale() {
    let service = service();
    service.run(&["check", "--write-baseline"]);
    service.write("route-role.yaml", format!("{}rules: {{ undeclared-route: off }}\n", crate::harness::PLAIN_POLICY));
    let run = service.run(&["check", "--baseline", "route-role-baseline.json"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn a_baseline_may_have_another_name() {
    let service = service();
    let run = service.run(&["check", "--write-baseline", "--baseline", "known.json"]);
    assert_eq!(run.stderr, "wrote 2 findings to `known.json`\n");
    assert_eq!(service.run(&["check", "--baseline", "known.json"]).status, 0);
}

#[test]
fn a_baseline_that_cannot_be_used_ends_with_2_and_its_place() {
    let service = service();
    service.write("broken.json", "{\n  \"version\": 1,\n  \"findings\": [ { \"rule\": 1 } ]\n}\n");
    service.write("newer.json", "{ \"version\": 7, \"findings\": [] }\n");
    service.write("binary.json", b"\xff\xfe");
    for (file, said) in [
        ("broken.json", "`broken.json` can't be used: line 3, column 27: invalid type: integer `1`"),
        ("newer.json", "`newer.json` can't be used: version 7 of the format is unknown"),
        ("binary.json", "`binary.json` can't be read"),
        ("nowhere.json", "there is no baseline at `nowhere.json`; `--write-baseline` writes one"),
    ] {
        let run = service.run(&["check", "--baseline", file]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{file}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn nothing_is_recorded_of_a_run_that_saw_no_routes_or_half_a_policy() {
    let service = service();
    service.write("src/main.rs", "fn main() {}\n");
    assert_eq!(service.run(&["check", "--write-baseline"]).status, 3);
    service.write("src/main.rs", OPEN);
    service.write("route-role.yaml", "version: 1\nrolse: {}\n");
    assert_eq!(service.run(&["check", "--write-baseline"]).status, 2);
    assert!(!service.path().join("route-role-baseline.json").exists());
}

#[test]
fn a_mistake_in_the_policy_is_never_known() {
    let service = service();
    service.run(&["check", "--write-baseline"]);
    service.write("route-role.yaml", "version: 1\nrolse: {}\n");
    let run = service.run(&["check", "--baseline", "route-role-baseline.json"]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("error[invalid-policy]"), "{}", run.stdout);
}
