//! Where a suppression may stand, and what it does there.

use serde_json::Value;

use crate::harness::Service;

/// The rules that fired, and how many findings were suppressed.
fn check(service: &Service) -> (Vec<String>, u64) {
    let run = service.run(&["check", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings = document["findings"].as_array().expect("findings");
    let rules = findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect();
    (rules, document["suppressed"].as_u64().expect("a count"))
}

/// A service with one open route, with comments in the places that the arguments are for.
fn open_service(above_route: &str, behind_route: &str, above_handler: &str, behind_handler: &str) -> Service {
    let text = format!(
        "use axum::{{Router, routing::get}};

#[tokio::main]
async fn main() {{
    let listener = tokio::net::TcpListener::bind(\"127.0.0.1:1\").await.unwrap();
    axum::serve(listener, app()).await.unwrap();
}}

fn app() -> Router {{
    Router::new()
        {above_route}
        .route(\"/open\", get(open)){behind_route}
}}

/// Documented.
{above_handler}
#[tracing::instrument(
    skip_all
)]
pub async fn open() {{}}{behind_handler}
"
    );
    Service::with(&[("src/main.rs", &text)])
}

const ALLOW: &str = "// route-role: allow(undeclared-route) -- on purpose";

#[test]
fn a_suppression_may_stand_above_or_behind_the_registration_or_the_handler() {
    for place in 0..4 {
        let comment = |index: usize| if index == place { format!(" {ALLOW}") } else { String::new() };
        let service = open_service(comment(0).trim(), &comment(1), comment(2).trim(), &comment(3));
        assert_eq!(check(&service), (Vec::new(), 1), "place {place}");
    }
}

#[test]
fn a_suppression_elsewhere_does_nothing_and_says_so() {
    let service = open_service("", "", "", &format!("\n\nfn other() {{}} {ALLOW}"));
    assert_eq!(check(&service), (vec!["undeclared-route".to_owned(), "unused-suppression".to_owned()], 0));
}

#[test]
fn one_suppression_may_name_several_rules() {
    let service = open_service("// route-role: allow(undeclared-route, unresolved-route) -- on purpose", "", "", "");
    assert_eq!(check(&service), (vec!["unused-suppression".to_owned()], 1));
}

#[test]
fn a_rule_that_needs_a_policy_is_not_called_unused_without_one() {
    let service = open_service("// route-role: allow(undeclared-route, missing-scope) -- on purpose", "", "", "");
    assert_eq!(check(&service), (Vec::new(), 1));
}

#[test]
fn suppressing_what_could_not_be_seen_makes_the_answer_complete() {
    let service = Service::healthy("fn more() -> Router {\n    Router::new()\n}\n");
    let text = crate::harness::HEALTHY.replace(
        "get(health))",
        "get(health))\n        // route-role: allow(unresolved-route) -- checked in its own repository\n        .merge(plugins::router())",
    );
    service.write("src/main.rs", text);
    let run = service.run(&["check"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn findings_about_the_policy_are_suppressed_in_the_policy() {
    let service = Service::healthy("");
    let policy = |comment: &str| {
        format!(
            "version: 1\nroles:\n  User: {{ accepts: [user] }}\nassignable:\n  keys:\n    principal: api_key\n    {comment}\n    scopes: [\"a:b\"]\nscopes: [\"a:b\"]\n"
        )
    };
    service.write("route-role.yaml", policy(""));
    assert_eq!(check(&service), (vec!["unused-assignable-scope".to_owned()], 0));
    service.write("route-role.yaml", policy("# route-role: allow(unused-assignable-scope) -- for the job runner"));
    assert_eq!(check(&service), (Vec::new(), 1));
    service.write("route-role.yaml", policy("# route-role: allow(unused-assignable-scope)"));
    assert_eq!(check(&service), (vec!["unused-assignable-scope".to_owned(), "unused-suppression".to_owned()], 0));
}
