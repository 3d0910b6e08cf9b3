//! The same input gives the same bytes.

use crate::harness::{names_in, repository, run_in};

#[test]
fn the_number_of_threads_changes_nothing() {
    let fixtures = repository().join("fixtures/rules");
    for rule in names_in(&fixtures) {
        let folder = fixtures.join(&rule).join("fires");
        for command in
            [&["check"][..], &["check", "--format", "json"], &["routes", "--format", "json"], &["init", "--stdout"]]
        {
            let on = |threads: &'static str| {
                let mut arguments = command.to_vec();
                if command[0] != "init" {
                    arguments.extend(["--threads", threads]);
                }
                let run = run_in(&folder, &arguments);
                (run.status, run.stdout, run.stderr)
            };
            assert_eq!(on("1"), on("2"), "{rule}: {command:?}");
        }
    }
}

#[test]
fn the_place_of_the_tree_and_of_the_caller_changes_nothing() {
    let folder = repository().join("fixtures/rules/api-key-rejected/fires");
    let inside = run_in(&folder, &["check"]);
    let outside = run_in(&repository(), &["check", "fixtures/rules/api-key-rejected/fires"]);
    assert_eq!(inside.stdout, outside.stdout);
}
