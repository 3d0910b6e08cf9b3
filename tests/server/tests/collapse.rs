//! Nobody can tell *denied* from *absent*.

use axum::Router;
use axum::extract::Path;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use route_role::Answer;
use route_role::assert_collapsed;
use route_role::axum::probe::{Probe, collapse};
use route_role::axum::{PolicyRouter, RouteRoleLayer, routing};
use route_role::route_role;
use route_role_tests_server::client::{Server, ask};
use route_role_tests_server::{app, principals, routes};

#[tokio::test]
async fn the_applications_own_renderer_collapses_as_well() {
    let own_answers = |answer: Answer| -> Response {
        (StatusCode::from_u16(answer.status()).unwrap_or_default(), format!("sorry: {answer:?}")).into_response()
    };
    let layer = RouteRoleLayer::new(principals::resolve).with_answers(own_answers);
    let server = Server::start(routes().layer(layer).into_router()).await.expect("a free port");
    let denied = server.send(ask("GET /cases/2", "user-of-w1")).await.expect("an answer");
    let absent = server.send(ask("GET /cases/99", "user-of-w1")).await.expect("an answer");
    let refused = server.send(ask("GET /cases/1", "key-without-scopes")).await.expect("an answer");
    assert_eq!(denied.body, "sorry: Absent");
    assert_eq!((&denied, &denied), (&absent, &refused));
}

#[tokio::test]
async fn the_assertion_holds_for_a_foreign_object_and_for_a_caller_without_scopes() {
    for token in ["user-of-w2", "key-without-scopes"] {
        let probe = Probe::new("/cases/1", "/cases/99").malformed_id("/cases/none");
        assert_collapsed!(app(), probe.header("authorization", format!("Bearer {token}")));
    }
    let foreign =
        Probe::new("/workspaces/w2/cases/2", "/workspaces/w9/cases/99").malformed_id("/workspaces/w2/cases/x");
    assert_collapsed!(app(), foreign.header("authorization", "Bearer user-of-w1"));
}

#[route_role(Actor, resource = "case", denial = not_found)]
async fn leaks_by_hand(Path(id): Path<u64>) -> Response {
    match id {
        1 => StatusCode::FORBIDDEN.into_response(),
        _ => (StatusCode::NOT_FOUND, format!("no case {id}")).into_response(),
    }
}

fn leaking_app() -> Router {
    let routes = PolicyRouter::new().route("/cases/{id}", routing::get(leaks_by_hand));
    routes.layer(RouteRoleLayer::new(principals::resolve)).into_router()
}

#[tokio::test]
async fn a_handler_that_answers_by_hand_is_found_out() {
    let probe = Probe::new("/cases/1", "/cases/99").malformed_id("/cases/none");
    let leaks = collapse(leaking_app(), probe.header("authorization", "Bearer user-of-w1")).await;
    let questions: Vec<String> = leaks.expect_err("403 is not 404").into_iter().map(|leak| leak.question).collect();
    assert_eq!(
        questions,
        [
            "GET /cases/1 (denied)",
            "GET /cases/none (malformed id)",
            "HEAD /cases/1 (denied)",
            "HEAD /cases/none (malformed id)"
        ]
    );
}

#[tokio::test]
async fn a_probe_whose_caller_is_let_in_proves_nothing() {
    let probe = Probe::new("/cases", "/cases").methods([Method::GET]).header("authorization", "Bearer user-of-w1");
    let leaks = collapse(app(), probe).await.expect_err("the caller isn't refused");
    assert!(leaks[0].answers.contains("proves nothing"), "{}", leaks[0]);
}
