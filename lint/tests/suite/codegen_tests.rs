//! Generated tests of services.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::harness::{PLAIN_POLICY, Service, repository, run_in};

/// What is generated and committed; the tests among it run with the workspace.
const COMMITTED: [(&str, &str, &str); 4] = [
    ("tests/strict", "rust", "src/words.rs"),
    ("examples/quickstart", "tests", "tests/matrix/generated.rs"),
    ("fixtures/scanopy/after", "tests", "tests/matrix/generated.rs"),
    ("fixtures/tracecat/after", "tests", "tests/matrix/generated.rs"),
];

#[test]
fn committed_files_are_what_would_be_generated() {
    for (folder, target, file) in COMMITTED {
        let run = run_in(&repository().join(folder), &["codegen", target, "--output", file, "--check"]);
        assert_eq!(run.status, 0, "{folder}: {}", run.stderr);
    }
}

#[test]
fn the_matrix_of_the_quickstart_can_be_read() {
    let run = run_in(&repository().join("examples/quickstart"), &["codegen", "tests"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run.stdout);
}

const SEVERAL: &str = r##"use axum::{Router, routing::{any, get}};
use route_role::route_role;

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/any \"quoted\"", any(list))
        .route("/drafts", get(drafts))
        .route("/forgotten", get(forgotten));
    #[cfg(feature = "extra")]
    let app = app.route("/extra", get(list));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}

#[route_role(User)]
async fn list() {}

async fn forgotten() {}

async fn drafts(_session: Session) {}

struct Session;

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Session {
    type Rejection = axum::http::StatusCode;

    async fn from_request_parts(_: &mut axum::http::request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        Err(axum::http::StatusCode::FORBIDDEN)
    }
}
"##;

#[test]
fn nothing_is_expected_of_routes_of_which_too_little_is_known() {
    let service = Service::with(&[("src/main.rs", SEVERAL), ("route-role.yaml", PLAIN_POLICY)]);
    let run = service.run(&["codegen", "tests"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let matrix = run.stdout.split("// Nobody asks").nth(1).expect("routes that are left out");
    insta::assert_snapshot!(format!("// Nobody asks{matrix}\n{}", run.stderr));
}

#[test]
fn one_of_several_programs_has_to_be_named() {
    let other = SEVERAL.replace("/forgotten", "/elsewhere");
    let service =
        Service::with(&[("src/main.rs", SEVERAL), ("src/bin/other.rs", &other), ("route-role.yaml", PLAIN_POLICY)]);
    let run = service.run(&["codegen", "tests"]);
    assert_eq!(run.status, 2);
    assert_eq!(
        run.stderr,
        "error: there are several programs; say with `--program` which is meant: `other` or `service`\n"
    );
    let run = service.run(&["codegen", "tests", "--program", "other", "--quiet"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("GET /elsewhere") && !run.stdout.contains("GET /forgotten"), "{}", run.stdout);
}

#[test]
fn the_lock_is_found_from_the_manifest_of_the_package_that_is_tested() {
    let service = Service::with(&[]);
    for (path, text) in [
        ("Cargo.toml", "[workspace]\nmembers = [\"app\"]\n"),
        ("route-role.yaml", PLAIN_POLICY),
        ("app/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
        ("app/src/main.rs", SEVERAL),
    ] {
        service.write(path, text);
    }
    fs::create_dir_all(service.path().join("app/tests/matrix")).expect("a folder");
    let arguments = ["codegen", "tests", "app", "--quiet", "--output", "app/tests/matrix/generated.rs"];
    assert_eq!(service.run(&arguments).status, 0);
    let text = fs::read_to_string(service.path().join("app/tests/matrix/generated.rs")).expect("the tests");
    assert!(text.contains(r#"concat!(env!("CARGO_MANIFEST_DIR"), "/../route-role.lock")"#), "{text}");
    // From the inside it is the same text.
    let inside = run_in(&service.path().join("app"), &["codegen", "tests", "--quiet"]);
    assert_eq!(inside.stdout, text);
}

#[test]
fn without_a_known_route_there_are_no_tests() {
    let source = SEVERAL.replace(".route(\"/any \\\"quoted\\\"\", any(list))", "");
    let source = source.replace("#[cfg(feature = \"extra\")]\n    let app = app.route(\"/extra\", get(list));", "");
    let service = Service::with(&[("src/main.rs", &source), ("route-role.yaml", PLAIN_POLICY)]);
    let run = service.run(&["codegen", "tests"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.stderr, "error: there is no route of which it is known who may call it\n");
}

#[test]
fn hostile_names_stay_text_in_tests() {
    let policy = r#"version: 1
levels: { "w*/\n": {} }
tiers: { "l\"": ["hi\\gh"] }
principals: ["full user", "user*/", matrix]
features: ["a`b"]
roles:
  Odd: { accepts: ["full user", user], level: "w*/\n", tier: "hi\\gh", features: ["a`b"] }
scopes: ["it's\"*/", "$x"]
"#;
    let source = SEVERAL
        .replace("#[route_role(User)]", r##"#[route_role(Odd, scopes = ["it's\"*/", "$x"])]"##)
        .replace("/forgotten", "/*/{id}\\\"");
    let service = Service::with(&[("src/main.rs", &source), ("route-role.yaml", policy)]);
    let run = service.run(&["codegen", "tests", "--output", "generated.rs"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let text = fs::read_to_string(service.path().join("generated.rs")).expect("the tests");
    let items = syn::parse_file(&text).expect("Rust").items;
    let names: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Const(constant) => Some(constant.ident.to_string()),
            _ => None,
        })
        .collect();
    // Seven kinds with nothing, and all but one of them with everything.
    assert_eq!(names.len(), 13, "{names:?}\n{text}");
    insta::assert_snapshot!(text);
    let output = Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "generated.rs"])
        .current_dir(service.path())
        .output()
        .expect("rustfmt is there wherever cargo is");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
