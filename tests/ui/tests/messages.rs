//! Every message of the attribute and of the routing functions, as the compiler shows it.
//!
//! The cases are compiled in a generated package far from here, so the policy file is named in the environment. A test
//! can't change its own, so each calls itself again with the variable set.

use std::env;
use std::path::Path;
use std::process::Command;

const VARIABLE: &str = "ROUTE_ROLE_POLICY";
const ALREADY_CALLED: &str = "ROUTE_ROLE_UI_TEST";

/// Compiles the cases with a policy of this package; without one if `policy` is `None`.
fn compile_cases(test: &str, policy: Option<&str>, cases: &str) {
    if env::var_os(ALREADY_CALLED).is_some() {
        trybuild::TestCases::new().compile_fail(cases);
        return;
    }
    let executable = env::current_exe().expect("a test is a program");
    let mut command = Command::new(executable);
    command.args(["--exact", test, "--nocapture"]).env(ALREADY_CALLED, "1");
    match policy {
        Some(policy) => command.env(VARIABLE, Path::new(env!("CARGO_MANIFEST_DIR")).join(policy)),
        None => command.env_remove(VARIABLE),
    };
    let status = command.status().expect("a test can be run again");
    assert!(status.success(), "the messages differ: see above");
}

#[test]
fn mistakes_in_attributes_and_routes() {
    compile_cases("mistakes_in_attributes_and_routes", Some("policies/valid.yaml"), "cases/fail/*.rs");
}

#[test]
fn no_policy_file() {
    compile_cases("no_policy_file", None, "cases/no_policy/*.rs");
}

#[test]
fn a_policy_file_that_is_not_there() {
    compile_cases("a_policy_file_that_is_not_there", Some("policies/none.yaml"), "cases/missing_policy/*.rs");
}

#[test]
fn a_policy_file_with_mistakes() {
    compile_cases("a_policy_file_with_mistakes", Some("policies/invalid.yaml"), "cases/invalid_policy/*.rs");
}

#[test]
fn a_policy_file_that_is_no_text() {
    compile_cases("a_policy_file_that_is_no_text", Some("policies/latin.yaml"), "cases/unreadable_policy/*.rs");
}
