//! What other programs run: the action, the hook, and the commands that the guide to pipelines shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::Parser;
use route_role_lint::cli::Cli;
use serde::Deserialize;

use crate::harness::{PLAIN_POLICY, Service, repository};

#[derive(Deserialize)]
struct Action {
    inputs: BTreeMap<String, Input>,
    runs: Runs,
}

#[derive(Deserialize)]
struct Input {
    default: String,
}

#[derive(Deserialize)]
struct Runs {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    name: String,
    #[serde(default)]
    run: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Hook {
    id: String,
    entry: String,
    files: String,
}

fn action() -> Action {
    let text = fs::read_to_string(repository().join("action.yml")).expect("the action");
    serde_yaml::from_str(&text).expect("an action")
}

fn open_service() -> Service {
    let service = Service::with(&[("route-role.yaml", PLAIN_POLICY)]);
    let open = "use axum::{Router, routing::get};\n\n#[tokio::main]\nasync fn main() {\n    let listener = tokio::net::TcpListener::bind(\"127.0.0.1:1\").await.unwrap();\n    axum::serve(listener, Router::new().route(\"/open\", get(open))).await.unwrap();\n}\n\nasync fn open() {}\n";
    service.write("src/main.rs", open);
    service
}

/// Runs the step of the action that checks, as GitHub does. The answer is what was printed, and the step's outputs.
fn check_step(service: &Service, paths: &str, arguments: &str) -> (String, BTreeMap<String, String>) {
    let step = action().runs.steps.into_iter().find(|step| step.name == "Check").expect("the step");
    let binary = Path::new(env!("CARGO_BIN_EXE_route-role")).parent().expect("a folder");
    let search = std::env::var_os("PATH").unwrap_or_default();
    let search = std::env::join_paths(std::iter::once(binary.to_owned()).chain(std::env::split_paths(&search)));
    let (temporary, outputs) = (service.path().join("temporary"), service.path().join("outputs"));
    fs::create_dir_all(&temporary).expect("a folder can be made");
    fs::write(&outputs, "").expect("a file can be written");
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.run])
        .current_dir(service.path())
        .env("PATH", search.expect("a search path"))
        .env("RUNNER_TEMP", &temporary)
        .env("GITHUB_OUTPUT", &outputs)
        .env("PATHS", paths)
        .env("ARGUMENTS", arguments)
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = fs::read_to_string(outputs).expect("the outputs");
    let told =
        told.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned()));
    (String::from_utf8(output.stdout).expect("UTF-8"), told.collect())
}

#[test]
fn the_action_annotates_and_hands_on_its_status_and_a_report() {
    let service = open_service();
    let (printed, told) = check_step(&service, ".", "");
    assert!(printed.starts_with("::warning file=src/main.rs,line=9,"), "{printed}");
    assert_eq!(told["status"], "1");
    assert!(fs::read_to_string(&told["sarif"]).expect("a report").contains("undeclared-route"));
}

#[test]
fn the_action_takes_paths_and_arguments_a_line_each() {
    let service = open_service();
    let (_, told) = check_step(&service, "src\nsrc/main.rs\n", "--policy\nroute-role.yaml\n--deny\nerror");
    assert_eq!(told["status"], "0");
    // Nothing in a path is run, or taken for an option.
    let (printed, told) = check_step(&service, "$(touch evil)\n--fix", "");
    assert_eq!((printed.as_str(), told["status"].as_str(), told.get("sarif")), ("", "2", None));
    assert!(!service.path().join("evil").exists());
}

#[test]
fn no_script_of_the_action_has_values_pasted_into_it() {
    let action = action();
    for step in &action.runs.steps {
        assert!(!step.run.contains("${{"), "{}: an expression in a script runs whatever it evaluates to", step.name);
        assert!(step.env.values().all(|value| value.starts_with("${{")), "{}", step.name);
    }
    for off in ["upload-sarif", "comment"] {
        assert_eq!(action.inputs[off].default, "false", "{off} needs permissions that not every workflow has");
    }
}

#[test]
fn the_hook_runs_a_command_that_exists() {
    let text = fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).expect("the hooks");
    let hooks: Vec<Hook> = serde_yaml::from_str(&text).expect("hooks");
    let [hook] = hooks.as_slice() else { panic!("one hook") };
    assert_eq!((hook.id.as_str(), hook.files.contains("route-role")), ("route-role", true));
    let arguments: Vec<&str> = hook.entry.split(' ').skip(1).collect();
    assert_eq!(open_service().run(&arguments).status, 1);
}

#[test]
fn every_command_of_the_guide_to_pipelines_is_understood() {
    let page = fs::read_to_string(repository().join("docs/how-to/ci.md")).expect("the page");
    let commands: Vec<&str> = page
        .split("route-role check ")
        .skip(1)
        .filter_map(|rest| rest.split(['`', '\'', '\n']).next())
        .filter(|arguments| arguments.starts_with("--"))
        .collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for arguments in commands {
        let all = ["route-role", "check"].into_iter().chain(arguments.split_whitespace());
        assert!(Cli::try_parse_from(all).is_ok(), "{arguments}");
    }
}

#[test]
fn manual_pages_are_there_for_the_program_and_its_commands() {
    let service = Service::with(&[]);
    let page = service.run(&["man"]);
    assert_eq!((page.status, page.stderr.as_str()), (0, ""));
    assert!(page.stdout.contains(".TH route-role 1") && page.stdout.contains("Exit status"), "{}", page.stdout);
    let page = service.run(&["man", "check"]);
    assert!(page.stdout.contains(".TH route-role-check 1") && page.stdout.contains("stdin"), "{}", page.stdout);
    let unknown = service.run(&["man", "chekc"]);
    assert_eq!(unknown.status, 2);
    assert_eq!(unknown.stderr, "error: there is no command `chekc`; `route-role help` lists the commands\n");
}
