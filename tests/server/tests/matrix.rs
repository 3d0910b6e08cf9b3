//! The matrix of generated tests: what it asks, and what it says when an answer is another one.

use std::sync::mpsc;
use std::thread;

use axum::Router;
use axum::http::header::{AUTHORIZATION, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use route_role::Principal;
use route_role::axum::matrix::Expected::{Absent, Forbidden, LetIn, Refused, Unauthenticated};
use route_role::axum::matrix::{Application, Asked, Caller, Expected, Row, check, check_at};
use route_role_tests_server::app;

const NOBODY: Caller = Caller::new("anonymous");
const KEY: Caller = Caller::new("api_key").levels(&["workspace"]);
const READER: Caller = KEY.scopes(&["case:read"]);
const ROBOT: Caller = Caller::new("robot");
const UNKNOWN: Caller = Caller::new("daemon");

/// The service; its objects are those of the paths that begin with a number.
#[derive(Default)]
struct Service {
    object: Option<&'static str>,
}

impl Application for Service {
    fn router(&self) -> Router {
        app()
    }

    fn credentials(&self, caller: &Principal) -> Option<HeaderMap> {
        let token = match (caller.kind.as_str(), caller.scopes.len()) {
            ("anonymous", _) => return Some(HeaderMap::new()),
            ("api_key", 0) => "Bearer key-without-scopes",
            ("api_key", 1) => "Bearer key-of-w1",
            ("robot", _) => "Bearer robot",
            _ => return None,
        };
        Some(HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(token))]))
    }

    fn parameter(&self, name: &str, _caller: &Principal) -> String {
        if name == "workspace_id" { "w1" } else { self.object.unwrap_or("99") }.to_owned()
    }

    fn has_objects(&self) -> bool {
        self.object.is_some()
    }
}

const RIGHT: &[Row] = &[
    Row { method: "GET", path: "/healthz", answers: &[(LetIn, &[NOBODY, KEY, ROBOT])] },
    Row {
        method: "GET",
        path: "/cases",
        answers: &[(LetIn, &[READER, UNKNOWN]), (Unauthenticated, &[NOBODY]), (Forbidden, &[KEY]), (Refused, &[ROBOT])],
    },
    Row { method: "POST", path: "/cases", answers: &[(Unauthenticated, &[NOBODY]), (Forbidden, &[KEY, READER])] },
    Row {
        method: "GET",
        path: "/workspaces/{workspace_id}/cases/{id}",
        answers: &[(LetIn, &[READER]), (Absent, &[KEY]), (Refused, &[ROBOT])],
    },
];

#[tokio::test]
async fn a_matrix_that_is_right_passes_and_says_how_much_was_asked() {
    assert_eq!(check(&Service::default(), RIGHT).await, Ok(Asked { requests: 13, left_out: 1 }));
    assert_eq!(check(&Service { object: Some("1") }, RIGHT).await, Ok(Asked { requests: 13, left_out: 1 }));
}

#[tokio::test]
async fn every_other_answer_is_told_with_its_request_and_its_caller() {
    let wrong: &[Row] = &[
        Row { method: "GET", path: "/cases", answers: &[(LetIn, &[KEY]), (Forbidden, &[NOBODY, READER])] },
        Row { method: "GET", path: "/nowhere", answers: &[(LetIn, &[READER])] },
        Row { method: "DELETE", path: "/healthz", answers: &[(LetIn, &[NOBODY])] },
        Row { method: "GET", path: "/notes/{id}", answers: &[(Refused, &[NOBODY])] },
    ];
    let unexpected = check(&Service::default(), wrong).await.expect_err("nothing of it is right").to_string();
    let expected = [
        "callers don't get the answers that the policy gives:",
        "  GET /cases as api_key @workspace: expected to be let in, got 403",
        "  GET /cases as anonymous: expected 403, got 401",
        "  GET /cases as api_key @workspace case:read: expected 403, got 200",
        "  GET /nowhere as api_key @workspace case:read: expected to be let in, got 404",
        "  DELETE /healthz as anonymous: expected to be let in, got 405",
        "  GET /notes/{id} as anonymous: expected 403 or 404, got 401",
    ];
    assert_eq!(unexpected, expected.join("\n"));
}

#[tokio::test]
async fn whoever_is_let_in_finds_an_object_that_is_there() {
    let row: &[Row] = &[Row { method: "GET", path: "/cases/{id}", answers: &[(LetIn, &[READER])] }];
    assert!(check(&Service::default(), row).await.is_ok(), "without an object, 404 tells nothing");
    assert!(check(&Service { object: Some("1") }, row).await.is_ok());
    assert!(check(&Service { object: Some("99") }, row).await.is_err());
}

#[tokio::test]
async fn a_matrix_of_which_nothing_can_be_asked_fails() {
    let unknown: &[Row] = &[Row { method: "GET", path: "/cases", answers: &[(LetIn, &[UNKNOWN])] }];
    for matrix in [unknown, &[]] {
        let unexpected = check(&Service::default(), matrix).await.expect_err("nothing was asked");
        assert!(unexpected.to_string().contains("nothing was asked"), "{unexpected}");
    }
}

/// Starts the service in a thread of its own. It ends with the test.
fn start() -> String {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            send.send(listener.local_addr().expect("an address")).expect("a test that waits");
            axum::serve(listener, app()).await.expect("a service");
        });
    });
    format!("http://{}", receive.recv().expect("an address"))
}

#[tokio::test]
async fn a_running_service_is_asked_and_nothing_in_it_is_changed() {
    let base = start();
    let mutation = Row { method: "PUT", path: "/cases/{id}", answers: &[(LetIn, &[READER]), (Absent, &[KEY])] };
    let matrix: Vec<Row> = RIGHT.iter().copied().chain([mutation]).collect();
    assert_eq!(check_at(&Service::default(), &matrix, Some(&base)).await, Ok(Asked { requests: 14, left_out: 2 }));
    let wrong: &[Row] = &[Row { method: "GET", path: "/cases", answers: &[(LetIn, &[KEY])] }];
    assert!(check_at(&Service::default(), wrong, Some(&base)).await.is_err());
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error() {
    let row = &RIGHT[..1];
    for (base, expected) in [
        ("https://127.0.0.1", "isn't `http://host:port`"),
        ("127.0.0.1:1", "isn't `http://host:port`"),
        ("http://127.0.0.1:1", "can't be asked"),
        ("http://a b", "is no URL"),
    ] {
        let unexpected = check_at(&Service::default(), row, Some(base)).await.expect_err("nobody is there");
        assert!(unexpected.to_string().contains(expected), "{base}: {unexpected}");
    }
}

#[test]
fn being_let_in_is_proven_by_no_refusal_and_no_failure() {
    for (status, is_met) in [
        (200, true),
        (302, true),
        (422, true),
        (402, true),
        (401, false),
        (403, false),
        (404, false),
        (405, false),
        (500, false),
    ] {
        let status = StatusCode::from_u16(status).expect("a status");
        assert_eq!(Expected::LetIn.is_met_by(status), is_met, "{status}");
    }
}
