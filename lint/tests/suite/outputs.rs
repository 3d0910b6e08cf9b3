//! Several reports of one run.

use std::fs;

use crate::harness::{PLAIN_POLICY, Service, run_in};

const OPEN: &str = r#"use axum::{Router, routing::get};

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, Router::new().route("/open", get(open))).await.unwrap();
}

async fn open() {}
"#;

fn service() -> Service {
    Service::with(&[("src/main.rs", OPEN), ("route-role.yaml", PLAIN_POLICY)])
}

#[test]
fn every_output_says_what_it_says_alone() {
    let service = service();
    let run = service.run(&["check", "--output", "sarif=out.sarif", "--output", "github", "--output", "junit=out.xml"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let written = |name: &str| fs::read_to_string(service.path().join(name)).expect("a file");
    assert_eq!(run.stdout, service.run(&["check", "--format", "github"]).stdout);
    assert_eq!(written("out.sarif"), service.run(&["check", "--format", "sarif"]).stdout);
    assert_eq!(written("out.xml"), service.run(&["check", "--format", "junit"]).stdout);
}

#[test]
fn with_files_only_nothing_is_printed() {
    let service = service();
    let run = service.run(&["check", "--output", "json=out.json"]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (1, "", ""));
}

#[test]
fn text_in_a_file_has_no_colour() {
    let service = service();
    service.run(&["check", "--color", "always", "--output", "terminal=out.txt"]);
    let text = fs::read_to_string(service.path().join("out.txt")).expect("a file");
    assert!(text.contains("GET /open") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn what_cannot_be_written_is_said_and_the_rest_is_still_reported() {
    let service = service();
    let run = service.run(&[
        "check",
        "--exit-zero",
        "--output",
        "sarif=missing/out.sarif",
        "--output",
        "junit=out.xml",
        "--output",
        "terminal",
    ]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.starts_with("error: `missing/out.sarif` can't be written: "), "{}", run.stderr);
    assert!(run.stdout.contains("`GET /open` is open"), "{}", run.stdout);
    assert!(service.path().join("out.xml").is_file());
}

#[test]
fn outputs_in_each_others_way_are_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let message = |arguments: &[&str]| {
        let run = run_in(folder.path(), &[&["check", "does-not-exist"], arguments].concat());
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        run.stderr
    };
    assert_eq!(
        message(&["--output", "github", "--output", "sarif"]),
        "error: sarif can't be printed together with another format; write it to a file, `--output sarif=FILE`\n"
    );
    assert_eq!(
        message(&["--output", "json=a", "--output", "sarif=a"]),
        "error: two outputs go to `a`; give each a file of its own\n"
    );
    assert!(message(&["--output", "xml"]).contains("the formats are terminal, json, sarif, github, gitlab, junit"));
    assert!(message(&["--output", "sarif="]).contains("there is no file behind the `=`"));
    assert!(message(&["--output", "sarif", "--format", "json"]).contains("cannot be used with"));
}
