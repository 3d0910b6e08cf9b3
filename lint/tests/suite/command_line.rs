//! Commands, options and exit statuses.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::harness::{HEALTHY, PLAIN_POLICY, Service, command, repository, run_in};

const OPEN_ROUTE: &str = "use axum::{Router, routing::get};\n\n#[tokio::main]\nasync fn main() {\n    let listener = tokio::net::TcpListener::bind(\"127.0.0.1:1\").await.unwrap();\n    axum::serve(listener, Router::new().route(\"/open\", get(open))).await.unwrap();\n}\n\nasync fn open() {}\n";

#[test]
fn a_clean_service_ends_with_0() {
    let service = Service::healthy("");
    service.write("route-role.yaml", PLAIN_POLICY);
    let run = service.run(&["check"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.starts_with("no findings\n1 route in 1 program"), "{}", run.stdout);
}

#[test]
fn findings_end_with_1_and_exit_zero_hides_that() {
    let service = Service::with(&[("src/main.rs", OPEN_ROUTE)]);
    assert_eq!(service.run(&["check"]).status, 1);
    assert_eq!(service.run(&["check", "--exit-zero"]).status, 0);
    assert_eq!(service.run(&["check", "--format", "json"]).status, 1);
}

#[test]
fn the_denied_level_decides_what_fails() {
    let service = Service::with(&[("src/main.rs", OPEN_ROUTE)]);
    assert_eq!(service.run(&["check", "--deny", "error"]).status, 0);
    assert_eq!(service.run(&["check", "--deny", "warning"]).status, 1);
    service.write("route-role.yaml", format!("{PLAIN_POLICY}rules: {{ undeclared-route: note }}\n"));
    assert_eq!(service.run(&["check"]).status, 0);
    assert_eq!(service.run(&["check", "--deny", "note"]).status, 1);
    service.write("route-role.yaml", format!("{PLAIN_POLICY}rules: {{ undeclared-route: deny }}\n"));
    assert_eq!(service.run(&["check", "--deny", "error"]).status, 1);
    service.write("route-role.yaml", format!("{PLAIN_POLICY}rules: {{ undeclared-route: off }}\n"));
    assert_eq!(service.run(&["check", "--deny", "note"]).status, 0);
}

#[test]
fn incomplete_coverage_ends_with_4_unless_it_is_accepted() {
    let service = Service::healthy("mod broken;\n");
    service.write("src/broken.rs", "use axum::Router;\npub fn f( -> Router { Router::new() }\n");
    service.write("route-role.yaml", PLAIN_POLICY);
    let run = service.run(&["check"]);
    assert_eq!(run.status, 4, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("[syntax-error]"), "{}", run.stdout);
    assert_eq!(service.run(&["check", "--allow-incomplete"]).status, 0);
    assert_eq!(service.run(&["check", "--exit-zero"]).status, 0);
    assert_eq!(service.run(&["check", "--strict", "--allow-incomplete"]).status, 1);
    assert_eq!(service.run(&["routes"]).status, 4);
    assert_eq!(service.run(&["routes", "--allow-incomplete"]).status, 0);
}

#[test]
fn a_folder_without_routes_ends_with_3() {
    let service = Service::with(&[("src/main.rs", "fn main() {}\n")]);
    for command in ["check", "routes"] {
        let run = service.run(&[command]);
        assert_eq!(run.status, 3, "{command}");
        assert!(run.stderr.contains("no routes were found"), "{}", run.stderr);
        assert_eq!(service.run(&[command, "--exit-zero"]).status, 3, "{command}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let service = Service::healthy("");
    for arguments in [
        &["chek"][..],
        &["check", "--format", "xml"],
        &["check", "--threads", "0"],
        &["explain", "no-such-rule"],
        &["check", "nowhere"],
        &["check", "--policy", "nowhere.yaml"],
    ] {
        let run = service.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert!(run.stderr.starts_with("error: "), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn findings_go_to_the_standard_output_and_remarks_to_the_standard_error() {
    let service = Service::with(&[("src/main.rs", OPEN_ROUTE)]);
    let run = service.run(&["check"]);
    assert!(run.stdout.contains("warning[undeclared-route]"), "{}", run.stdout);
    assert!(run.stderr.starts_with("note: there is no policy"), "{}", run.stderr);
    let quiet = service.run(&["check", "--quiet"]);
    assert_eq!(quiet.stderr, "");
    assert!(!quiet.stdout.contains("1 route in"), "{}", quiet.stdout);
    assert!(quiet.stdout.contains("warning[undeclared-route]"), "{}", quiet.stdout);
}

#[test]
fn output_is_coloured_only_when_asked_for() {
    let service = Service::with(&[("src/main.rs", OPEN_ROUTE)]);
    assert!(!service.run(&["check"]).stdout.contains('\u{1b}'));
    assert!(service.run(&["check", "--color", "always"]).stdout.contains('\u{1b}'));
}

#[test]
fn the_policy_is_found_upward_and_shown_relative_to_the_root() {
    let service = Service::healthy("");
    service.write("route-role.yaml", "version: 1\nrolse: {}\n");
    let run = service.run(&["check", "src"]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("../route-role.yaml:2:1"), "{}", run.stdout);
}

#[test]
fn an_error_in_the_policy_ends_with_2_and_the_rest_is_linted() {
    let service = Service::with(&[("src/main.rs", OPEN_ROUTE)]);
    service.write("route-role.yaml", "version: 1\nrolse: {}\n");
    let run = service.run(&["check"]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("error[invalid-policy]"), "{}", run.stdout);
    assert!(run.stdout.contains("warning[undeclared-route]"), "{}", run.stdout);
    assert_eq!(service.run(&["check", "--exit-zero"]).status, 2);
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let mut child =
        command().args(["explain"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    // Closed before anything is read.
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_ends_with_2() {
    for arguments in [
        &["explain"][..],
        &["check"],
        &["routes"],
        &["schema", "routes"],
        &["completions", "bash"],
        &["init", "--stdout"],
    ] {
        let service = Service::healthy("");
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let output =
            command().args(arguments).current_dir(service.path()).stdout(full).output().expect("the binary runs");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains("error: the output can't be written"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_rule_is_explained_and_a_misspelt_one_is_guessed() {
    let run = run_in(&repository(), &["explain", "api-key-rejected"]);
    assert!(run.stdout.starts_with("# api-key-rejected\n"), "{}", run.stdout);
    let run = run_in(&repository(), &["explain", "api-key-rejcted"]);
    assert_eq!(run.stderr, "error: there is no rule `api-key-rejcted`; did you mean `api-key-rejected`?\n");
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = run_in(&repository(), &["completions", shell]);
        assert_eq!(run.status, 0, "{shell}");
        assert!(run.stdout.contains("allow-incomplete"), "{shell}");
    }
}

#[test]
fn a_single_file_can_be_linted() {
    let service = Service::with(&[("src/main.rs", HEALTHY)]);
    let run = service.run(&["routes", "src/main.rs", "--format", "csv"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains(",GET,/health,"), "{}", run.stdout);
}

#[test]
fn the_table_lists_every_route_on_a_line() {
    let folder = repository().join("fixtures/rules/sibling-mismatch/fires");
    let run = run_in(&folder, &["routes"]);
    insta::assert_snapshot!(format!("{}{}", run.stdout, run.stderr));
}

#[test]
fn help_names_the_exit_statuses() {
    let run = run_in(&repository(), &["--help"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("Exit status:"), "{}", run.stdout);
}
