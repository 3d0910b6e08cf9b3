//! Rules, their pages, their fixtures and the documentation belong together: none can be forgotten.

use std::collections::BTreeSet;
use std::fs;

use route_role_lint::reference;
use route_role_lint::rule::engine::page::HEADINGS;
use route_role_lint::rule::{self, ALL};

use crate::harness::{names_in, repository};

fn registered() -> Vec<String> {
    ALL.iter().map(|rule| rule.name.to_owned()).collect()
}

#[test]
fn every_file_of_the_rule_folder_is_a_registered_rule() {
    let folder = repository().join("lint/src/rule");
    let rules: Vec<String> = names_in(&folder)
        .iter()
        .filter_map(|name| name.strip_suffix(".rs"))
        .filter(|name| *name != "mod")
        .map(|name| name.replace('_', "-"))
        .collect();
    assert_eq!(rules, registered());
}

#[test]
fn the_registry_is_sorted_and_finds_rules_by_name() {
    assert!(registered().is_sorted());
    for expected in ALL {
        assert_eq!(rule::by_name(expected.name).map(|found| found.name), Some(expected.name));
    }
}

#[test]
fn every_rule_has_a_fixture_that_fires_and_one_that_stays_silent() {
    let fixtures = repository().join("fixtures/rules");
    assert_eq!(names_in(&fixtures), registered());
    for rule in ALL {
        assert_eq!(names_in(&fixtures.join(rule.name)), ["fires", "silent"], "{}", rule.name);
    }
}

#[test]
fn every_rule_has_a_page_in_the_documentation() {
    let pages: Vec<String> = names_in(&repository().join("docs/rules"))
        .iter()
        .filter_map(|name| name.strip_suffix(".md"))
        .filter(|name| *name != "README")
        .map(str::to_owned)
        .collect();
    assert_eq!(pages, registered());
}

#[test]
fn every_page_has_the_same_headings_and_shows_how_to_suppress_its_rule() {
    for rule in ALL {
        let page = rule.page();
        assert_eq!(page.headings(), HEADINGS, "{}", rule.name);
        assert!(!page.summary.is_empty(), "{}", rule.name);
        assert!(page.body.contains(&format!("allow({})", rule.name)), "{}", rule.name);
    }
}

#[test]
fn a_page_belongs_to_the_file_of_its_rule() {
    for rule in ALL {
        let file = repository().join(format!("lint/src/rule/{}.rs", rule.name.replace('-', "_")));
        assert_eq!(fs::read_to_string(file).expect("the rule's file"), rule.source, "{}", rule.name);
    }
}

#[test]
fn rule_names_are_different() {
    assert_eq!(registered().into_iter().collect::<BTreeSet<_>>().len(), ALL.len());
}

#[test]
fn the_table_of_frameworks_is_current() {
    let found = fs::read_to_string(repository().join("README.md")).expect("the README");
    let current = reference::frameworks::readme(&repository()).expect("a place for the table, and its proofs");
    assert!(found == current, "README.md is stale: run `cargo run -p route-role-lint --example generate-docs`");
}

#[test]
fn the_generated_documentation_is_current() {
    for (path, text) in reference::files() {
        let found = fs::read_to_string(repository().join("docs").join(&path)).unwrap_or_default();
        assert!(found == text, "docs/{path} is stale: run `cargo run -p route-role-lint --example generate-docs`");
    }
}
