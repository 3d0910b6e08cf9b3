//! The formats that other programs read: each is what its consumer expects, whatever stands in the source.

use std::fs;

use serde_json::Value;

use crate::harness::{PLAIN_POLICY, Run, Service, names_in, repository, run_in};

const FORMATS: [&str; 6] = ["terminal", "json", "sarif", "github", "gitlab", "junit"];

/// An open route under a name that tries to end every kind of text, one that is suppressed, and a layer that nobody knows.
const HOSTILE: &str = r#"use axum::{Router, routing::get};

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, app()).await.unwrap();
}

fn app() -> Router {
    Router::new()
        .route("/<b>]]>&\"'%0A,::error::x\n::warning::[y](http://z)\u{1b}[31m", get(hostile))
        .route("/settled", get(settled))
        .nest("/inner", Router::new().route("/odd", get(odd)).layer(unknown_layer()))
}

fn unknown_layer() -> Unknown {
    elsewhere::make()
}

async fn hostile() {}

async fn odd() {}

// route-role: allow(undeclared-route) -- <known> "for" 100% & long
async fn settled() {}
"#;

fn hostile() -> Service {
    Service::with(&[("src/main.rs", HOSTILE), ("route-role.yaml", PLAIN_POLICY)])
}

/// A fixture in a folder of its own, so that nothing around it can be seen.
fn fixture(name: &str) -> Service {
    let service = Service::with(&[]);
    copy(&repository().join("fixtures/rules").join(name).join("fires"), service.path());
    service
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for name in names_in(from) {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).expect("a file can be copied");
        }
    }
}

fn report(service: &Service, format: &str) -> Run {
    service.run(&["check", "--quiet", "--format", format])
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// A SARIF log without the pages of the rules and their numbers, which are tested by themselves and change with every new rule.
fn without_rules(mut log: Value) -> String {
    for result in log["runs"][0]["results"].as_array_mut().expect("results") {
        result["ruleIndex"] = Value::Null;
    }
    log["runs"][0]["tool"]["driver"]["rules"] = Value::Null;
    log["runs"][0]["tool"]["driver"]["semanticVersion"] = Value::Null;
    serde_json::to_string_pretty(&log).expect("text")
}

fn sarif_schema() -> jsonschema::Validator {
    let text = fs::read_to_string(repository().join("lint/tests/suite/data/sarif-2.1.0/sarif-schema-2.1.0.json"));
    let mut schema = json(&text.expect("the schema"));
    // The one pattern in it isn't a regular expression to every engine: it has a `]` too many.
    for of in ["run", "toolComponent"] {
        let language = schema["definitions"][of]["properties"]["language"].as_object_mut().expect("a property");
        assert!(
            language
                .remove("pattern")
                .is_some_and(|pattern| pattern.as_str().is_some_and(|text| text.ends_with("]?$")))
        );
    }
    jsonschema::validator_for(&schema).expect("a valid schema")
}

fn assert_sarif(text: &str, whose: &str) {
    let schema = sarif_schema();
    let log = json(text);
    let errors: Vec<String> =
        schema.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{whose}: {errors:#?}");
}

#[test]
fn sarif_of_every_fixture_follows_the_schema_of_oasis() {
    let fixtures = repository().join("fixtures/rules");
    for rule in names_in(&fixtures) {
        let run = run_in(&fixtures.join(&rule).join("fires"), &["check", "--format", "sarif"]);
        assert_sarif(&run.stdout, &rule);
        let log = json(&run.stdout);
        for result in log["runs"][0]["results"].as_array().expect("results") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one");
            assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
            assert!(!uri.starts_with('/') && uri.contains(&rule), "{uri}");
        }
    }
}

#[test]
fn the_schema_would_find_a_mistake() {
    let schema = sarif_schema();
    let mut log = json(&report(&hostile(), "sarif").stdout);
    assert!(schema.is_valid(&log));
    log["runs"][0]["results"][0]["level"] = Value::from("fatal");
    assert!(!schema.is_valid(&log));
}

#[test]
fn sarif_has_places_fixes_and_fingerprints() {
    let run = report(&fixture("api-key-rejected"), "sarif");
    insta::assert_snapshot!(without_rules(json(&run.stdout)));
}

#[test]
fn sarif_has_suppressions_and_keeps_hostile_text_text() {
    let run = report(&hostile(), "sarif");
    assert_sarif(&run.stdout, "hostile");
    insta::assert_snapshot!(without_rules(json(&run.stdout)));
}

#[test]
fn sarif_describes_every_rule() {
    let log = json(&report(&hostile(), "sarif").stdout);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), route_role_lint::rule::ALL.len());
    for (rule, known) in rules.iter().zip(route_role_lint::rule::ALL) {
        assert_eq!(rule["id"], known.name);
        for text in [&rule["shortDescription"]["text"], &rule["fullDescription"]["text"], &rule["help"]["markdown"]] {
            assert!(text.as_str().is_some_and(|text| text.len() > 10), "{}: {text}", known.name);
        }
    }
}

#[test]
fn a_finding_without_a_place_is_a_notification_of_sarif() {
    let service = hostile();
    service.write("src/bytes.rs", b"fn f() { \xff }");
    let run = report(&service, "sarif");
    assert_sarif(&run.stdout, "bytes");
    let log = json(&run.stdout);
    let notifications = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notifications[0]["associatedRule"]["id"], "syntax-error", "{notifications}");
    assert!(notifications[0]["message"]["text"].as_str().is_some_and(|text| text.contains("UTF-8")));
}

#[test]
fn a_fingerprint_stays_when_code_moves_and_no_two_findings_share_one() {
    let prints = |service: &Service| -> Vec<String> {
        let log = json(&report(service, "sarif").stdout);
        let results = log["runs"][0]["results"].as_array().expect("results").iter();
        results.map(|result| result["partialFingerprints"]["routeRole/v1"].to_string()).collect()
    };
    let service = hostile();
    let before = prints(&service);
    service.write("src/main.rs", format!("// Moved down.\n\n\n{HOSTILE}"));
    assert_eq!(prints(&service), before);
    assert_eq!(before.iter().collect::<std::collections::BTreeSet<_>>().len(), before.len());
    let gitlab = json(&report(&service, "gitlab").stdout);
    assert_eq!(format!("\"{}\"", gitlab[0]["fingerprint"].as_str().expect("text")), before[0]);
}

#[test]
fn annotations_of_github_are_a_line_each() {
    let run = report(&hostile(), "github");
    assert!(run.stdout.lines().all(|line| line.starts_with("::warning file=")), "{}", run.stdout);
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn annotations_of_github_end_with_a_summary_for_the_log() {
    let run = hostile().run(&["check", "--format", "github"]);
    let summary: Vec<&str> = run.stdout.lines().filter(|line| !line.starts_with("::")).collect();
    assert_eq!(summary.len(), 2, "{}", run.stdout);
}

#[test]
fn a_code_quality_report_of_gitlab_has_a_severity_and_a_place_for_every_finding() {
    insta::assert_snapshot!(report(&hostile(), "gitlab").stdout);
}

#[test]
fn junit_has_a_suite_for_each_rule() {
    let run = report(&hostile(), "junit");
    let document = roxmltree::Document::parse(&run.stdout).expect("XML");
    let name_of = |tag: &str| {
        let found = document.descendants().find(|node| node.has_tag_name(tag));
        found.and_then(|node| node.parent()?.attribute("name").map(str::to_owned))
    };
    assert!(name_of("failure").is_some_and(|name| name.contains("<b>]]>&\"'%0A,::error::x")), "{}", run.stdout);
    assert!(name_of("error").is_some_and(|name| name.contains("the layer `make`")), "{}", run.stdout);
    assert!(name_of("skipped").is_some_and(|name| name.contains("/settled")), "{}", run.stdout);
    let suites = run.stdout.split("  <testsuite ").filter(|suite| !suite.contains("name=\"every route\"/>"));
    let suites = suites.skip(1);
    insta::assert_snapshot!(suites.collect::<Vec<_>>().join("  <testsuite "));
}

#[test]
fn junit_counts_only_what_fails_the_run() {
    let failures = |arguments: &[&str]| {
        let run = hostile().run(&[&["check", "--format", "junit"], arguments].concat());
        let document = roxmltree::Document::parse(&run.stdout).expect("XML");
        let count = |name| document.root_element().attribute(name).map(str::to_owned).unwrap_or_default();
        (run.status, count("failures"), count("errors"))
    };
    let told = |status, failures: &str, errors: &str| (status, failures.to_owned(), errors.to_owned());
    assert_eq!(failures(&[]), told(1, "1", "1"));
    assert_eq!(failures(&["--deny", "error"]), told(4, "0", "1"));
    assert_eq!(failures(&["--deny", "error", "--allow-incomplete"]), told(0, "0", "0"));
    assert_eq!(failures(&["--strict"]), told(1, "2", "0"));
}

#[test]
fn rules_that_wait_for_a_policy_are_skipped_in_junit() {
    let service = Service::healthy("");
    let run = report(&service, "junit");
    assert!(run.stdout.contains("<skipped message=\"there is no policy to go by\"/>"), "{}", run.stdout);
}

#[test]
fn the_exit_status_is_the_same_in_every_format() {
    let fixtures = repository().join("fixtures/rules");
    for rule in names_in(&fixtures) {
        let folder = fixtures.join(&rule).join("fires");
        let statuses = FORMATS.map(|format| run_in(&folder, &["check", "--format", format]).status);
        assert_eq!(statuses, [statuses[0]; FORMATS.len()], "{rule}");
    }
    let empty = Service::with(&[("src/main.rs", "fn main() {}\n")]);
    for format in FORMATS {
        let run = empty.run(&["check", "--format", format]);
        assert_eq!(run.status, 3, "{format}");
    }
}

#[test]
fn paths_begin_at_the_repository() {
    let service = Service::with(&[]);
    service.write("services/api/Cargo.toml", "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    service.write("services/api/src/main.rs", HOSTILE);
    let path = |run: &Run| json(&run.stdout)[0]["location"]["path"].as_str().expect("a path").to_owned();
    let arguments = ["check", "--format", "gitlab"];
    assert_eq!(path(&service.run(&[&arguments[..], &["services/api"]].concat())), "services/api/src/main.rs");
    let inside = service.path().join("services/api");
    assert_eq!(path(&run_in(&inside, &arguments)), "src/main.rs");
    fs::create_dir(service.path().join(".git")).expect("a folder can be made");
    assert_eq!(path(&run_in(&inside, &arguments)), "services/api/src/main.rs");
}
