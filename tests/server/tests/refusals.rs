//! Who is refused, and how, over the network.

use route_role_tests_server::client::{Ask, Reply, Server, ask};
use route_role_tests_server::{app, routes};

async fn reply(request: Ask<'_>) -> Reply {
    let server = Server::start(app()).await.expect("a free port");
    server.send(request).await.expect("an answer")
}

fn nobody(line: &str) -> Ask<'_> {
    Ask { line, token: None, body: None }
}

#[tokio::test]
async fn a_caller_with_everything_is_let_in() {
    let reply = reply(ask("GET /cases/1", "user-of-w1")).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"id":1,"workspace":"w1","locked":false}"#));
}

#[tokio::test]
async fn without_credentials_it_is_401_with_a_challenge() {
    for token in [None, Some("expired")] {
        let reply = reply(Ask { line: "GET /cases/1", token, body: None }).await;
        assert_eq!(reply.status, 401);
        assert!(reply.headers.contains(&"www-authenticate: Bearer".to_owned()), "{:?}", reply.headers);
        assert!(reply.headers.contains(&"content-type: application/problem+json".to_owned()), "{:?}", reply.headers);
        assert_eq!(reply.body, r#"{"type":"about:blank","title":"Authentication required","status":401}"#);
    }
}

#[tokio::test]
async fn a_key_is_refused_where_only_sessions_are_accepted() {
    assert_eq!(reply(ask("GET /me", "user-of-w1")).await.status, 200);
    assert_eq!(reply(ask("GET /me", "key-of-w1")).await.status, 403);
}

#[tokio::test]
async fn a_missing_scope_is_403_unless_the_route_hides_its_object() {
    assert_eq!(reply(ask("GET /cases", "key-of-w1")).await.status, 200);
    assert_eq!(reply(ask("GET /cases", "key-without-scopes")).await.status, 403);
    assert_eq!(reply(ask("GET /cases/1", "key-without-scopes")).await.status, 404);
}

#[tokio::test]
async fn the_policys_default_denial_holds_for_object_routes() {
    assert_eq!(reply(ask("GET /notes/1", "user-of-w1")).await.status, 200);
    assert_eq!(reply(ask("GET /notes/2", "user-of-w1")).await.status, 404);
    assert_eq!(reply(ask("GET /notes/1", "key-without-scopes")).await.status, 404);
    assert_eq!(reply(ask("GET /cases", "key-without-scopes")).await.status, 403);
}

#[tokio::test]
async fn a_tier_below_the_roles_is_refused() {
    assert_eq!(reply(ask("DELETE /cases/1", "admin-of-w1")).await.status, 200);
    assert_eq!(reply(ask("DELETE /cases/1", "user-of-w1")).await.status, 403);
}

#[tokio::test]
async fn a_feature_that_is_switched_off_is_refused() {
    assert_eq!(reply(ask("GET /export", "exporter")).await.status, 200);
    assert_eq!(reply(ask("GET /export", "user-of-w1")).await.status, 403);
}

#[tokio::test]
async fn a_change_of_a_child_needs_the_scope_on_its_parent_too() {
    assert_eq!(reply(ask("POST /cases/1/notes", "case-and-note-writer")).await.status, 200);
    assert_eq!(reply(ask("POST /cases/1/notes", "note-writer")).await.status, 404);
    assert_eq!(reply(ask("POST /cases/1/notes", "case-writer")).await.status, 404);
}

#[tokio::test]
async fn the_tenant_in_the_path_must_be_the_callers() {
    assert_eq!(reply(ask("GET /workspaces/w1/cases/1", "user-of-w1")).await.status, 200);
    assert_eq!(reply(ask("GET /workspaces/w2/cases/2", "user-of-w1")).await.status, 404);
    assert_eq!(reply(ask("GET /workspaces/%77%31/cases/1", "user-of-w1")).await.status, 200);
    assert_eq!(reply(ask("GET /workspaces/%ff/cases/1", "user-of-w1")).await.status, 500);
}

#[tokio::test]
async fn a_path_without_the_stated_tenant_is_refused() {
    assert_eq!(reply(ask("GET /unbound/cases/1", "user-of-w1")).await.status, 500);
}

#[tokio::test]
async fn a_malformed_body_tells_nothing_to_who_may_not_ask() {
    let post = |token, body| Ask { line: "POST /cases", token, body: Some(body) };
    assert_eq!(reply(post(Some("user-of-w1"), r#"{"title":"t"}"#)).await.status, 200);
    assert_eq!(reply(post(Some("user-of-w1"), "{")).await.status, 400);
    assert_eq!(reply(post(None, "{")).await.status, 401);
    let malformed = reply(post(Some("key-of-w1"), "{")).await;
    let wellformed = reply(post(Some("key-of-w1"), r#"{"title":"t"}"#)).await;
    assert_eq!(malformed.status, 403);
    assert_eq!(malformed, wellformed);
}

#[tokio::test]
async fn a_kind_of_caller_that_the_policy_does_not_know_is_refused() {
    assert_eq!(reply(ask("GET /cases", "robot")).await.status, 403);
}

#[tokio::test]
async fn when_it_cannot_be_found_out_who_calls_the_request_is_refused() {
    let reply = reply(ask("GET /cases", "broken")).await;
    assert_eq!(reply.status, 500);
    assert!(!reply.body.contains("session store"), "the cause is for the log: {}", reply.body);
}

#[tokio::test]
async fn without_the_layer_everything_but_open_routes_is_refused() {
    let server = Server::start(routes().into_router()).await.expect("a free port");
    for request in [ask("GET /cases/1", "user-of-w1"), nobody("GET /cases/1"), ask("GET /whoami", "user-of-w1")] {
        assert_eq!(server.send(request).await.expect("an answer").status, 500);
    }
    assert_eq!(server.send(nobody("GET /healthz")).await.expect("an answer").status, 200);
}

#[tokio::test]
async fn an_open_route_does_not_ask_who_calls_unless_its_handler_does() {
    assert_eq!(reply(ask("GET /healthz", "broken")).await.status, 200);
    assert_eq!(reply(ask("GET /whoami", "broken")).await.status, 500);
    assert_eq!(reply(nobody("PURGE /whoami")).await.body, "anonymous");
    assert_eq!(reply(ask("GET /whoami", "key-of-w1")).await.body, "api_key");
}
