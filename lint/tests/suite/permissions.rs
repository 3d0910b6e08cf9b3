//! `route-role report`: who may call what.

use crate::harness::{PLAIN_POLICY, Service, repository, run_in};

const POLICY: &str = "version: 1
levels: { workspace: {} }
roles:
  Actor: { accepts: [user, api_key], level: workspace }
  User: { accepts: [user], level: workspace }
scopes: [\"case:read\"]
guards:
  - match: \"Session\"
    role: User
";

const SOURCE: &str = r##"use axum::{Router, routing::get};
use route_role::route_role;

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:1").await.unwrap();
    axum::serve(listener, app()).await.unwrap();
}

fn app() -> Router {
    Router::new()
        .route("/cases", get(list_cases))
        .route("/drafts", get(drafts))
        .route("/health", get(health))
        .route("/<b>|`]]\"#%", get(hostile))
        .nest("/inner", Router::new().route("/odd", get(odd)).layer(unknown_layer()))
}

fn unknown_layer() -> Unknown {
    elsewhere::make()
}

#[route_role(Actor, scopes = ["case:read"])]
async fn list_cases() {}

async fn drafts(_session: Session) {}

#[route_role(public, reason = "health probe")]
async fn health() {}

async fn hostile() {}

async fn odd() {}
"##;

fn report(format: &str) -> String {
    let service = Service::with(&[("src/main.rs", SOURCE), ("route-role.yaml", POLICY)]);
    let run = service.run(&["report", "--format", format]);
    assert_eq!(run.status, 4, "{}", run.stderr);
    assert_eq!(run.stderr, "note: the report may be incomplete; `route-role check` shows where\n");
    run.stdout
}

#[test]
fn the_markdown_report_tells_what_each_caller_needs() {
    insta::assert_snapshot!(report("markdown"));
}

#[test]
fn the_table_for_spreadsheets_has_a_column_for_each_kind_of_caller() {
    insta::assert_snapshot!(report("csv"));
}

#[test]
fn the_picture_goes_from_programs_through_layers_to_routes() {
    insta::assert_snapshot!(report("mermaid"));
}

#[test]
fn findings_are_no_reason_to_fail_and_missing_routes_are() {
    let open = repository().join("fixtures/rules/undeclared-route/fires");
    assert_eq!(run_in(&open, &["check"]).status, 1);
    assert_eq!(run_in(&open, &["report"]).status, 0);
    let empty = Service::with(&[("src/main.rs", "fn main() {}\n"), ("route-role.yaml", PLAIN_POLICY)]);
    assert_eq!(empty.run(&["report"]).status, 3);
}

#[test]
fn the_report_as_data_has_all_that_the_others_show() {
    insta::assert_snapshot!(report("json"));
}
