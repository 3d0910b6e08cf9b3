//! Every rule over every fixture: what must be found is found, and nothing else is.

use std::path::Path;

use serde_json::Value;

use crate::harness::{names_in, repository, run_in};

fn each_fixture(visit: impl Fn(&str, &str, &Path)) {
    let fixtures = repository().join("fixtures/rules");
    for rule in names_in(&fixtures) {
        for kind in names_in(&fixtures.join(&rule)) {
            visit(&rule, &kind, &fixtures.join(&rule).join(&kind));
        }
    }
}

fn rules_that_fired(folder: &Path) -> Vec<String> {
    let run = run_in(folder, &["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = document["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
}

#[test]
fn the_output_is_as_recorded() {
    each_fixture(|rule, kind, folder| {
        let run = run_in(folder, &["check"]);
        let text = format!("{}{}status {}\n", run.stdout, run.stderr, run.status);
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("{rule}-{kind}"), text);
        });
    });
}

#[test]
fn each_rule_fires_on_its_fixture() {
    each_fixture(|rule, kind, folder| {
        if kind == "fires" {
            let fired = rules_that_fired(folder);
            assert!(fired.iter().any(|name| name == rule), "{rule}: {fired:?}");
        }
    });
}

#[test]
fn no_rule_fires_on_a_silent_twin() {
    each_fixture(|rule, kind, folder| {
        if kind == "silent" {
            let fired = rules_that_fired(folder);
            // What the neighbours of the twin say is in the snapshots.
            assert!(!fired.iter().any(|name| name == rule), "{rule}: {fired:?}");
        }
    });
}
