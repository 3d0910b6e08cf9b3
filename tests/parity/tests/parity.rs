//! Static and running surface agree, without exception.

use std::collections::BTreeSet;

use axum::Router;
use route_role::axum::PolicyRouter;
use route_role::{Principal, decide};
use route_role_tests_parity::{ask, linted};

/// The router's own list is the linter's list: methods, paths, accesses and denials. So the router accepts the lock that the linter writes, and no other.
fn assert_same_lists(folder: &str, running: &PolicyRouter) {
    let fixture = linted::read(folder);
    let lock = fixture.lock();
    assert_eq!(running.verify(&lock), Ok(()), "{folder}\n{lock}");
    let without_a_route =
        lock.lines().filter(|line| !line.contains("; handler") || line.ends_with("undeclared")).collect::<Vec<_>>();
    assert!(running.verify(&without_a_route.join("\n")).is_err(), "{folder}");
    let surface = fixture.surface;
    let uncertain = linted::uncertain(&surface);
    assert!(uncertain.is_empty(), "{folder}:\n{}", uncertain.join("\n"));
    assert_eq!(linted::lock(&surface), running.lock(), "{folder}");
}

#[test]
fn tracecat() {
    assert_same_lists("tracecat/before", &fixture_tracecat_before::app(Default::default()));
    assert_same_lists("tracecat/after", &fixture_tracecat_after::app(Default::default()));
}

#[test]
fn agentex() {
    assert_same_lists("agentex/before", &fixture_agentex_before::app());
    assert_same_lists("agentex/after", &fixture_agentex_after::app());
}

#[test]
fn unstract() {
    assert_same_lists("unstract/before", &fixture_unstract_before::app());
    assert_same_lists("unstract/after", &fixture_unstract_after::app());
}

#[tokio::test]
async fn coder() {
    assert_same_lists("coder/before", &fixture_coder_before::routes());
    assert_same_lists("coder/after", &fixture_coder_after::routes());
    let undeclared = |folder| {
        let surface = linted::read(folder).surface;
        let rows = linted::rows(&surface).filter(|(route, _)| !linted::is_declared(route));
        rows.map(|(route, row)| (route.method.clone(), route.path.clone(), row.access.is_open())).collect::<Vec<_>>()
    };
    // The router's list can't have what was added behind its back, but whoever asks gets an answer.
    let found = undeclared("coder/before");
    assert_eq!(found.len(), 2, "{found:?}");
    for (method, path, is_open) in found {
        let app = fixture_coder_before::app(fixture_coder_before::routes());
        assert!(is_open && ask::status(app, &method, &path, None).await.is_success(), "{method} {path}");
    }
    assert_eq!(undeclared("coder/after"), []);
}

/// Functions that are given to actix-web's recording router are in its list; those with an attribute of actix-web's own can't be.
#[test]
fn actix() {
    let lines = |lock: String| lock.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let surface = linted::read_service("actix");
    let (linted, running) = (lines(linted::lock(&surface)), lines(route_role_tests_actix::routes().lock()));
    assert_eq!(running.difference(&linted).collect::<Vec<_>>(), [] as [&String; 0]);
    let of_attributes: Vec<&str> = linted.difference(&running).filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(of_attributes, ["/healthz", "/plain/{id}", "/search", "/swallowed", "/plain/{id}"]);
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const CALLERS: [Option<&str>; 10] = [
    None,
    Some("user/viewer"),
    Some("user/viewer/sharing"),
    Some("user/member/sharing"),
    Some("user/admin/sharing"),
    Some("user/owner"),
    Some("api_key/viewer"),
    Some("api_key/member/sharing"),
    Some("api_key/admin/sharing"),
    Some("daemon/"),
];

/// Guards of the application's own keep no list: each route is asked for by every kind of caller.
async fn assert_same_behaviour(
    folder: &str,
    (app, description): (Router, utoipa::openapi::OpenApi),
    caller: impl Fn(Option<&str>) -> Principal,
) {
    let surface = linted::read(folder).surface;
    let uncertain = linted::uncertain(&surface);
    assert!(uncertain.is_empty(), "{folder}:\n{}", uncertain.join("\n"));
    let read = linted::rows(&surface).map(|(route, _)| route.path.clone());
    let paths: BTreeSet<String> = read.chain(description.paths.paths.keys().cloned()).collect();
    for (method, path) in paths.iter().flat_map(|path| METHODS.map(|method| (method, path))) {
        let row = linted::rows(&surface).find(|(route, _)| route.method == method && route.path == *path);
        for header in CALLERS {
            let status = ask::status(app.clone(), method, path, header.map(|value| ("x-caller", value))).await;
            assert_eq!(ask::is_served(status), row.is_some(), "{folder}: {method} {path} as {header:?}");
            if let Some((_, row)) = row {
                let permitted = decide(&row.access, &caller(header)).is_allowed();
                assert_eq!(ask::lets_in(status), permitted, "{folder}: {method} {path} as {header:?}");
            }
        }
    }
}

#[tokio::test]
async fn scanopy() {
    use {fixture_scanopy_after as after, fixture_scanopy_before as before};
    assert_same_behaviour("scanopy/before", before::app(), before::auth::caller).await;
    assert_same_behaviour("scanopy/after", after::app(), after::auth::caller).await;
}
