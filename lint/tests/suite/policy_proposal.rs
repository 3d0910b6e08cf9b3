//! What `init` writes.

use std::fs;

use route_role_policy::file::{NoConstants, load};

use crate::harness::{PLAIN_POLICY, Service, names_in, repository, run_in};

#[test]
fn the_proposal_for_every_fixture_is_a_valid_policy() {
    let fixtures = repository().join("fixtures/rules");
    for rule in names_in(&fixtures) {
        let run = run_in(&fixtures.join(&rule).join("fires"), &["init", "--stdout"]);
        assert_eq!(run.status, 0, "{rule}: {}", run.stderr);
        assert_eq!(load(&run.stdout, &mut NoConstants).problems, [], "{rule}:\n{}", run.stdout);
    }
}

#[test]
fn the_proposal_lists_guards_by_frequency_and_open_routes() {
    let folder = repository().join("fixtures/rules/unmapped-guard/fires");
    insta::assert_snapshot!(run_in(&folder, &["init", "--stdout"]).stdout);
}

#[test]
fn uncommenting_a_proposed_guard_gives_a_valid_policy() {
    let folder = repository().join("fixtures/rules/unmapped-guard/fires");
    let proposal = run_in(&folder, &["init", "--stdout"]).stdout;
    let mut chosen: Vec<String> = Vec::new();
    for line in proposal.lines() {
        match line {
            "guards: []" => chosen.push("guards:".to_owned()),
            line if line.starts_with("#  - match:") || line.starts_with("#    role:") => {
                chosen.push(line.replacen('#', "", 1))
            }
            line => chosen.push(line.to_owned()),
        }
    }
    let text = chosen.join("\n") + "\n";
    let loaded = load(&text, &mut NoConstants);
    assert_eq!(loaded.problems, [], "{text}");
    assert!(!loaded.policy.guards.is_empty(), "{text}");
}

#[test]
fn a_policy_that_is_there_is_not_overwritten() {
    let service = Service::healthy("");
    service.write("route-role.yaml", PLAIN_POLICY);
    let run = service.run(&["init"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("exists already"), "{}", run.stderr);
    let policy = || fs::read_to_string(service.path().join("route-role.yaml")).expect("the policy");
    assert_eq!(policy(), PLAIN_POLICY);
    assert_eq!(service.run(&["init", "--force"]).status, 0);
    assert_ne!(policy(), PLAIN_POLICY);
}

#[test]
fn the_policy_is_written_into_the_folder_that_is_read() {
    let service = Service::healthy("");
    let run = run_in(&repository(), &["init", service.path().to_str().expect("a UTF-8 path")]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert!(service.path().join("route-role.yaml").is_file());
    assert_eq!(service.run(&["check"]).status, 0);
}

#[test]
fn a_folder_that_does_not_exist_is_an_error() {
    let run = run_in(&repository(), &["init", "no/such/folder"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
}
